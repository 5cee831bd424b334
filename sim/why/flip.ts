/**
 * Where a decision changes: the nearest factor of an input, up and down from 1, at which another one is taken. A generator: it
 * yields factors and is told the decision there, so that whoever makes runs can make them anywhere.
 */

/** Where the decision changes on one side of 1. */
export interface Flip {
  /** Nearest factor tried at which the decision is another one; the change lies between it and `holdsTo`. */
  readonly factor: number;
  /** Furthest factor up to which every tried one gives the decision of factor 1. */
  readonly holdsTo: number;
  readonly decision: string;
}

/** Where the decision changes among values that go in steps. */
export interface StepFlip {
  readonly value: number;
  /** Last value before it, at which the decision still holds. */
  readonly holdsTo: number;
  readonly decision: string;
}

/** Both sides; null where nothing changes as far as was looked. */
export interface Flips {
  readonly up: Flip | null;
  readonly down: Flip | null;
}

/** Factors of the search to each side, and the relative width at which it ends. */
const STEPS = [1.1, 1.25, 1.5, 2, 3, 4];
export const FURTHEST_FACTOR = 4;
const WIDTH = 0.02;

/** Searches both sides; `decision` is the one at factor 1. A factor that cannot be run is told as null and ends a side. */
export function* findFlips(decision: string): Generator<number, Flips, string | null> {
  const up = yield* findFlip(decision, (step) => step);
  const down = yield* findFlip(decision, (step) => 1 / step);
  return { up, down };
}

function* findFlip(
  decision: string,
  side: (step: number) => number,
): Generator<number, Flip | null, string | null> {
  let holdsTo = 1;
  for (const step of STEPS) {
    const factor = side(step);
    const there = yield factor;
    if (there === null) return null;
    if (there !== decision) return yield* narrow({ factor, holdsTo, decision: there }, decision);
    holdsTo = factor;
  }
  return null;
}

/** The nearest of values, given nearest first, at which another decision is taken; one that cannot be run ends the search. */
export function* findStepFlip(
  decision: string,
  now: number,
  values: readonly number[],
): Generator<number, StepFlip | null, string | null> {
  let holdsTo = now;
  for (const value of values) {
    const there = yield value;
    if (there === null) return null;
    if (there !== decision) return { value, holdsTo, decision: there };
    holdsTo = value;
  }
  return null;
}

function* narrow(flip: Flip, decision: string): Generator<number, Flip, string | null> {
  let { factor, holdsTo, decision: there } = flip;
  while (Math.abs(Math.log(factor / holdsTo)) > WIDTH) {
    const middle = Math.sqrt(factor * holdsTo);
    const found = yield middle;
    if (found === null || found === decision) holdsTo = middle;
    else {
      factor = middle;
      there = found;
    }
  }
  return { factor, holdsTo, decision: there };
}
