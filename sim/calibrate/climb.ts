/**
 * Fits a few numbers by climbing along one axis at a time: each axis has a short list of values, a pass tries
 * the neighbours of each axis' value and moves while that helps. The losses of such fits have kinks (a step
 * is the longer of GPU and host time), which gradients and simplices do not like; and a short list makes
 * points recur, so that a cache answers most folds of a cross-validation.
 */

/** A number to fit. */
export interface Axis {
  readonly name: string;
  /** Candidates, ascending. */
  readonly values: readonly number[];
}

/** A fit. */
export interface Climb {
  /** One value an axis. */
  readonly values: readonly number[];
  readonly loss: number;
}

/** Passes over all axes at most. */
const PASSES = 4;

/** Least relative gain that counts as one: smaller ones are noise of the simulation. */
const GAIN = 1e-3;

/** Climbs from `start` (one value an axis, moved to the nearest candidate) to a loss that no neighbour lowers. */
export function climb(
  axes: readonly Axis[],
  start: readonly number[],
  lossOf: (values: readonly number[]) => number,
  passes = PASSES,
): Climb {
  const at = axes.map((axis, i) => nearestIndex(axis.values, start[i]!));
  const valuesAt = (): number[] => axes.map((axis, i) => axis.values[at[i]!]!);
  let loss = lossOf(valuesAt());
  for (let pass = 0; pass < passes; pass++) {
    const before = loss;
    for (let i = 0; i < axes.length; i++) loss = climbAxis(axes[i]!, i, at, valuesAt, loss, lossOf);
    if (loss >= before * (1 - GAIN)) break;
  }
  return { values: valuesAt(), loss };
}

/** Moves along one axis, up first, then down. */
function climbAxis(
  axis: Axis,
  i: number,
  at: number[],
  valuesAt: () => number[],
  startLoss: number,
  lossOf: (values: readonly number[]) => number,
): number {
  let loss = startLoss;
  for (const direction of [1, -1]) {
    for (;;) {
      const next = at[i]! + direction;
      if (next < 0 || next >= axis.values.length) break;
      at[i] = next;
      const there = lossOf(valuesAt());
      if (there < loss * (1 - GAIN)) {
        loss = there;
        continue;
      }
      at[i] = next - direction;
      break;
    }
  }
  return loss;
}

function nearestIndex(values: readonly number[], wanted: number): number {
  let best = 0;
  for (const [i, value] of values.entries()) {
    if (Math.abs(value - wanted) < Math.abs(values[best]! - wanted)) best = i;
  }
  return best;
}
