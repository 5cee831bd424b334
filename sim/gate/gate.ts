/**
 * The regression gate: two reports of the same traffic with the same seeds, figure by figure. The effect is the mean of the
 * differences that are paired by seed, with a Student-t interval over seeds. In the worse direction
 *
 *   regression    the whole interval is beyond the tolerance
 *   passes        the whole interval is within it
 *   inconclusive  the interval straddles it: more seeds, or a larger tolerance
 *
 * With one seed there is no interval, and the difference itself decides. Reports of one simulator and one scenario must be
 * equal in every figure: if they are not, one was edited or the simulator is not deterministic, and that is refused.
 */
import { ConfigError } from '../../src/core/check.ts';
import type { ComparisonReport } from '../compare/comparison-report.ts';
import { type AssertionOutcome, checkAssertions, parseAssertions } from '../metrics/assertion.ts';
import { FIGURES, findFigure } from '../metrics/figures.ts';
import type { Interval, Report } from '../metrics/report.ts';
import { studentInterval } from '../metrics/student-t.ts';
import {
  bySeed,
  checkEqual,
  checkTraffic,
  commonSeeds,
  type GateInput,
  isSameRun,
  type Pair,
  pairsOf,
  subjectsOf,
} from './pairing.ts';
import { allowedWorsening, DEFAULT_TOLERANCE, type GateMetric, type Tolerance } from './tolerance.ts';

export type GateVerdict = 'passes' | 'regression' | 'inconclusive';

/** One figure of one pair of reports. */
export interface GateRow {
  /** Fleet and workload; empty for reports of one scenario. */
  readonly subject: string;
  /** Path of the figure, e.g. `ttftMs.p95`. */
  readonly metric: string;
  /** Means over the common seeds. */
  readonly base: number;
  readonly head: number;
  /** Mean over seeds of head minus base, and its interval; null with one seed. */
  readonly effect: number;
  readonly interval: Interval | null;
  /** How much worse it may get, in the figure's unit. */
  readonly allowed: number;
  readonly verdict: GateVerdict;
}

/** Thresholds of the head's own scenario. */
export interface GateThreshold {
  readonly subject: string;
  readonly text: string;
  readonly value: number | null;
  readonly verdict: AssertionOutcome['verdict'];
}

export interface GateReport {
  readonly schemaVersion: 1;
  readonly base: { readonly name: string; readonly engineDigest: string };
  readonly head: { readonly name: string; readonly engineDigest: string };
  readonly seeds: readonly number[];
  readonly rows: readonly GateRow[];
  readonly thresholds: readonly GateThreshold[];
  readonly verdict: GateVerdict | 'thresholdFailed';
  readonly notes: readonly string[];
}

/** Figures gated where the user names none, if the reports have them. */
const DEFAULT_METRICS = [
  'ttftMs.p95',
  'itlMs.p95',
  'e2eMs.p95',
  'slo.attainment',
  'throughput.outputTokensPerS',
  'cost.perHour',
];

/** Holds head against base. `metrics`: undefined for the usual ones. Throws ConfigError when they cannot be paired. */
export function gate(
  base: GateInput,
  head: GateInput,
  metrics: readonly GateMetric[] | undefined,
  tolerance: Tolerance = DEFAULT_TOLERANCE,
): GateReport {
  const pairs = pairsOf(base, head);
  for (const pair of pairs) checkTraffic(pair, base, head);
  const seeds = commonSeeds(pairs[0]!, base, head);
  const isSame = pairs.every(({ base: a, head: b }) => isSameRun(a, b));
  if (isSame) for (const pair of pairs) checkEqual(pair, base, head);
  const wanted = metrics ?? usualMetrics(pairs, tolerance);
  const rows = pairs.flatMap((pair) => wanted.map((metric) => rowOf(pair, metric, seeds, head)));
  const thresholds = pairs.flatMap(thresholdsOf);
  return {
    schemaVersion: 1,
    base: { name: nameOf(base.report), engineDigest: base.report.engineDigest },
    head: { name: nameOf(head.report), engineDigest: head.report.engineDigest },
    seeds,
    rows,
    thresholds,
    verdict: overall(rows, thresholds),
    notes: notesOf(base, head, seeds, pairs, isSame),
  };
}

function nameOf(report: Report | ComparisonReport): string {
  return 'comparison' in report ? report.comparison : report.scenario;
}

function usualMetrics(pairs: readonly Pair[], tolerance: Tolerance): GateMetric[] {
  const checked = pairs.flatMap(({ head }) => head.slo.checks.map((check) => check.metric));
  const paths = FIGURES.map((figure) => figure.path).filter(
    (path) => DEFAULT_METRICS.includes(path) || checked.includes(path),
  );
  return paths.flatMap((path) => {
    const isThere = pairs.every(({ base, head }) =>
      [base, head].every((report) => bySeed(report)!.every(({ figures }) => figures[path] != null)),
    );
    return isThere ? [{ figure: findFigure(path)!, tolerance }] : [];
  });
}

function rowOf(pair: Pair, metric: GateMetric, seeds: readonly number[], head: GateInput): GateRow {
  const { path, better } = metric.figure;
  const valuesOf = (report: Report): number[] =>
    seeds.map((seed) => bySeed(report)!.find((one) => one.seed === seed)!.figures[path] ?? Number.NaN);
  const [baseValues, headValues] = [valuesOf(pair.base), valuesOf(pair.head)];
  const differences = headValues.map((value, i) => value - baseValues[i]!);
  if (differences.some(Number.isNaN)) {
    throw new ConfigError({
      file: '--metric',
      path: '',
      found: `${path}, which a run of ${head.file} or its base does not have`,
      expected: 'a figure that both reports have for every seed',
    });
  }
  const interval = studentInterval(differences);
  const effect = mean(differences);
  const base = mean(baseValues);
  const allowed = allowedWorsening(metric.tolerance, base);
  const verdict = verdictOf(effect, interval, allowed, better === 'lower' ? 1 : -1);
  return {
    subject: pair.subject,
    metric: path,
    base,
    head: mean(headValues),
    effect,
    interval,
    allowed,
    verdict,
  };
}

/** `sign`: 1 where more is worse. */
function verdictOf(effect: number, interval: Interval | null, allowed: number, sign: 1 | -1): GateVerdict {
  const [low, high] = interval === null ? [effect, effect] : [interval.low, interval.high];
  const [least, most] = sign === 1 ? [low, high] : [-high, -low];
  if (most <= allowed) return 'passes';
  return least > allowed ? 'regression' : 'inconclusive';
}

function thresholdsOf({ subject, head }: Pair): GateThreshold[] {
  const outcomes = checkAssertions(head, parseAssertions(head.document?.assert ?? []));
  return outcomes.map(({ assertion, value, verdict }) => ({ subject, text: assertion.text, value, verdict }));
}

function overall(rows: readonly GateRow[], thresholds: readonly GateThreshold[]): GateReport['verdict'] {
  if (thresholds.some((one) => one.verdict === 'fails')) return 'thresholdFailed';
  if (rows.some((row) => row.verdict === 'regression')) return 'regression';
  const isOpen =
    rows.some((row) => row.verdict === 'inconclusive') ||
    thresholds.some((one) => one.verdict === 'cannotTell');
  return isOpen ? 'inconclusive' : 'passes';
}

function notesOf(
  base: GateInput,
  head: GateInput,
  seeds: readonly number[],
  pairs: readonly Pair[],
  isSame: boolean,
): string[] {
  const notes: string[] = [];
  if (isSame) notes.push('same simulator, same scenario: all differences are zero');
  else if (base.report.engineDigest !== head.report.engineDigest) {
    notes.push(
      `simulators differ (${base.report.engineDigest}, ${head.report.engineDigest}): effects are of scenario and simulator together`,
    );
  }
  if (seeds.length === 1)
    notes.push('one seed: no interval, the difference itself decides (--seeds 5 gives one)');
  const { base: a, head: b } = pairs[0]!;
  const left = new Set([...a.seeds, ...b.seeds].filter((seed) => !seeds.includes(seed)));
  if (left.size > 0) notes.push(`seeds that only one report has are left out: ${[...left].join(', ')}`);
  const subjects = Math.max(subjectsOf(base).length, subjectsOf(head).length);
  if (pairs.length < subjects) notes.push('fleets or workloads that only one report has are left out');
  return notes;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
