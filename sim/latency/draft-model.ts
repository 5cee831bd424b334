/**
 * A draft model beside the target (speculative decoding): its first pass computes what the target's step computed, each further
 * one a token per sequence. Attention over prompts is taken from the target's in a fixed ratio.
 */
import type { DrafterCost } from './deployment.ts';
import type { StepModel, StepShape } from './step-model.ts';

/** Chunk at which the ratio of attention times is taken, tokens. */
const SAMPLE_CHUNK = 2048;

/** A draft model's time. */
export class DraftModel {
  readonly #model: StepModel;
  readonly #drafter: DrafterCost;
  readonly #attentionRatio: number;
  readonly #shape: StepShape = {
    decodeSequences: 0,
    decodeContextTokens: 0,
    draftTokens: 0,
    prefillChunks: 0,
    prefillTokens: 0,
    prefillContextTokens: 0,
    prefillAttentionUs: 0,
    sampledRows: 0,
  };

  constructor(model: StepModel, target: StepModel, drafter: DrafterCost) {
    this.#model = model;
    this.#drafter = drafter;
    this.#attentionRatio = model.prefillChunkUs(0, SAMPLE_CHUNK) / target.prefillChunkUs(0, SAMPLE_CHUNK);
  }

  /** Time in µs to propose drafts after a step of the target. */
  proposeUs(shape: Readonly<StepShape>): number {
    const own = this.#shape;
    Object.assign(own, shape);
    own.prefillAttentionUs *= this.#attentionRatio;
    const firstUs = this.#model.stepUs(own);
    if (shape.decodeSequences === 0) return firstUs;
    own.prefillChunks = 0;
    own.prefillTokens = 0;
    own.prefillContextTokens = 0;
    own.prefillAttentionUs = 0;
    own.draftTokens = shape.decodeSequences * (this.#drafter.width - 1);
    own.sampledRows = shape.decodeSequences * this.#drafter.width;
    return firstUs + (this.#drafter.passes - 1) * this.#model.stepUs(own);
  }
}
