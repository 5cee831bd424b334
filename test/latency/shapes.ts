/** Step shapes for tests of step models. */
import type { StepModel, StepShape } from '../../sim/latency/step-model.ts';

/** A pure decode step of `sequences` with summed context `contextTokens`. */
export function decodeShape(sequences: number, contextTokens: number): StepShape {
  return {
    decodeSequences: sequences,
    decodeContextTokens: contextTokens,
    draftTokens: 0,
    prefillChunks: 0,
    prefillTokens: 0,
    prefillContextTokens: 0,
    prefillAttentionUs: 0,
    sampledRows: sequences,
  };
}

/** A step of one chunk of `tokens` after `prefix` that completes its prompt. */
export function promptShape(model: StepModel, prefix: number, tokens: number): StepShape {
  return {
    decodeSequences: 0,
    decodeContextTokens: 0,
    draftTokens: 0,
    prefillChunks: 1,
    prefillTokens: tokens,
    prefillContextTokens: prefix + tokens,
    prefillAttentionUs: model.prefillChunkUs(prefix, tokens),
    sampledRows: 1,
  };
}
