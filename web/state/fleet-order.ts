/** The order of the fleets of the comparison: letters follow it, and the first one is what all differences are against. */
import { putDocument, useScenario } from './document-store.ts';
import { useView } from './view-store.ts';

/** The list with the element at one place moved to another; the same list where there is nothing to move. */
export function withMoved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const element = list[from];
  if (element === undefined || to < 0 || to >= list.length || from === to) return list;
  return list.toSpliced(from, 1).toSpliced(to, 0, element);
}

/** Where the fleet at `place` stands after such a move. */
export function placeAfter(place: number, from: number, to: number): number {
  if (place === from) return to;
  if (from < place && place <= to) return place - 1;
  return to <= place && place < from ? place + 1 : place;
}

/** Puts a fleet at another place, one step of undo; false where it cannot go there. The fleet that is inspected stays it. */
export function moveFleet(name: string, place: (from: number) => number): boolean {
  const comparison = (useScenario.getState().document ?? {}) as { readonly fleets?: unknown };
  if (!Array.isArray(comparison.fleets)) return false;
  const fleets = comparison.fleets as readonly { readonly name?: unknown }[];
  const from = fleets.findIndex((fleet) => fleet?.name === name);
  const to = place(from);
  const moved = withMoved(fleets, from, to);
  if (from < 0 || moved === fleets) return false;
  putDocument('comparison', { ...comparison, fleets: moved });
  useView.setState(({ fleet }) => ({ fleet: placeAfter(fleet, from, to) }));
  return true;
}
