/**
 * What paired differences say. The Student-t interval and the BCa bootstrap interval must agree on whether zero is within:
 * only then is a difference called a win or a loss; where they disagree it is a tie and marked.
 */
import { assert } from '../../src/core/check.ts';
import type { Rng } from '../../src/core/rng.ts';
import type { Interval } from '../metrics/report.ts';
import { studentInterval, studentTwoSided } from '../metrics/student-t.ts';
import { bcaInterval } from './bca.ts';

/** The policy against the baseline. `cannotTell`: fewer than two seeds, or a figure that some run did not have. */
export type LabVerdict = 'win' | 'tie' | 'loss' | 'cannotTell';

/** One comparison of two series that belong together item by item. */
export interface PairedResult {
  /** Mean of the differences. */
  readonly diff: number;
  /** Student-t interval; null with fewer than two differences. */
  readonly t: Interval | null;
  /** BCa bootstrap interval; null with fewer than three. */
  readonly bca: Interval | null;
  /** Whether both say the same about zero; true where only one or none exists. */
  readonly agree: boolean;
  readonly verdict: LabVerdict;
  /** Two-sided p of the paired t test; null with fewer than two differences. */
  readonly p: number | null;
  /** Mean over standard deviation of the differences (Cohen's d of paired data); null where these do not vary. */
  readonly effect: number | null;
  /** Seeds at which the policy was better, equal, worse; all 0 where neither direction is better. */
  readonly seeds: { readonly wins: number; readonly ties: number; readonly losses: number };
}

/** Judges differences (policy less baseline); `better` says which sign is an improvement. */
export function pairedResult(
  differences: readonly number[],
  better: 'lower' | 'higher' | null,
  rng: Rng,
): PairedResult {
  const n = differences.length;
  assert(n > 0, 'a comparison needs differences');
  const diff = differences.reduce((sum, value) => sum + value, 0) / n;
  const t = studentInterval(differences);
  const bca = bcaInterval(differences, rng);
  const agree = t === null || bca === null || sideOf(t) === sideOf(bca);
  const squares = differences.reduce((sum, value) => sum + (value - diff) ** 2, 0);
  const deviation = n < 2 ? 0 : Math.sqrt(squares / (n - 1));
  const sign = better === null ? 0 : better === 'higher' ? 1 : -1;
  const count = (wanted: number): number =>
    sign === 0 ? 0 : differences.filter((value) => Math.sign(value) * sign === wanted).length;
  return {
    diff,
    t,
    bca,
    agree,
    verdict: verdictOf(t, agree, sign),
    p: pairedP(diff, deviation, n),
    effect: deviation === 0 ? null : diff / deviation,
    seeds: { wins: count(1), ties: count(0), losses: count(-1) },
  };
}

/** -1, 0 or 1: the interval is below, around or above zero. */
function sideOf({ low, high }: Interval): number {
  if (low > 0) return 1;
  return high < 0 ? -1 : 0;
}

function verdictOf(t: Interval | null, agree: boolean, sign: number): LabVerdict {
  if (t === null) return 'cannotTell';
  const side = agree ? sideOf(t) * sign : 0;
  if (side === 0) return 'tie';
  return side > 0 ? 'win' : 'loss';
}

function pairedP(diff: number, deviation: number, n: number): number | null {
  if (n < 2) return null;
  if (deviation === 0) return diff === 0 ? 1 : 0;
  return 1 - studentTwoSided(Math.abs(diff) / (deviation / Math.sqrt(n)), n - 1);
}
