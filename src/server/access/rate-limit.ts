/** Rate limit by flow: a token bucket each, for as many flows as were seen of late. */

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Flows remembered at most; the one not seen for longest is forgotten, and begins with a full bucket again. */
const FLOWS = 10_000;

export class RateLimit {
  readonly #perS: number;
  readonly #burst: number;
  /** In order of last use. */
  readonly #buckets = new Map<string, Bucket>();

  /** `perS` requests a second on average, `burst` at once. */
  constructor(perS: number, burst: number) {
    this.#perS = perS;
    this.#burst = burst;
  }

  /** Takes a request of the flow at `nowMs`: 0 when it may pass, else ms until one may. */
  take(flow: string, nowMs: number): number {
    const bucket = this.#buckets.get(flow) ?? { tokens: this.#burst, atMs: nowMs };
    this.#buckets.delete(flow);
    this.#buckets.set(flow, bucket);
    if (this.#buckets.size > FLOWS) this.#buckets.delete(this.#buckets.keys().next().value!);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * this.#perS);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return ((1 - bucket.tokens) / this.#perS) * 1000;
    bucket.tokens -= 1;
    return 0;
  }
}
