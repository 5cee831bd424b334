import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ApproximateIndex, approximateBlockSize } from '../../src/prefix/approximate.ts';
import { lanes } from './lanes.ts';

/** The index as the specification words it: maps, and one array per row, oldest key first. */
class Reference {
  readonly holders = new Map<bigint, Set<number>>();
  readonly lru = new Map<number, { capacity: number; keys: bigint[] }>();
  readonly keepGhosts: boolean;

  constructor(keepGhosts: boolean) {
    this.keepGhosts = keepGhosts;
  }

  insert(row: number, keys: readonly bigint[], capacity: number): void {
    const list = this.lru.get(row) ?? { capacity, keys: [] };
    this.lru.set(row, list);
    for (const key of keys) {
      const at = list.keys.indexOf(key);
      if (at >= 0) list.keys.splice(at, 1);
      list.keys.push(key);
      if (list.keys.length > list.capacity) this.holders.get(list.keys.shift()!)?.delete(row);
    }
    for (const key of keys) {
      if (!this.keepGhosts && !list.keys.includes(key)) continue;
      if (!this.holders.has(key)) this.holders.set(key, new Set());
      this.holders.get(key)!.add(row);
    }
  }

  removeRow(row: number): void {
    this.lru.delete(row);
    for (const rows of this.holders.values()) rows.delete(row);
  }

  match(keys: readonly bigint[], rows: number): { counts: number[]; walked: number } {
    const counts = new Array<number>(rows).fill(0);
    let walked = 0;
    for (const key of keys) {
      const holders = this.holders.get(key);
      if (holders === undefined || holders.size === 0) break;
      for (const row of holders) counts[row]! += 1;
      walked += 1;
    }
    return { counts, walked };
  }

  heldBy(row: number): number {
    return [...this.holders.values()].filter((rows) => rows.has(row)).length;
  }

  get blocks(): number {
    return [...this.holders.values()].filter((rows) => rows.size > 0).length;
  }
}

/** Chains share prefixes: a chain forks from chain 0 after `fork` blocks, and from the others of its branch there too. */
function chain(branch: number, fork: number, length: number): bigint[] {
  const own = (BigInt(1 + branch) << 40n) + (BigInt(fork) << 33n);
  return Array.from({ length }, (_, i) => (i < fork ? BigInt(i) : own) + BigInt(i * 7));
}

const ROWS = 70;
const chains = fc
  .record({ branch: fc.nat(4), fork: fc.nat(6), length: fc.integer({ min: 0, max: 14 }) })
  .map(({ branch, fork, length }) => chain(branch, fork, length));
const rows = fc.oneof(fc.nat(3), fc.constantFrom(31, 32, 63, 69));
const operations = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('insert' as const),
        row: rows,
        keys: chains,
        capacity: fc.integer({ min: 1, max: 20 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('match' as const), keys: chains }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), row: rows }) },
  ),
  { maxLength: 120 },
);

describe.each([true, false])('approximate index, keepGhosts %s', (keepGhosts) => {
  test('answers as the plain model after any history', () => {
    fc.assert(
      fc.property(operations, (history) => {
        const index = new ApproximateIndex({ keepGhosts });
        const model = new Reference(keepGhosts);
        const counts = new Float64Array(ROWS);
        for (const op of history) {
          if (op.kind === 'insert') {
            index.insert(op.row, lanes(op.keys), op.capacity);
            model.insert(op.row, op.keys, op.capacity);
          } else if (op.kind === 'remove') {
            index.removeRow(op.row);
            model.removeRow(op.row);
          } else {
            const walked = index.match(lanes(op.keys), counts);
            expect({ counts: Array.from(counts), walked }).toEqual(model.match(op.keys, ROWS));
          }
          expect(index.blocks).toBe(model.blocks);
          expect(index.heldBy(3)).toBe(model.heldBy(3));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('approximate index', () => {
  const counts = new Float64Array(4);

  test('the head of the oldest prefix is evicted first, which hides the rest of it', () => {
    const index = new ApproximateIndex();
    index.insert(0, lanes([1n, 2n, 3n]), 4);
    index.insert(0, lanes([10n, 11n]), 4);
    expect(index.match(lanes([1n, 2n, 3n]), counts)).toBe(0);
    expect(index.heldBy(0)).toBe(4);
    index.insert(1, lanes([1n]), 4);
    expect(index.match(lanes([1n, 2n, 3n]), counts)).toBe(3);
    expect(Array.from(counts)).toEqual([2, 1, 0, 0]);
  });

  test('a count need not be a run from block 0 of that endpoint', () => {
    const index = new ApproximateIndex();
    index.insert(0, lanes([1n, 2n, 3n]), 10);
    index.insert(1, lanes([1n, 2n, 3n]), 3);
    index.insert(1, lanes([10n, 11n]), 3);
    expect(index.match(lanes([1n, 2n, 3n, 4n]), counts)).toBe(3);
    expect(Array.from(counts)).toEqual([3, 1, 0, 0]);
  });

  test('capacity stays what it was at the first write, until the endpoint is removed', () => {
    const index = new ApproximateIndex();
    index.insert(0, lanes([1n, 2n]), 2);
    index.insert(0, lanes([3n]), 100);
    expect(index.heldBy(0)).toBe(2);
    index.removeRow(0);
    index.insert(0, lanes([1n, 2n, 3n]), 100);
    expect(index.heldBy(0)).toBe(3);
  });

  test('a look-up does not refresh recency, an insert does', () => {
    const index = new ApproximateIndex();
    index.insert(0, lanes([1n]), 2);
    index.insert(0, lanes([2n]), 2);
    index.match(lanes([1n]), counts);
    index.insert(0, lanes([3n]), 2);
    expect(index.match(lanes([1n]), counts)).toBe(0);
    index.insert(0, lanes([2n]), 2);
    index.insert(0, lanes([4n]), 2);
    expect(index.match(lanes([2n]), counts)).toBe(1);
    expect(index.match(lanes([3n]), counts)).toBe(0);
  });

  test('a request longer than the capacity leaves ghosts, as upstream does', () => {
    const index = new ApproximateIndex();
    index.insert(0, lanes([1n, 2n, 3n]), 2);
    expect(index.match(lanes([1n, 2n, 3n]), counts)).toBe(3);
    index.insert(0, lanes([4n, 5n]), 2);
    expect(index.match(lanes([1n]), counts)).toBe(1);
    expect(index.match(lanes([2n]), counts)).toBe(0);
    index.removeRow(0);
    expect(index.blocks).toBe(0);
  });

  test('block size follows the metric when auto-tuning and is never below 64 tokens', () => {
    expect(approximateBlockSize(true, 16, 128)).toBe(64);
    expect(approximateBlockSize(true, 128, 16)).toBe(128);
    expect(approximateBlockSize(true, 0, 96)).toBe(96);
    expect(approximateBlockSize(false, 256, 16)).toBe(64);
  });
});
