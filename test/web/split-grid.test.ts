/** The grid of splits: which fleets it holds, and how the keys go through it. */
import { describe, expect, it } from 'vitest';
import { parseComparison } from '../../sim/scenario/parse.ts';
import type { Comparison, NamedFleet } from '../../sim/scenario/schema.ts';
import { cellBeside } from '../../web/compare/grid-keys.ts';
import { gridComparison, splitGrid } from '../../web/compare/split-grid.ts';
import { DEFAULT_COMPARISON } from '../../web/state/defaults.ts';

const withFirst = (fleet: NamedFleet): Comparison => ({
  ...DEFAULT_COMPARISON,
  fleets: [fleet, DEFAULT_COMPARISON.fleets[1]!],
});
const [first] = DEFAULT_COMPARISON.fleets;
const pool = first!.pools[0]!;

describe('the grid of eight GPUs', () => {
  const grid = splitGrid(DEFAULT_COMPARISON)!;

  it('divides them in every way that whole replicas allow', () => {
    expect(grid.gpus).toBe(8);
    const ofTp = (tp: number): number[] =>
      grid.cells.filter((cell) => cell.tp === tp).map(({ prefillGpus }) => prefillGpus);
    expect(ofTp(1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(ofTp(2)).toEqual([0, 2, 4, 6]);
    expect(ofTp(4)).toEqual([0, 4]);
    expect(ofTp(8)).toEqual([0]);
  });

  it('gives every fleet all GPUs and a name of its own', () => {
    const used = grid.cells.map(({ fleet }) =>
      fleet.pools.reduce((sum, { replicas, parallel }) => sum + replicas * (parallel?.tp ?? 1), 0),
    );
    expect(new Set(used)).toEqual(new Set([8]));
    expect(new Set(grid.cells.map(({ fleet }) => fleet.name)).size).toBe(grid.cells.length);
    expect(parseComparison(gridComparison(DEFAULT_COMPARISON, grid.cells)).fleets).toHaveLength(15);
  });

  it('keeps what fleet A is given otherwise', () => {
    const engine = { name: 'vllm' as const, args: { max_num_batched_tokens: 1024 } };
    const own = withFirst({ ...first!, pools: [{ ...pool, engine }], network: { kvLink: 'tcp-25g' } });
    for (const { fleet } of splitGrid(own)!.cells) {
      expect(fleet.network).toEqual({ kvLink: 'tcp-25g' });
      for (const each of fleet.pools) expect(each.engine).toEqual(engine);
    }
  });
});

it('of many GPUs takes some splits, few enough to read', () => {
  const grid = splitGrid(withFirst({ ...first!, pools: [{ ...pool, replicas: 100 }] }))!;
  expect(grid.columns.length).toBeLessThanOrEqual(9);
  expect(grid.cells.length).toBeLessThanOrEqual(26);
  for (const { fleet } of grid.cells)
    for (const { replicas } of fleet.pools) expect(replicas).toBeGreaterThan(0);
});

it.each([
  ['one GPU', { ...first!, pools: [{ ...pool, replicas: 1 }] }],
  ['two GPU types', { ...first!, pools: [pool, { ...pool, name: 'b', gpu: 'a100-80g' }] }],
  ['pipeline parallelism', { ...first!, pools: [{ ...pool, parallel: { pp: 2 } }] }],
])('is none for %s', (_, fleet) => {
  expect(splitGrid(withFirst(fleet))).toBeNull();
});

it.each([
  null,
  {},
  { fleets: 3 },
  { fleets: [] },
  { fleets: [null] },
  { fleets: [{ pools: [null] }] },
  { fleets: [{ pools: 'x' }] },
])('is none for what is no comparison: %j', (document) => {
  expect(splitGrid(document)).toBeNull();
});

describe('arrow keys', () => {
  const cells = splitGrid(DEFAULT_COMPARISON)!.cells;
  const from = (tp: number, prefillGpus: number, key: string) => {
    const at = cells.findIndex((cell) => cell.tp === tp && cell.prefillGpus === prefillGpus);
    const cell = cells[cellBeside(cells, at, key)!]!;
    return [cell.tp, cell.prefillGpus];
  };

  it('go to the next cell of the row, and stay at its end', () => {
    expect(from(2, 2, 'ArrowRight')).toEqual([2, 4]);
    expect(from(2, 6, 'ArrowRight')).toEqual([2, 6]);
  });

  it('go to the nearest cell of the next row', () => {
    expect(from(1, 5, 'ArrowDown')).toEqual([2, 4]);
    expect(from(4, 4, 'ArrowUp')).toEqual([2, 4]);
    expect(from(4, 4, 'ArrowDown')).toEqual([8, 0]);
  });
});
