/** The highest load at which a fleet meets the SLO: doubling until it does not, then bisection; for each seed by itself. */
import type { Interval } from '../metrics/report.ts';
import { studentInterval } from '../metrics/student-t.ts';
import { runTrial, type Setting, type Trial } from './evaluate.ts';
import type { FleetChoice } from './space.ts';

/** Highest multiple of the offered rate that is tried. */
const MOST_RATE = 8;
/** Relative width at which the bisection ends. */
const WIDTH = 0.05;
/** Smallest multiple that is tried. */
const LEAST_RATE = 1 / 64;

/** Where the SLO breaks. */
interface Knee {
  /** Largest multiple found to meet the SLO; 0 where none does. */
  readonly rate: number;
  /** The run just above it; null when nothing tried was too much. */
  readonly above: Trial | null;
}

/** Knees of several seeds. */
export interface Knees {
  /** Mean over seeds, as a multiple of the plan's rate. */
  readonly rate: number;
  /** Student-t over seeds; null with fewer than two. */
  readonly interval: Interval | null;
  /** True where some seed met the SLO at every rate tried. */
  readonly isLowerBound: boolean;
  /** A run just above a knee; null where nothing tried was too much. */
  readonly above: Trial | null;
}

/** Finds the knee of each seed, side by side. */
export async function findKnees(
  setting: Setting,
  choice: FleetChoice,
  seeds: readonly number[],
): Promise<Knees> {
  const knees = await Promise.all(seeds.map((seed) => findKnee(setting, choice, seed)));
  const rates = knees.map((knee) => knee.rate);
  return {
    rate: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
    interval: studentInterval(rates),
    isLowerBound: knees.some((knee) => knee.above === null),
    above: knees.find((knee) => knee.above !== null)?.above ?? null,
  };
}

/** Finds the knee as a multiple of the plan's rate. */
async function findKnee(setting: Setting, choice: FleetChoice, seed: number): Promise<Knee> {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let above: Trial | null = null;
  let rate = 1;
  while (high / low > 1 + WIDTH) {
    const trial = await runTrial(setting, choice, { seed, rate });
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
