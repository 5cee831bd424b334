/** What an engine counts for the report. Times in µs, shares 0..1. */

/** A KV pool: pages (or blocks) in use, of how many. */
export interface PoolUse {
  readonly used: number;
  readonly capacity: number;
}

/** Counters of one engine. */
export class EngineMeters {
  /** Busy time, split by the share of prompt tokens in each step. */
  busyPrefillUs = 0;
  busyDecodeUs = 0;
  /** Integral of the used KV share over busy time (linear within a fast-forward segment), and its maximum. */
  kvUsageIntegralUs = 0;
  kvUsageMax = 0;
  /** Prompt tokens looked up in and found in the prefix cache, over first admissions. */
  queriedTokens = 0;
  hitTokens = 0;
  /** Drafts verified, and accepted. */
  draftTokens = 0;
  acceptedTokens = 0;

  /** A step or segment has ended: what it computed, and the pages used before and (in `pool`) after it. */
  step(durationUs: number, prefillTokens: number, decodes: number, pagesBefore: number, pool: PoolUse): void {
    const usedBefore = pagesBefore / pool.capacity;
    const usedAfter = pool.used / pool.capacity;
    const share = prefillTokens / (prefillTokens + decodes);
    this.busyPrefillUs += durationUs * share;
    this.busyDecodeUs += durationUs * (1 - share);
    this.kvUsageIntegralUs += (durationUs * (usedBefore + usedAfter)) / 2;
    this.kvUsageMax = Math.max(this.kvUsageMax, usedAfter);
  }

  /** A request was looked up in the prefix cache for the first time. */
  lookedUp(tokens: number, hitTokens: number): void {
    this.queriedTokens += tokens;
    this.hitTokens += hitTokens;
  }
}
