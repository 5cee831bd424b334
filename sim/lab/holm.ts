/**
 * Holm's step-down correction: S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
 * Statistics 6(2), 1979. The i-th smallest of m p-values is multiplied by m - i + 1; corrected values never fall along that
 * order and are at most 1. 0.01, 0.04, 0.03 become 0.03, 0.06, 0.06.
 */

/** A corrected p from which on nothing is called better or worse. */
export const MOST_P = 0.05;

/** Corrected p-values, in the order given. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  const corrected = new Array<number>(pValues.length).fill(1);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, pValues[i]! * (pValues.length - rank)));
    corrected[i] = least;
  }
  return corrected;
}

/** `0.012`, `< 0.001`. */
export function pText(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
