/**
 * A distribution known by some of its quantiles: linear between neighbouring pairs, constant outside the first and last
 * one (no tail is invented).
 */
import type { Rng } from '../../../src/core/rng.ts';

/** Inverse of the piecewise linear distribution function at `u` in [0, 1); `quantiles` are ascending [quantile, value]. */
export function empiricalQuantile(quantiles: readonly (readonly [number, number])[], u: number): number {
  let low = quantiles[0]!;
  for (const high of quantiles) {
    if (u < high[0]) {
      if (high === low) return low[1];
      return low[1] + ((high[1] - low[1]) * (u - low[0])) / (high[0] - low[0]);
    }
    low = high;
  }
  return low[1];
}

/** One draw per value. */
export function empiricalSampler(quantiles: readonly (readonly [number, number])[], rng: Rng): () => number {
  return () => empiricalQuantile(quantiles, rng.unit());
}
