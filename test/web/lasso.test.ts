/** What a lasso encloses: hand-drawn paths and points whose side of them is plain. */
import { describe, expect, it } from 'vitest';
import { isWithin, type Place, regionOf } from '../../web/plan/lasso-region.ts';

const at = (x: number, y: number): Place => ({ x, y });

describe('a lasso', () => {
  it('that goes round has what lies within it, and not what lies in a bay of it', () => {
    // A U: its bay opens upwards, between x = 4 and x = 6.
    const u = [at(0, 0), at(4, 0), at(4, 8), at(6, 8), at(6, 0), at(10, 0), at(10, 10), at(0, 10)];
    expect(regionOf(u)).toBe(u);
    expect([at(2, 5), at(8, 5), at(5, 9)].map((place) => isWithin(u, place))).toEqual([true, true, true]);
    expect([at(5, 4), at(11, 5), at(5, 11)].map((place) => isWithin(u, place))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('that goes straight across is the rectangle of its ends, whichever way it was drawn', () => {
    const across = [at(10, 2), at(7, 5), at(4, 7), at(0, 12)];
    for (const path of [across, across.toReversed()]) {
      expect(new Set(regionOf(path).map(({ x, y }) => `${x},${y}`))).toEqual(
        new Set(['10,2', '0,2', '0,12', '10,12']),
      );
      expect(isWithin(regionOf(path), at(1, 3))).toBe(true);
      expect(isWithin(regionOf(path), at(11, 3))).toBe(false);
    }
  });
});
