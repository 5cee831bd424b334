import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PRECISE_DEFAULTS, PreciseIndex, type PreciseIndexOptions } from '../../src/prefix/precise.ts';
import { lanes } from './lanes.ts';

const ROWS = 6;

function columns(): { matchBlocks: Float64Array; cachedBlocks: Float64Array } {
  return { matchBlocks: new Float64Array(ROWS), cachedBlocks: new Float64Array(ROWS) };
}

function index(change: Partial<PreciseIndexOptions> = {}): PreciseIndex {
  return new PreciseIndex({ ...PRECISE_DEFAULTS, ...change });
}

function run(of: PreciseIndex, keys: readonly bigint[]): { match: number[]; cached: number[] } {
  const into = columns();
  of.match(lanes(keys), into);
  return { match: Array.from(into.matchBlocks), cached: Array.from(into.cachedBlocks) };
}

describe('precise index', () => {
  test('the run counts from block 0 and ends at the first block that the endpoint lacks', () => {
    const it = index();
    it.add(0, 'gpu', lanes([1n, 2n, 3n]));
    it.add(1, 'gpu', lanes([1n, 3n]));
    it.add(2, 'gpu', lanes([2n, 3n]));
    expect(run(it, [1n, 2n, 3n, 4n]).cached.slice(0, 3)).toEqual([3, 1, 0]);
  });

  test('blocks count by tier weight and the sum is truncated', () => {
    const it = index();
    it.add(0, 'cpu', lanes([1n, 2n, 3n, 4n]));
    it.add(1, 'cpu', lanes([1n, 2n]));
    it.add(1, 'gpu', lanes([2n]));
    it.add(2, 'disk', lanes([1n]));
    const { match, cached } = run(it, [1n, 2n, 3n, 4n]);
    // 4 x 0.8 = 3.2; 0.8 + max(0.8, 1) = 1.8; a tier without a weight counts 1.
    expect(match.slice(0, 3)).toEqual([3, 1, 1]);
    expect(cached.slice(0, 3)).toEqual([4, 2, 1]);
    expect(it.cachedInTier(lanes([1n, 2n]), 1, 'gpu', 2)).toBe(1);
    expect(it.cachedInTier(lanes([1n, 2n]), 1, 'cpu', 2)).toBe(2);
  });

  test('a key remembers its most recent holders only', () => {
    const it = index({ podCacheSize: 2 });
    for (const row of [0, 1, 0, 2]) it.add(row, 'gpu', lanes([1n]));
    expect(run(it, [1n]).cached.slice(0, 3)).toEqual([1, 0, 1]);
  });

  test('the index keeps the most recently written keys only', () => {
    const it = index({ size: 2 });
    it.add(0, 'gpu', lanes([1n, 2n]));
    it.add(0, 'gpu', lanes([1n, 3n]));
    expect(it.blocks).toBe(2);
    expect([1n, 2n, 3n].map((key) => run(it, [key]).cached[0])).toEqual([1, 0, 1]);
  });

  test('a speculative holder ends with its time to live unless events confirm it', () => {
    const it = index({ speculativeTtlUs: 100 });
    it.addSpeculative(0, lanes([1n, 2n]), 1000);
    it.add(0, 'cpu', lanes([1n]));
    expect(run(it, [1n, 2n]).match[0]).toBe(2);
    it.expire(1099);
    expect(run(it, [1n, 2n]).cached[0]).toBe(2);
    expect(it.nextExpiryUs).toBe(1100);
    it.expire(1100);
    expect(run(it, [1n, 2n])).toMatchObject({ match: [0, 0, 0, 0, 0, 0], cached: [1, 0, 0, 0, 0, 0] });
    expect(it.nextExpiryUs).toBe(Number.POSITIVE_INFINITY);
  });

  test('a renewed speculative holder outlives the first write', () => {
    const it = index({ speculativeTtlUs: 100 });
    it.addSpeculative(0, lanes([1n]), 0);
    it.addSpeculative(0, lanes([1n]), 50);
    it.expire(100);
    expect(run(it, [1n]).cached[0]).toBe(1);
    it.expire(150);
    expect(it.blocks).toBe(0);
  });
});

/** Holders per key, newest first, in plain maps. */
class Reference {
  readonly holders = new Map<bigint, string[]>();
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(holder: string, keys: readonly bigint[]): void {
    for (const key of keys) {
      const rest = (this.holders.get(key) ?? []).filter((h) => h !== holder);
      this.holders.set(key, [holder, ...rest].slice(0, this.limit));
    }
  }

  remove(gone: (holder: string) => boolean, keys: readonly bigint[]): void {
    for (const key of keys) {
      const left = (this.holders.get(key) ?? []).filter((h) => !gone(h));
      if (left.length === 0) this.holders.delete(key);
      else this.holders.set(key, left);
    }
  }

  run(keys: readonly bigint[], row: number): { match: number; cached: number } {
    let match = 0;
    let cached = 0;
    for (const key of keys) {
      const tiers = (this.holders.get(key) ?? []).filter((h) => h.startsWith(`${row}:`));
      if (tiers.length === 0) break;
      match += Math.max(...tiers.map((h) => (h.endsWith('cpu') ? 0.5 : 1)));
      cached += 1;
    }
    return { match: Math.trunc(match), cached };
  }
}

test('the precise index answers as plain maps after any history', () => {
  const keySets = fc.array(fc.bigInt({ min: 0n, max: 12n }), { maxLength: 8 });
  const step = fc.record({
    kind: fc.constantFrom('add', 'add', 'add', 'remove', 'removeRow', 'match'),
    row: fc.nat(ROWS - 1),
    tier: fc.constantFrom('gpu', 'cpu'),
    keys: keySets,
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      (history, podCacheSize) => {
        const it = index({
          podCacheSize,
          tiers: [
            { name: 'gpu', weight: 1 },
            { name: 'cpu', weight: 0.5 },
          ],
        });
        const model = new Reference(podCacheSize);
        for (const { kind, row, tier, keys } of history) {
          if (kind === 'add') {
            it.add(row, tier, lanes(keys));
            model.add(`${row}:${tier}`, keys);
          } else if (kind === 'remove') {
            it.remove(row, tier, lanes(keys));
            model.remove((h) => h === `${row}:${tier}`, keys);
          } else if (kind === 'removeRow') {
            it.removeRow(row);
            model.remove((h) => h.startsWith(`${row}:`), [...model.holders.keys()]);
          } else {
            const found = run(it, keys);
            for (let r = 0; r < ROWS; r++) {
              expect({ match: found.match[r], cached: found.cached[r] }).toEqual(model.run(keys, r));
            }
          }
          expect(it.blocks).toBe(model.holders.size);
        }
      },
    ),
    { numRuns: 300 },
  );
});
