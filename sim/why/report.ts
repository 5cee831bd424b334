/**
 * What `drydock why` answers: where the time goes, what single changes would do, how far each input carries the result, and
 * at which value of an input the decision changes. Differences are paired by seed. Plain JSON.
 */
import type { Attribution } from '../metrics/attribution.ts';
import { findFigure } from '../metrics/figures.ts';
import type { Interval, Report } from '../metrics/report.ts';
import { isFloor } from '../metrics/slo.ts';
import { studentInterval } from '../metrics/student-t.ts';
import type { Flip, StepFlip } from './flip.ts';
import type { StepInputId } from './steps.ts';

/** A figure against the base, over seeds. */
export interface PairedDifference {
  /** Mean over seeds of the changed run's figure; null where some run had none. */
  readonly value: number | null;
  /** Mean over seeds of changed minus base. */
  readonly difference: number | null;
  /** Student-t; null with fewer than two seeds. */
  readonly interval: Interval | null;
}

/** A change re-simulated. */
export interface ChangeReport {
  readonly name: string;
  readonly kind: 'change' | 'bound';
  readonly status: 'done' | 'invalid';
  /** Why it cannot be run; empty where it was. */
  readonly reason: string;
  /** By figure path: the metric asked about, each limited figure, attainment, cost. */
  readonly figures: Readonly<Record<string, PairedDifference>>;
}

/** An input at both ends of its usual error, or a step to either side of a setting. */
export interface TornadoBar {
  readonly input: string;
  readonly label: string;
  /** Usual error as a share; null of a setting that goes in steps. */
  readonly error: number | null;
  /** Of a setting: its values; null where there is none to that side that can be run. */
  readonly steps?: { readonly low: number | null; readonly now: number; readonly high: number | null };
  readonly low: PairedDifference;
  readonly high: PairedDifference;
  /** Distance between the two ends of the metric. */
  readonly swing: number | null;
}

/** The metric of the fleet that the tornado is about, where the decision changes; null where it has none there. */
export interface AtFlip {
  readonly metric: number | null;
}

/** Where the decision changes along an input; null where nothing changes as far as was looked. */
export interface FlipReport {
  readonly input: string;
  readonly label: string;
  readonly up: (Flip & AtFlip) | null;
  readonly down: (Flip & AtFlip) | null;
}

/** Where the decision changes along a setting of one fleet, the others as they are. */
export interface StepReport {
  readonly input: StepInputId;
  readonly label: string;
  readonly fleet: string;
  readonly now: number;
  readonly up: (StepFlip & AtFlip) | null;
  readonly down: (StepFlip & AtFlip) | null;
}

/** One fleet as it is. */
export interface FleetWhy {
  readonly fleet: string;
  readonly attribution: Attribution;
  /** Mean over seeds. */
  readonly figures: Readonly<Record<string, number | null>>;
  readonly verdict: Report['slo']['verdict'];
}

export interface WhyReport {
  readonly schemaVersion: 1;
  readonly scenario: string;
  readonly engineDigest: string;
  readonly seeds: readonly number[];
  /** The figure that differences are about. */
  readonly metric: string;
  readonly fleets: readonly FleetWhy[];
  /** `meets` or `fails` of a scenario; the fleet to take of a comparison. By point values: intervals are beside them. */
  readonly decision: string;
  /** Of a scenario; empty for comparisons. */
  readonly changes: readonly ChangeReport[];
  readonly tornado: readonly TornadoBar[];
  /** The fleet that the tornado is about: the one to take, else the first. */
  readonly tornadoOf: string;
  readonly flips: readonly FlipReport[];
  /** Settings that go in steps, by fleet. */
  readonly steps: readonly StepReport[];
  readonly notes: readonly string[];
}

/** Changed against base, seed by seed. */
export function pairedDifference(
  path: string,
  base: readonly Report[],
  changed: readonly Report[],
): PairedDifference {
  const pairs = base.map((report, i) => ({ from: valueAt(report, path), to: valueAt(changed[i]!, path) }));
  const known = pairs.flatMap(({ from, to }) => (from === null || to === null ? [] : [{ from, to }]));
  if (known.length < pairs.length) return { value: null, difference: null, interval: null };
  const differences = known.map(({ from, to }) => to - from);
  return {
    value: mean(known.map(({ to }) => to)),
    difference: mean(differences),
    interval: studentInterval(differences),
  };
}

/** A report's figure, or the value of its SLO check of that name. */
export function valueAt(report: Report, path: string): number | null {
  const check = report.slo.checks.find((one) => one.metric === path);
  if (check !== undefined && findFigure(path) === undefined) return check.value;
  let node: unknown = report;
  for (const key of path.split('.')) node = (node as Readonly<Record<string, unknown>> | undefined)?.[key];
  return typeof node === 'number' ? node : null;
}

/** Whether all limits are kept, by point values. */
export function meetsByValue({ slo }: Report): boolean {
  return slo.checks.every(({ metric, limit, value }) =>
    value === null ? false : isFloor(metric) ? value >= limit : value <= limit,
  );
}

/** The figure to look at where none is asked for: the one closest to its limit, or beyond it furthest; else TTFT p95. */
export function bindingMetric({ slo }: Report): string {
  let most = Number.NEGATIVE_INFINITY;
  let metric = 'ttftMs.p95';
  for (const check of slo.checks) {
    if (check.value === null || isFloor(check.metric)) continue;
    const use = check.value / check.limit;
    if (use <= most) continue;
    most = use;
    metric = check.metric;
  }
  return metric;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
