/** The search of fits. */
import { expect, test } from 'vitest';
import { climb } from '../../sim/calibrate/climb.ts';

const AXES = [
  { name: 'x', values: [0, 1, 2, 3, 5, 8] },
  { name: 'y', values: [-2, -1, 0, 1, 2] },
];

test('climbs to the best candidates of a bowl with a kink, from anywhere', () => {
  const lossOf = ([x = 0, y = 0]: readonly number[]): number => 1 + Math.abs(x - 5) + (y + 1) ** 2;
  for (const start of [
    [0, 2],
    [8, -2],
    [5, -1],
  ]) {
    expect(climb(AXES, start, lossOf)).toEqual({ values: [5, -1], loss: 1 });
  }
});

test('stays where it is when nothing helps by a thousandth', () => {
  expect(climb(AXES, [2, 0], ([x = 0]) => 1 - x * 1e-5).values).toEqual([2, 0]);
});
