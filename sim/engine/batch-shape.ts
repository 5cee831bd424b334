/**
 * What one step computes, as the step model wants to know it: put together from the decoding sequences and the prompt chunks
 * that an engine has decided on. One object per engine, filled anew for each step.
 */
import type { StepModel, StepShape } from '../latency/step-model.ts';
import type { Sequence } from './sequence.ts';

/** The step in progress. */
export class BatchShape implements StepShape {
  decodeSequences = 0;
  decodeContextTokens = 0;
  draftTokens = 0;
  prefillChunks = 0;
  prefillTokens = 0;
  prefillContextTokens = 0;
  prefillAttentionUs = 0;
  sampledRows = 0;

  /**
   * `decodes` sequences whose KV lengths after the step add up to `contextTokens`, with `draftTokens` drafts to verify
   * between them, and a chunk (`chunk` tokens after `computed`) of each of `chunked`.
   */
  compose<Leaf>(
    decodes: number,
    contextTokens: number,
    draftTokens: number,
    chunked: readonly Sequence<Leaf>[],
    model: StepModel,
  ): this {
    this.decodeSequences = decodes;
    this.decodeContextTokens = contextTokens;
    this.draftTokens = draftTokens;
    this.prefillChunks = chunked.length;
    this.prefillTokens = 0;
    this.prefillContextTokens = 0;
    this.prefillAttentionUs = 0;
    this.sampledRows = decodes + draftTokens;
    for (const sequence of chunked) {
      const after = sequence.computed + sequence.chunk;
      this.prefillTokens += sequence.chunk;
      this.prefillContextTokens += after;
      this.prefillAttentionUs += model.prefillChunkUs(sequence.computed, sequence.chunk);
      if (after === sequence.goal) this.sampledRows += 1;
    }
    return this;
  }
}
