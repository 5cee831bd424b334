/**
 * How long an engine step lasts. Implementations are compiled once per deployment and are pure. Pure decode steps of an
 * unchanged batch must be exactly affine in the summed context within the validity that `decodeTerms` states: that is
 * what makes fast-forward equal to step-by-step execution.
 */

/** What one step computes on one engine (for data-parallel attention: on one rank). Counts, not times. */
export interface StepShape {
  /** Sequences that only decode. */
  decodeSequences: number;
  /** Sum over those of KV length once the step is done (context and the new token), tokens. */
  decodeContextTokens: number;
  /** Draft tokens of those that are verified in the step, besides one token each. */
  draftTokens: number;
  /** Prompt chunks in the step. */
  prefillChunks: number;
  /** Prompt tokens computed, recomputed ones included. */
  prefillTokens: number;
  /** Sum over chunks of KV length once the step is done. */
  prefillContextTokens: number;
  /** Sum over chunks of `prefillChunkUs`. */
  prefillAttentionUs: number;
  /** Rows that go through the language-model head: decodes, drafts and finished prompts. */
  sampledRows: number;
}

/** A pure decode step: `baseUs + perContextUs * decodeContextTokens` while that sum is at most `validToContext`. */
export interface DecodeTerms {
  baseUs: number;
  perContextUs: number;
  /** Largest summed context for which the two numbers hold; Infinity if always. */
  validToContext: number;
}

/** Step times of one deployment. All times in µs, strictly positive. */
export interface StepModel {
  /** Attention (and other prompt-length dependent) time that a chunk of `tokens` after `prefix` computed tokens adds. */
  prefillChunkUs(prefix: number, tokens: number): number;
  /** Duration of a step. For a pure decode step equal to what `decodeTerms` gives. */
  stepUs(shape: Readonly<StepShape>): number;
  /** Terms of a pure decode step of `sequences` with summed context `contextTokens`, written to `out`. */
  decodeTerms(sequences: number, contextTokens: number, out: DecodeTerms): void;
  /** Fixed delay of a request before it is queued (HTTP, template, tokenisation), for a prompt of that many tokens. */
  frontEndUs(promptTokens: number): number;
  /** Where the numbers come from, for reports. */
  readonly provenance: ModelProvenance;
}

/** Origin and known error of a step model. */
export interface ModelProvenance {
  /** Calibration name, e.g. `builtin/vllm@0.19` or `affine`. */
  readonly calibration: string;
  /** True where GPU or model lies outside of what was measured. */
  readonly extrapolated: boolean;
  /** Sentences a reader should see: what was measured, what was assumed. */
  readonly notes: readonly string[];
}
