/** Compaction of the candidates, shared by filters. */
import type { Cycle } from '../plugin.ts';

/** Keeps what passes; with `fallbackOnEmpty` everything when nothing does. */
export function keep(cycle: Cycle, passes: (row: number) => boolean, fallbackOnEmpty: boolean): void {
  const { rows, count } = cycle;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    if (passes(row)) rows[kept++] = row;
  }
  // With none kept the rows are as they were.
  if (kept > 0 || !fallbackOnEmpty) cycle.count = kept;
}
