/** Policies of in-flight eviction: who may be revoked and who goes first. */
import type { EvictionFilter, EvictionOrder } from '../policy.ts';

/** Only sheddable requests, those of negative priority, may be revoked. */
export const SHEDDABLE_EVICTION_FILTER: EvictionFilter = {
  isRevocable: (request) => request.priority < 0,
};

/** Lowest priority first, then the latest dispatched: it has the least work to lose. */
export const PRIORITY_THEN_TIME_EVICTION_ORDER: EvictionOrder = {
  compare(a, b) {
    if (a.request.priority !== b.request.priority) return a.request.priority - b.request.priority;
    return b.dispatchedUs - a.dispatchedUs || b.sequence - a.sequence;
  },
};
