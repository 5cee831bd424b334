/**
 * Requests that a producer holds back between admission and scheduling (the burst producer's window). Upstream blocks
 * the request's goroutine for that time; here the request waits in this queue and `Router.advance` takes it out.
 */
import type { Producer } from './plugin.ts';
import type { InferenceRequest } from './request.ts';

interface Held {
  readonly request: InferenceRequest;
  readonly untilUs: number;
}

/** Held requests in order of arrival. */
export class HoldQueue {
  readonly #holders: readonly Producer[];
  #held: Held[] = [];

  constructor(producers: readonly Producer[]) {
    this.#holders = producers.filter((producer) => producer.holdUntilUs !== undefined);
  }

  get size(): number {
    return this.#held.length;
  }

  /** When the next request is due, µs; Infinity when none is held. */
  get nextUs(): number {
    return this.#held.reduce((least, { untilUs }) => Math.min(least, untilUs), Number.POSITIVE_INFINITY);
  }

  /** Holds the request if a producer wants it; false: it may go on at once. */
  add(request: InferenceRequest, nowUs: number): boolean {
    let untilUs = nowUs;
    for (const holder of this.#holders)
      untilUs = Math.max(untilUs, holder.holdUntilUs?.(request, nowUs) ?? nowUs);
    if (untilUs <= nowUs) return false;
    this.#held.push({ request, untilUs });
    return true;
  }

  /** The first request that is due, or null. */
  take(nowUs: number): InferenceRequest | null {
    const index = this.#held.findIndex(({ untilUs }) => untilUs <= nowUs);
    if (index < 0) return null;
    return this.#held.splice(index, 1)[0]!.request;
  }

  /** Takes a request out early; false when it is not held. */
  remove(request: InferenceRequest): boolean {
    const before = this.#held.length;
    this.#held = this.#held.filter((held) => held.request.id !== request.id);
    return this.#held.length < before;
  }
}
