/** KV tiers below the GPU, as an engine sees them: it asks what they hold, has it loaded, and offers what it has computed. */
import type { SimRequest } from '../../../workload/request.ts';

/** Tiers that one engine instance can read and write. Tokens are counted from the start of a sequence. */
export interface KvTiers {
  /**
   * Token up to which tiers hold the sequence (its prompt, then `outputTokens` of its output) beyond `fromTokens`; at most
   * `capTokens`, and `fromTokens` when they add nothing. Changes nothing.
   */
  lookup(request: SimRequest, outputTokens: number, fromTokens: number, capTokens: number): number;
  /**
   * Starts to load what the last `lookup` found; the engine's `remoteReady` ends it. `isFirst`: it counts as a hit of the
   * report.
   */
  load(request: SimRequest, nowUs: number, isFirst: boolean): void;
  /** The request is gone before its load was through. */
  cancel(request: SimRequest, nowUs: number): void;
  /** KV of the first `computedTokens` tokens has been computed (or loaded): what tiers lack of it is written, beside the steps. */
  store(request: SimRequest, outputTokens: number, computedTokens: number, nowUs: number): void;
}
