/** The highest load at which a fleet meets the SLO: doubling until it does not, then bisection. Paired on one seed. */
import { runTrial, type Setting, type Trial } from './evaluate.ts';
import type { FleetChoice } from './space.ts';

/** Highest multiple of the offered rate that is tried. */
const MOST_RATE = 8;
/** Relative width at which the bisection ends. */
const WIDTH = 0.05;
/** Smallest multiple that is tried. */
const LEAST_RATE = 1 / 64;

/** Where the SLO breaks. */
export interface Knee {
  /** Largest multiple found to meet the SLO; 0 where none does. */
  readonly rate: number;
  /** The run just above it; null when nothing tried was too much. */
  readonly above: Trial | null;
}

/** Finds the knee as a multiple of the plan's rate. */
export function* findKnee(setting: Setting, choice: FleetChoice, seed: number): Generator<void, Knee> {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let above: Trial | null = null;
  let rate = 1;
  while (high / low > 1 + WIDTH) {
    const trial = yield* runTrial(setting, choice, { seed, rate });
    if (trial.worst <= 1) low = rate;
    else {
      high = rate;
      above = trial;
    }
    if (low === 0) rate = high / 2;
    else rate = high === Number.POSITIVE_INFINITY ? low * 2 : Math.sqrt(low * high);
    if (rate > MOST_RATE || rate < LEAST_RATE) break;
  }
  return { rate: low, above };
}
