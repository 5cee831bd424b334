/**
 * Runs a fleet under the plan's traffic and holds the figures of each seed against the SLO. A run is given up as soon as
 * more requests have missed their limits than the SLO forgives: its attainment can no longer be met.
 */
import { buildReport } from '../metrics/build-report.ts';
import type { PriceOf } from '../metrics/pool-report.ts';
import type { Interval, Report } from '../metrics/report.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { isFloor, requiredAttainment } from '../metrics/slo.ts';
import { studentQuantile, studentTwoSided } from '../metrics/student-t.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { Cancelled, type MakeRuns, type RunSpec, throwIfFailed } from '../run/run-spec.ts';
import type { FleetSpec, RunSpec as RunBounds, Scenario, SloSpec } from '../scenario/schema.ts';
import type { ReadLines } from '../workload/trace/trace-workload.ts';
import type { Metric } from './report.ts';
import type { Plan } from './schema.ts';
import type { FleetChoice } from './space.ts';
import { scaledWorkload } from './traffic.ts';

/** What every run of a plan shares. */
export interface Setting {
  readonly plan: Plan;
  readonly slo: SloSpec;
  readonly run: RunBounds;
  readonly priceOf: PriceOf;
  readonly readLines: ReadLines | undefined;
  readonly makeRuns: MakeRuns;
  /** Where paths in the plan start, and modules with plugins, as in `RunSpec`. */
  readonly base?: string;
  readonly plugins?: readonly string[];
}

/** What of a fleet is run. */
export type Runnable = Pick<FleetChoice, 'name' | 'fleet' | 'router'>;

/** How one run differs from the plan. */
export interface Variant {
  readonly seed: number;
  /** Multiple of the plan's rate. */
  readonly rate: number;
  /** Requests to run; undefined: the plan's run. */
  readonly requests?: number;
  /** Share of misses beyond what the SLO forgives at which the run is given up; 0: at once. */
  readonly patience?: number;
}

/** One run held against the SLO. */
export interface Trial {
  readonly seed: number;
  readonly report: Report;
  /** Given up before its end: the SLO was missed for certain. */
  readonly isGivenUp: boolean;
  /** Largest value / limit (of misses, for attainment); above 1 the SLO is missed. */
  readonly worst: number;
}

/** The scenario that a fleet is run as. */
export function scenarioOf(
  setting: Setting,
  choice: Pick<FleetChoice, 'fleet' | 'router'>,
  variant: Pick<Variant, 'rate' | 'requests'>,
): Scenario {
  const { plan } = setting;
  const run = variant.requests === undefined ? setting.run : { ...setting.run, requests: variant.requests };
  return {
    workload: scaledWorkload(plan.workload, variant.rate),
    fleet: choice.fleet,
    slo: setting.slo,
    run,
    ...(choice.router === undefined ? {} : { router: choice.router }),
    ...(plan.prices === undefined ? {} : { prices: plan.prices }),
    ...(plan.calibration === undefined ? {} : { calibration: plan.calibration }),
  };
}

/** Runs a fleet in several variants, side by side where there are workers; trials in the order of the variants. */
export async function runTrials(
  setting: Setting,
  choice: Runnable,
  variants: readonly Variant[],
): Promise<Trial[]> {
  const { base, plugins } = setting;
  const specs = variants.map(({ seed, rate, requests, patience = 0 }): RunSpec => {
    const scenario = scenarioOf(setting, choice, { rate, ...(requests === undefined ? {} : { requests }) });
    const misses = allowedMisses(setting, scenario, patience);
    return {
      ...{ scenario, seed },
      ...(misses === Number.POSITIVE_INFINITY ? {} : { giveUp: { slo: setting.slo, misses } }),
      ...(base === undefined ? {} : { base }),
      ...(plugins === undefined ? {} : { plugins }),
    };
  });
  const outcomes = await setting.makeRuns(specs, choice.name);
  return outcomes.map((outcome, i) => {
    throwIfFailed(outcome);
    if (outcome.status !== 'done') throw new Cancelled();
    return trialOf(setting, variants[i]!.seed, outcome.result);
  });
}

/** Runs a fleet once. */
export async function runTrial(setting: Setting, choice: Runnable, variant: Variant): Promise<Trial> {
  return (await runTrials(setting, choice, [variant]))[0]!;
}

function trialOf(setting: Setting, seed: number, result: RunResult): Trial {
  const report = buildReport([result], {
    scenario: 'trial',
    slo: setting.slo,
    priceOf: setting.priceOf,
    energy: setting.plan.prices?.energy,
    engineDigest: ENGINE_DIGEST,
    wallMs: 0,
  });
  const isGivenUp = result.isGivenUp === true;
  return { seed, report, isGivenUp, worst: worstRatio(report, isGivenUp) };
}

/** Misses from which on the SLO is out of reach; Infinity where the number of requests is not known beforehand. */
function allowedMisses(setting: Setting, scenario: Scenario, patience: number): number {
  const required = requiredAttainment(setting.slo);
  const requests = scenario.run?.requests;
  if (required === null || requests === undefined) return Number.POSITIVE_INFINITY;
  return Math.ceil((1 - required) * requests * (1 + patience)) + 1;
}

/** Largest share of its limit that a check takes: value / limit, or misses / forgiven misses. */
export function worstRatio(report: Report, isGivenUp: boolean): number {
  const ratios = report.slo.checks.map(({ metric, limit, value }) => useOfLimit(metric, limit, value));
  const worst = Math.max(...ratios);
  return isGivenUp ? Math.max(1.001, worst) : worst;
}

/** Share of a limit that a value takes; Infinity where there is no value. */
export function useOfLimit(metric: string, limit: number, value: number | null): number {
  if (value === null) return Number.POSITIVE_INFINITY;
  if (!isFloor(metric)) return value / limit;
  if (value >= limit) return limit >= 1 ? 1 : (1 - value) / (1 - limit);
  return limit >= 1 ? 1 + (1 - value) : (1 - value) / (1 - limit);
}

/** The SLO's figures over seeds, with Student-t intervals at the plan's confidence. */
export function metricsOf(trials: readonly Trial[], confidence: number): Metric[] {
  return trials[0]!.report.slo.checks.map(({ metric, limit }, i) => {
    const values = trials.map((trial) => trial.report.slo.checks[i]!.value);
    const known = values.filter((value) => value !== null);
    if (known.length < values.length) return { metric, limit, value: null, interval: null };
    const { mean, errorOfMean } = momentsOf(known);
    return { metric, limit, value: mean, interval: intervalOf(mean, errorOfMean, known.length, confidence) };
  });
}

function momentsOf(values: readonly number[]): { mean: number; errorOfMean: number } {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, errorOfMean: n < 2 ? Number.NaN : Math.sqrt(squares / (n - 1) / n) };
}

function intervalOf(mean: number, error: number, n: number, confidence: number): Interval | null {
  if (n < 2) return null;
  const half = error === 0 ? 0 : studentQuantile(confidence, n - 1) * error;
  return { low: mean - half, high: mean + half, confidence };
}

/** Whether the intervals clear every limit, or one is missed for certain. */
export function verdictOf(metrics: readonly Metric[]): 'meets' | 'fails' | 'open' {
  let isOpen = false;
  for (const { metric, limit, value, interval } of metrics) {
    if (value === null) return 'fails';
    const [low, high] = interval === null ? [value, value] : [interval.low, interval.high];
    const mustReach = isFloor(metric);
    if (mustReach ? high < limit : low > limit) return 'fails';
    if (mustReach ? low < limit : high > limit) isOpen = true;
  }
  return isOpen ? 'open' : 'meets';
}

/** Lower bound (Bonferroni) of the probability that every mean keeps its limit. */
export function probabilityMeets(trials: readonly Trial[]): number {
  let missing = 0;
  for (const [i, { metric, limit }] of trials[0]!.report.slo.checks.entries()) {
    const values = trials.map((trial) => trial.report.slo.checks[i]!.value ?? Number.POSITIVE_INFINITY);
    const { mean, errorOfMean } = momentsOf(values);
    const slack = isFloor(metric) ? mean - limit : limit - mean;
    missing += 1 - probabilityPositive(slack, errorOfMean, values.length);
  }
  return Math.max(0, 1 - missing);
}

function probabilityPositive(slack: number, error: number, n: number): number {
  if (Number.isNaN(slack)) return 0;
  if (!(error > 0)) return slack >= 0 ? 1 : 0;
  const half = studentTwoSided(Math.abs(slack) / error, n - 1) / 2;
  return slack >= 0 ? 0.5 + half : 0.5 - half;
}

/** The fleet with `lost` workers fewer in one of its pools. */
export function withoutWorkers(fleet: FleetSpec, pool: number, lost: number): FleetSpec {
  return {
    ...fleet,
    pools: fleet.pools.map((one, i) => (i === pool ? { ...one, replicas: one.replicas - lost } : one)),
  };
}
