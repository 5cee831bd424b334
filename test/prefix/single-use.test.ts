/**
 * Blocks that no request will ever look up are kept as runs: what the index answers about all others must be what it answers
 * when every block has a key of its own.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApproximateIndex } from '../../src/prefix/approximate.ts';

const step = fc.record({
  row: fc.integer({ min: 0, max: 3 }),
  group: fc.integer({ min: 1, max: 5 }),
  shared: fc.integer({ min: 0, max: 12 }),
  own: fc.integer({ min: 0, max: 20 }),
});

/** Keys of the first `shared` blocks of a group, then `own` keys that occur once. */
function keysOf(group: number, shared: number, own: number, serial: number): Uint32Array {
  const keys: number[] = [];
  for (let i = 0; i < shared; i++) keys.push(group * 1000 + i, 7);
  for (let i = 0; i < own; i++) keys.push(1e6 + serial * 100 + i, 9);
  return Uint32Array.from(keys);
}

test('runs of single-use blocks age and evict exactly as single blocks do', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 5, max: 40 }),
      fc.boolean(),
      (steps, capacity, keepGhosts) => {
        const plain = new ApproximateIndex({ keepGhosts });
        const runs = new ApproximateIndex({ keepGhosts });
        const counts = [new Float64Array(4), new Float64Array(4)] as const;
        for (const [serial, s] of steps.entries()) {
          const shared = keysOf(s.group, s.shared, 0, 0);
          plain.match(shared, counts[0]);
          runs.match(shared, counts[1]);
          expect([...counts[1]]).toEqual([...counts[0]]);
          plain.insert(s.row, keysOf(s.group, s.shared, s.own, serial), capacity);
          runs.insert(s.row, shared, capacity, s.own);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
