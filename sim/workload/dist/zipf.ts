/** Popularity of shared things: item i of n is drawn with odds proportional to 1 / (i + 1)^exponent. */
import type { Rng } from '../../../src/core/rng.ts';

/** Draws an index below `count`; one draw each, also when there is no choice. */
export function zipfSampler(count: number, exponent: number, rng: Rng): () => number {
  return weightedSampler(
    Array.from({ length: count }, (_, i) => (i + 1) ** -exponent),
    rng,
  );
}

/** Draws an index with odds proportional to its (positive) weight; one draw each. */
export function weightedSampler(weights: readonly number[], rng: Rng): () => number {
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (const [i, weight] of weights.entries()) {
    total += weight;
    cumulative[i] = total;
  }
  const last = weights.length - 1;
  return () => {
    const target = rng.unit() * total;
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! > target) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
