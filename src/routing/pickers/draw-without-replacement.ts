/** Weighted drawing without replacement: equals A-Res (keys U^(1/weight)) in distribution, without powers. */
import type { Rng } from '../../core/rng.ts';

/**
 * Writes `wanted` of `count` indexes to `picked` and returns how many; draws `wanted` numbers. Each next index has
 * probability weight / sum of weights left; once no positive weight is left, indexes are equally likely. `isWeighted`
 * false takes all weights as equal.
 */
export function drawIndexes(
  weights: Float64Array,
  count: number,
  picked: Int32Array,
  options: { readonly rng: Rng; readonly wanted: number; readonly isWeighted: boolean },
): number {
  const { rng, wanted, isWeighted } = options;
  for (let n = 0; n < wanted; n++) {
    const draw = rng.unit();
    if (n < count) picked[n] = drawOne(weights, count, picked, n, isWeighted, draw);
  }
  return Math.min(wanted, count);
}

function drawOne(
  weights: Float64Array,
  count: number,
  picked: Int32Array,
  taken: number,
  isWeighted: boolean,
  draw: number,
): number {
  let sum = 0;
  if (isWeighted)
    for (let i = 0; i < count; i++) if (!isTaken(picked, taken, i) && weights[i]! > 0) sum += weights[i]!;
  const equal = sum === 0;
  let left = draw * (equal ? count - taken : sum);
  let last = -1;
  for (let i = 0; i < count; i++) {
    if (isTaken(picked, taken, i)) continue;
    const weight = equal ? 1 : weights[i]!;
    if (!(weight > 0)) continue;
    last = i;
    if (left < weight) return i;
    left -= weight;
  }
  return last;
}

function isTaken(picked: Int32Array, taken: number, index: number): boolean {
  for (let n = 0; n < taken; n++) if (picked[n] === index) return true;
  return false;
}
