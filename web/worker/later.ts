/**
 * The part of the simulator that most runs do without: a script of its own, loaded when it is first needed
 * (build/later-imports.ts says what is in it). Outside of a build everything is there from the start.
 */
type Everything = Readonly<Record<string, unknown>>;

const takers: ((all: Everything) => void)[] = [];
const fills: (() => void)[] = [];
let whole: Promise<void> | null = null;

/** Stands for whatever has not been loaded. Who runs into it has everything loaded and begins again (`moreLoaded`). */
export function absent(): never {
  throw new Error('this part of the simulator has not been loaded');
}

export function later(take: (all: Everything) => void): void {
  takers.push(take);
}

/** `fill` completes a list once everything is there. */
export function filled(fill: () => void): void {
  fills.push(fill);
}

/** Resolves once everything is there. */
export function wholeSimulator(): Promise<void> {
  whole ??= import('virtual:later').then((all) => {
    for (const take of takers) take(all);
    for (const fill of fills) fill();
  });
  return whole;
}

/** Loads what is missing; false where nothing was. */
export async function moreLoaded(): Promise<boolean> {
  const hadAll = whole !== null || takers.length === 0;
  await wholeSimulator();
  return !hadAll;
}
