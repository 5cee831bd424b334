/**
 * From runs to a report. Distributions are pooled over seeds; rates and costs are those of all runs taken together;
 * intervals are Student-t over the seeds' own figures. Nothing is rounded here.
 */
import { assert } from '../../src/core/check.ts';
import type { ModelProvenance } from '../latency/step-model.ts';
import type { EnergySpec, Scenario, SloSpec } from '../scenario/schema.ts';
import type { Ending } from '../workload/request.ts';
import { arrivalWindowOf } from './arrival-window.ts';
import { attributionOf } from './attribution.ts';
import { type CostGroups, costAndEnergy, unpricedNotes } from './cost-report.ts';
import { FIGURES, figureValue } from './figures.ts';
import { fixed } from './format-figure.ts';
import { overloadNotes } from './overload-notes.ts';
import { type PriceOf, poolReports } from './pool-report.ts';
import { Recorder } from './recorder.ts';
import type { Interval, Quantiles, Report, SeedFigures } from './report.ts';
import { RequestStats } from './request-stats.ts';
import type { RunResult } from './run-result.ts';
import { EXACT_LIMIT, type QuantileSketch } from './sketch.ts';
import { requiredAttainment } from './slo.ts';
import { pooledItlNotes, type SloFigures, sloReport } from './slo-report.ts';
import { studentInterval } from './student-t.ts';
import { ratio, sum } from './sums.ts';
import { linkReports, tierReports } from './transport-report.ts';

/** What a report needs beside the runs. */
export interface ReportContext {
  readonly scenario: string;
  readonly slo: SloSpec | undefined;
  readonly priceOf: PriceOf;
  /** What energy costs and emits; default: the defaults of `prices.energy`. */
  readonly energy?: EnergySpec | undefined;
  readonly engineDigest: string;
  /** Wall time of all runs, ms. */
  readonly wallMs: number;
  /** The scenario that was run, for the report to carry. */
  readonly document?: Scenario;
}

/** Figures of one class of requests; only in reports of workloads with several classes. */
export interface ClassReport {
  readonly name: string;
  readonly arrived: number;
  readonly completed: number;
  /** Where its requests ended; they add up to `arrived`. */
  readonly ends: Readonly<Record<Ending, number>>;
  readonly outputTokens: number;
  readonly ttftMs: Quantiles;
  readonly tpotMs: Quantiles;
  readonly e2eMs: Quantiles;
  readonly attainment: number | null;
}

/** A report with its classes. */
export interface ClassedReport extends Report {
  readonly classes?: readonly ClassReport[];
  /** By tenant; only where classes belong to different ones. */
  readonly tenants?: readonly ClassReport[];
}

/** Builds the report of one or several runs of a scenario that differ in their seeds only. */
export function buildReport(results: readonly RunResult[], context: ReportContext): ClassedReport {
  assert(results.length > 0, 'a report needs a run');
  const recorder = mergeRecorders(results, context.slo);
  const pooled = reportOf(results, recorder, context);
  if (results.length === 1) return pooled;
  const bySeed = results.map((result) => reportOf([result], result.recorder, context));
  const intervals: Record<string, Interval> = {};
  for (const { path } of FIGURES) {
    const interval = intervalOf(bySeed.map((report) => figureValue(report, path)));
    if (interval !== null) intervals[path] = interval;
  }
  const ofChecks = pooled.slo.checks.map((_, i) =>
    intervalOf(bySeed.map((report) => report.slo.checks[i]!.value)),
  );
  return {
    ...pooled,
    slo: sloReport(context.slo, sloFigures(results, recorder), ofChecks),
    intervals,
    bySeed: bySeed.map(seedFigures),
  };
}

/** All figures of a report of one seed. */
export function seedFigures(report: Report): SeedFigures {
  const figures = FIGURES.map(({ path }) => [path, figureValue(report, path)] as const);
  return { seed: report.seeds[0]!, figures: Object.fromEntries(figures) };
}

/** The recorders of several runs as one; the runs' own are left as they are. */
export function mergeRecorders(results: readonly RunResult[], slo: SloSpec | undefined): Recorder {
  const first = results[0]!.recorder;
  if (results.length === 1) return first;
  const merged = new Recorder({ warmupUs: first.warmupUs, slo, classes: first.classes });
  for (const result of results) merged.merge(result.recorder);
  return merged;
}

/** Quantiles of a sketch in µs, as ms. */
export function quantilesMs(sketch: QuantileSketch): Quantiles {
  const [p50, p90, p95, p99] = sketch.quantiles([0.5, 0.9, 0.95, 0.99]).map(toMs);
  return {
    mean: toMs(sketch.mean),
    p50: p50!,
    p90: p90!,
    p95: p95!,
    p99: p99!,
    max: toMs(sketch.max),
    n: sketch.count,
  };
}

function reportOf(results: readonly RunResult[], recorder: Recorder, context: ReportContext): ClassedReport {
  const { total } = recorder;
  const perS = rateOver(results);
  const pools = poolReports(results);
  const throughput = {
    requestsPerS: perS(total.measured),
    inputTokensPerS: perS(total.inputTokens),
    outputTokensPerS: perS(total.outputTokens),
  };
  const durationS = sum(results, lastingSeconds) / results.length;
  const classes = classReports(recorder);
  const tenants = tenantReports(recorder, results[0]!.tenants);
  const figures = sloFigures(results, recorder);
  const tiers = tierReports(results);
  const links = linkReports(results);
  const scaling = results.flatMap(({ seed, scaling }) => scaling.map((change) => ({ seed, ...change })));
  return {
    schemaVersion: 1,
    scenario: context.scenario,
    engineDigest: context.engineDigest,
    fingerprint: combinedFingerprint(results),
    seeds: results.map((result) => result.seed),
    counts: {
      arrived: total.arrived,
      ...total.ends,
      preemptions: total.preemptions,
    },
    durationS,
    throughput,
    arrivalWindow: arrivalWindowOf(results, requiredAttainment(context.slo) !== null),
    ttftMs: quantilesMs(total.ttft),
    itlMs: quantilesMs(recorder.itl),
    tpotMs: quantilesMs(total.tpot),
    e2eMs: quantilesMs(total.e2e),
    queueMs: quantilesMs(total.queue),
    transferMs: quantilesMs(total.transfer),
    slo: sloReport(context.slo, figures, []),
    attribution: attributionOf(recorder.firstPhases, recorder.phases),
    cache: {
      hitRate: ratio(
        sum(results, (r) => r.hitTokens),
        sum(results, (r) => r.queriedTokens),
      ),
      ...(tiers.length > 0 ? { tiers } : {}),
    },
    ...(links.length > 0 ? { links } : {}),
    pools,
    ...costAndEnergy({
      pools,
      rates: throughput,
      priceOf: context.priceOf,
      energy: context.energy,
      durationS,
      groups: costGroups(recorder, results[0]!.tenants),
    }),
    intervals: {},
    provenance: distinctProvenance(results),
    notes: [
      ...overloadNotes(results),
      ...unpricedNotes(pools, context.priceOf),
      ...notesOf(results, recorder),
      ...pooledItlNotes(context.slo, figures),
    ],
    sim: {
      wallMs: context.wallMs,
      events: sum(results, (r) => r.events),
      requestsPerS: context.wallMs > 0 ? (total.arrived / context.wallMs) * 1e3 : 0,
    },
    ...(classes.length > 0 ? { classes } : {}),
    ...(tenants.length > 0 ? { tenants } : {}),
    ...(results[0]!.idealised.length > 0 ? { idealised: results[0]!.idealised } : {}),
    ...(scaling.length > 0 ? { scaling } : {}),
    ...(context.document === undefined ? {} : { document: context.document }),
  };
}

/** From the first arrival to the last event. */
function lastingSeconds(result: RunResult): number {
  return Math.max(0, result.durationUs - Math.min(result.recorder.firstArrivalUs, result.durationUs)) / 1e6;
}

/** From the first arrival, or the end of warm-up if that is later, to the last event. */
function measuredSeconds(result: RunResult): number {
  const fromUs = Math.max(result.recorder.firstArrivalUs, result.recorder.warmupUs);
  return Math.max(0, result.durationUs - Math.min(fromUs, result.durationUs)) / 1e6;
}

/** Divides an amount by the measured time of all runs. */
function rateOver(results: readonly RunResult[]): (amount: number) => number {
  const windowS = sum(results, measuredSeconds);
  return (amount) => (windowS > 0 ? amount / windowS : 0);
}

/** Tokens by class, and by the tenants that the classes belong to. */
function costGroups(recorder: Recorder, tenants: readonly string[]): CostGroups {
  const classes = recorder.byClass.map(({ computedTokens, outputTokens }, i) => ({
    ...{ name: recorder.classes[i]!, computedTokens, outputTokens },
  }));
  const byTenant = [...new Set(tenants)].map((name) => {
    const own = classes.filter((_, i) => tenants[i] === name);
    return {
      name,
      computedTokens: sum(own, (one) => one.computedTokens),
      outputTokens: sum(own, (one) => one.outputTokens),
    };
  });
  return { classes, tenants: byTenant };
}

function sloFigures(results: readonly RunResult[], recorder: Recorder): SloFigures {
  const { total } = recorder;
  return {
    sketches: { ttftMs: total.ttft, itlMs: recorder.itl, tpotMs: total.tpot, e2eMs: total.e2e },
    attainment: attainmentOf(total),
    goodputRps: rateOver(results)(total.attained),
    classes: recorder.classes.map((name, i) => {
      // A workload with a single class keeps no statistics for it apart.
      const stats = recorder.byClass[i] ?? total;
      const { ttft, tpot, e2e } = stats;
      return { name, sketches: { ttftMs: ttft, tpotMs: tpot, e2eMs: e2e }, attainment: attainmentOf(stats) };
    }),
  };
}

function attainmentOf(stats: RequestStats): number | null {
  return stats.judged === 0 ? null : stats.attained / stats.judged;
}

function classReports(recorder: Recorder): ClassReport[] {
  return recorder.byClass.map((stats, i) => classReport(recorder.classes[i]!, stats));
}

/** The classes of each tenant together; empty where all belong to one. */
function tenantReports(recorder: Recorder, tenants: readonly string[]): ClassReport[] {
  const names = [...new Set(tenants)];
  if (names.length < 2 || recorder.byClass.length === 0) return [];
  return names.map((name) => {
    const stats = new RequestStats();
    for (const [i, tenant] of tenants.entries()) if (tenant === name) stats.merge(recorder.byClass[i]!);
    return classReport(name, stats);
  });
}

function classReport(name: string, stats: RequestStats): ClassReport {
  return {
    name,
    arrived: stats.arrived,
    completed: stats.ends.completed,
    ends: { ...stats.ends },
    outputTokens: stats.outputTokens,
    ttftMs: quantilesMs(stats.ttft),
    tpotMs: quantilesMs(stats.tpot),
    e2eMs: quantilesMs(stats.e2e),
    attainment: attainmentOf(stats),
  };
}

function distinctProvenance(results: readonly RunResult[]): ModelProvenance[] {
  const seen = new Set<string>();
  return results[0]!.provenance.filter((entry) => {
    const key = JSON.stringify(entry);
    return seen.has(key) ? false : seen.add(key);
  });
}

function notesOf(results: readonly RunResult[], recorder: Recorder): string[] {
  const notes: string[] = [];
  const { total } = recorder;
  if (total.ends.inFlight > 0)
    notes.push(`${total.ends.inFlight} requests were in flight when the run ended`);
  if (recorder.warmupUs > 0) {
    notes.push(
      `requests that arrived in the first ${recorder.warmupUs / 1e6} s are counted but not measured`,
    );
  }
  if (!total.ttft.isExact || !total.tpot.isExact || !recorder.itl.isExact) {
    notes.push(`quantiles of more than ${fixed(EXACT_LIMIT, 0)} observations are exact to 0.1 %`);
  }
  for (const result of results) {
    for (const note of result.notes) {
      const line = results.length > 1 && !isShared(results, note) ? `seed ${result.seed}: ${note}` : note;
      if (!notes.includes(line)) notes.push(line);
    }
  }
  return notes;
}

function isShared(results: readonly RunResult[], note: string): boolean {
  return results.every((result) => result.notes.includes(note));
}

/** One run's own fingerprint; of several, FNV-1a over theirs in order of seeds. */
function combinedFingerprint(results: readonly RunResult[]): string {
  if (results.length === 1) return results[0]!.fingerprint;
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  const text = results.map((result) => result.fingerprint).join(' ');
  for (let i = 0; i < text.length; i++) {
    low = Math.imul(low ^ text.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ text.charCodeAt(i), 0x85ebca6b) ^ (low >>> 15);
  }
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function intervalOf(values: readonly (number | null)[]): Interval | null {
  const known = values.filter((value) => value !== null);
  return known.length === values.length ? studentInterval(known) : null;
}

function toMs(us: number | null): number | null {
  return us === null ? null : us / 1e3;
}
