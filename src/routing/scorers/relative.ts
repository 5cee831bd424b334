/** Scores relative to the other candidates. */
import type { Cycle } from '../plugin.ts';

/** (max - v) / (max - min) of a column over the candidates; all equal: 1. */
export function lessIsBetter(cycle: Cycle, column: Float64Array, out: Float64Array): void {
  const { rows, count } = cycle;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = column[rows[i]!]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const range = max - min;
  for (let i = 0; i < count; i++) out[i] = range === 0 ? 1 : (max - column[rows[i]!]!) / range;
}
