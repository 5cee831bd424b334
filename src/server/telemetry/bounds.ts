/** Bounds of histogram buckets, as upstream's (llm-d router, `pkg/epp/metrics`; router specification 7.1). */

/** `count` bounds from `first` on, each twice the one before. */
function doubling(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first * 2 ** i);
}

export const DURATION_S = [
  ...[0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
  ...[120, 180, 240, 300, 360, 480, 600, 900, 1200, 1800, 2700, 3600],
];
export const TTFT_S = DURATION_S.filter((bound) => bound <= 120);
export const TPOT_S = [
  ...[0.0005, 0.00205, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8],
  ...[1, 2],
];
export const NTPOT_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
export const ITL_S = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2];
/** Of what the router does itself: scheduling, single plugins, enqueueing, dispatch cycles. */
export const INTERNAL_S = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1];
export const PROCESSING_S = [
  ...[0.0005, 0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.04, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];
export const QUEUE_S = [
  ...[0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
];
export const CONFIRMATION_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
export const TOKENS = [1, ...doubling(8, 18)];
export const OUTPUT_TOKENS = TOKENS.filter((bound) => bound <= 8192);
export const REQUEST_BYTES = doubling(64, 25);
export const RESPONSE_BYTES = [1, ...doubling(8, 14)];
export const RATIO = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** Of prefix bytes: upstream's are not in the specification; these go from a block to a long context. */
export const PREFIX_BYTES = [0, ...doubling(256, 15)];
