/** Fleets are put in another order: letters follow the order, the inspected fleet stays itself, undo brings the order back. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_STATE, loadScenario, undo, useScenario } from '../../web/state/document-store.ts';
import { moveFleet, placeAfter, withMoved } from '../../web/state/fleet-order.ts';
import { useView } from '../../web/state/view-store.ts';

const names = (): string[] =>
  (useScenario.getState().document as { fleets: { name: string }[] }).fleets.map(({ name }) => name);

it('moves a fleet, keeps looking at the same one, and is undone in one step', () => {
  loadScenario(DEFAULT_STATE);
  const [a, b, c] = names();
  useView.setState({ fleet: 0 });
  expect(moveFleet(c!, () => 0)).toBe(true);
  expect(names()).toEqual([c, a, b]);
  expect(useView.getState().fleet).toBe(1);
  expect(moveFleet(c!, (from) => from - 1)).toBe(false);
  undo();
  expect(names()).toEqual([a, b, c]);
});

it('loses no fleet, and says of each where it went', () => {
  const place = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(place, place, (from, to) => {
      const moved = withMoved([0, 1, 2, 3, 4], from, to);
      for (const one of [0, 1, 2, 3, 4]) expect(moved[placeAfter(one, from, to)]).toBe(one);
    }),
  );
});
