/** Keys of the grid: the nearest cell in the direction of an arrow; rows have different columns. */

interface Place {
  readonly tp: number;
  readonly prefillGpus: number;
}

/** Across and down. */
const DIRECTIONS: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Place in the list after a key; null puts the reading away, undefined is a key that is not the grid's. */
export function cellBeside(
  cells: readonly Place[],
  at: number | null,
  key: string,
): number | null | undefined {
  if (key === 'Escape') return null;
  if (!/^(Arrow|Home$|End$)/.test(key)) return undefined;
  if (at === null || key === 'Home') return 0;
  if (key === 'End') return cells.length - 1;
  const { tp, prefillGpus } = cells[at]!;
  const distance = (cell: Place): number => Math.abs(cell.prefillGpus - prefillGpus);
  const [across, down] = DIRECTIONS[key] ?? [0, 0];
  const isThere = (cell: Place): boolean =>
    down === 0
      ? cell.tp === tp && Math.sign(cell.prefillGpus - prefillGpus) === across
      : Math.sign(cell.tp - tp) === down;
  const found = cells
    .map((cell, i) => ({ cell, i }))
    .filter(({ cell }) => isThere(cell))
    // The nearest row first, then the nearest column.
    .sort(
      (a, b) => Math.abs(a.cell.tp - tp) - Math.abs(b.cell.tp - tp) || distance(a.cell) - distance(b.cell),
    );
  return found[0]?.i ?? at;
}
