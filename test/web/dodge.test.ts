import { expect, it } from 'vitest';
import { dodged } from '../../web/charts/dodge.ts';

it('labels of marks that stand close are moved down, those of others stay', () => {
  const places = [
    { x: 10, y: 100 },
    { x: 12, y: 104 },
    { x: 14, y: 106 },
    { x: 200, y: 101 },
  ];
  expect(dodged(places)).toEqual([100, 113, 126, 101]);
});

it('marks far enough apart keep their own heights', () => {
  expect(
    dodged([
      { x: 0, y: 40 },
      { x: 0, y: 60 },
    ]),
  ).toEqual([40, 60]);
});
