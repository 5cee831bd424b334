/** Orders of the request timeline, on a recording of five requests worked by hand. */
import { describe, expect, it } from 'vitest';
import type { Recording } from '../../sim/inspect/recording.ts';
import { rowsInWindow, servedBy } from '../../web/inspect/timeline-rows.ts';

/** Row: arrival, end, instance that answered (-1: none). First tokens are slowest in the order 3, 0, 4, 1, 2. */
const ROWS = [
  [0, 90, 1],
  [10, 40, 0],
  [20, 50, 1],
  [30, 100, 0],
  [60, 80, -1],
] as const;
const recording = {
  requests: {
    arrivalUs: Float64Array.from(ROWS, ([arrival]) => arrival),
    endUs: Float64Array.from(ROWS, ([, end]) => end),
    endpoint: Int32Array.from(ROWS, ([, , endpoint]) => endpoint),
    prefillEndpoint: Int32Array.of(-1, 1, -1, -1, -1),
    count: ROWS.length,
  },
  instances: [{ name: 'a' }, { name: 'b' }],
  byArrival: Uint32Array.of(0, 1, 2, 3, 4),
  bySlowness: Uint32Array.of(3, 0, 4, 1, 2),
} as unknown as Recording;
const all = { fromUs: 0, toUs: 100 };

describe('requests of an instance', () => {
  it('are those that it answered or prefilled, within the cohort where there is one', () => {
    const rowsOf = (instance: number | null, isIn: Uint8Array | null) => [
      ...rowsInWindow(recording, all, 10, 'arrival', servedBy(recording, instance, isIn)).rows,
    ];
    expect(rowsOf(1, null)).toEqual([0, 1, 2]);
    expect(rowsOf(0, null)).toEqual([1, 3]);
    expect(rowsOf(1, Uint8Array.of(0, 1, 1, 1, 1))).toEqual([1, 2]);
    expect(rowsOf(null, Uint8Array.of(0, 1, 0, 0, 0))).toEqual([1]);
    expect(rowsOf(null, null)).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('rows of the timeline', () => {
  it.each([
    ['arrival', [0, 1, 2, 3, 4]],
    ['slowest', [3, 0, 4, 1, 2]],
    ['instance', [1, 3, 0, 2, 4]],
  ] as const)('by %s', (order, rows) => {
    expect([...rowsInWindow(recording, all, 10, order).rows]).toEqual(rows);
  });

  it.each(['arrival', 'slowest', 'instance'] as const)('by %s are those of the window only', (order) => {
    const { rows, total } = rowsInWindow(recording, { fromUs: 45, toUs: 55 }, 10, order);
    expect([...rows].sort()).toEqual([0, 2, 3]);
    expect(total).toBe(3);
  });

  it('leave out nobody who came long before the window and is still there', () => {
    const rowsIn = (fromUs: number) => [...rowsInWindow(recording, { fromUs, toUs: 200 }, 10).rows];
    expect(rowsIn(85)).toEqual([0, 3]);
    expect(rowsIn(100)).toEqual([3]);
    expect(rowsIn(101)).toEqual([]);
  });

  it('that are too many for the height show the longest of each pair of neighbours', () => {
    const { rows, total } = rowsInWindow(recording, all, 2, 'arrival');
    expect([...rows]).toEqual([0, 3]);
    expect(total).toBe(5);
  });
});
