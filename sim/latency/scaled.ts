/** A step model whose steps last a changeable factor longer: one slow node among equal ones. */
import type { DecodeTerms, ModelProvenance, StepModel, StepShape } from './step-model.ts';

/** Wraps a step model; set `factor` between steps only. */
export class ScaledStepModel implements StepModel {
  factor = 1;
  readonly provenance: ModelProvenance;
  readonly #model: StepModel;

  constructor(model: StepModel, factor = 1) {
    this.#model = model;
    this.factor = factor;
    this.provenance = model.provenance;
  }

  prefillChunkUs(prefix: number, tokens: number): number {
    return this.#model.prefillChunkUs(prefix, tokens);
  }

  stepUs(shape: Readonly<StepShape>): number {
    return this.#model.stepUs(shape) * this.factor;
  }

  decodeTerms(sequences: number, contextTokens: number, out: DecodeTerms): void {
    this.#model.decodeTerms(sequences, contextTokens, out);
    out.baseUs *= this.factor;
    out.perContextUs *= this.factor;
  }

  frontEndUs(promptTokens: number): number {
    return this.#model.frontEndUs(promptTokens);
  }
}
