/** Compaction of candidates in place. */
import type { Cycle } from '../plugin.ts';

/** Keeps the candidates that `keeps` accepts, in order; returns how many, without setting `cycle.count`. */
export function compact(cycle: Cycle, keeps: (row: number) => boolean): number {
  const { rows, count } = cycle;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    if (keeps(row)) rows[kept++] = row;
  }
  return kept;
}
