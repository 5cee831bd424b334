/** Ordering policies: which request of a flow is served first (llm-d router v0.10). */
import type { InferenceRequest } from '../../routing/request.ts';
import type { OrderingPolicy } from '../policy.ts';

/** First come, first served, by time of enqueue. */
export const FCFS_ORDERING: OrderingPolicy = {
  sortKeyUs: (_request, enqueuedUs) => enqueuedUs,
};

/**
 * Earliest deadline first, where the deadline is enqueue time plus queueing budget. As the budget is one for
 * all requests, this equals first come, first served, upstream as here.
 */
export const EDF_ORDERING: OrderingPolicy = {
  sortKeyUs: (_request, enqueuedUs, ttlUs) => (ttlUs > 0 ? enqueuedUs + ttlUs : Number.POSITIVE_INFINITY),
};

/** Deadline = time received + TTFT objective of the request; without a valid objective, after all others. */
export const SLO_DEADLINE_ORDERING: OrderingPolicy = {
  sortKeyUs: (request) => request.arrivalUs + sloTtftUs(request),
};

/** Headers of the TTFT objective in ms; the first present wins. */
const SLO_TTFT_HEADERS = ['x-llm-d-slo-ttft-ms', 'x-slo-ttft-ms'] as const;

/**
 * Largest duration upstream can hold (63-bit nanoseconds), in ms; more overflows and counts as no objective.
 */
const LONGEST_MS = 9_223_372_036_854;

function sloTtftUs(request: InferenceRequest): number {
  for (const header of SLO_TTFT_HEADERS) {
    const text = request.headers.get(header);
    if (text === undefined) continue;
    const ms = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    return Math.abs(ms) <= LONGEST_MS ? ms * 1000 : Number.POSITIVE_INFINITY;
  }
  return Number.POSITIVE_INFINITY;
}
