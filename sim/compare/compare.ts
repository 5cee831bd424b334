/**
 * Compares fleets that were run under the same workloads with the same seeds. Differences are paired by seed, which takes
 * out what arrivals and lengths contribute to the spread (common random numbers).
 */
import { assert } from '../../src/core/check.ts';
import { buildReport, type ReportContext } from '../metrics/build-report.ts';
import { FIGURES, type Figure, figureValue } from '../metrics/figures.ts';
import type { Interval, Report } from '../metrics/report.ts';
import type { RunResult } from '../metrics/run-result.ts';
import { studentInterval } from '../metrics/student-t.ts';
import type { Scenario } from '../scenario/schema.ts';
import type {
  ComparisonReport,
  DifferenceVerdict,
  FigureDifference,
  FleetOutcome,
  WorkloadComparison,
} from './comparison-report.ts';
import { chooseFleet, decisionSentence, overallDecision } from './decision.ts';

/** Runs of one fleet under one workload. */
export interface FleetRuns {
  readonly workload: string;
  readonly fleet: string;
  readonly results: readonly RunResult[];
  /** The scenario that was run, for the reports to carry. */
  readonly document?: Scenario;
}

/** Builds the comparison report. `context.scenario` names the comparison; every fleet of a workload has the same seeds. */
export function compare(runs: readonly FleetRuns[], context: ReportContext): ComparisonReport {
  assert(runs.length > 0, 'a comparison needs runs');
  const names = [...new Set(runs.map((run) => run.workload))];
  const workloads = names.map((workload) =>
    compareFleets(
      workload,
      runs.filter((run) => run.workload === workload),
      context,
    ),
  );
  const reports = workloads.flatMap((workload) => workload.fleets.map((fleet) => fleet.report));
  const arrived = reports.reduce((sum, report) => sum + report.counts.arrived, 0);
  return {
    schemaVersion: 1,
    comparison: context.scenario,
    engineDigest: context.engineDigest,
    seeds: reports[0]!.seeds,
    workloads,
    ...overallDecision(workloads),
    sim: {
      wallMs: context.wallMs,
      events: reports.reduce((sum, report) => sum + report.sim.events, 0),
      requestsPerS: context.wallMs > 0 ? (arrived / context.wallMs) * 1e3 : 0,
    },
  };
}

/** Letter of the fleet at that place: A, B, ... Z, A1, B1 ... */
export function fleetLetter(index: number): string {
  const round = Math.floor(index / 26);
  return `${String.fromCharCode(65 + (index % 26))}${round === 0 ? '' : round}`;
}

function compareFleets(
  workload: string,
  runs: readonly FleetRuns[],
  context: ReportContext,
): WorkloadComparison {
  const contextOf = (run: FleetRuns): ReportContext => ({ ...context, scenario: run.fleet, wallMs: 0 });
  const fleets: FleetOutcome[] = runs.map((run, i) => {
    const { document } = run;
    const report = buildReport(run.results, {
      ...contextOf(run),
      ...(document === undefined ? {} : { document }),
    });
    const gpus = report.pools.reduce((sum, pool) => sum + pool.gpus, 0);
    return { letter: fleetLetter(i), name: run.fleet, gpus, report };
  });
  const bySeed = runs.map((run) => run.results.map((result) => buildReport([result], contextOf(run))));
  const differences = fleets
    .slice(1)
    .flatMap((fleet, i) => differencesTo(fleets[0]!.name, fleet.name, bySeed[0]!, bySeed[i + 1]!));
  const choice = chooseFleet(fleets);
  return {
    workload,
    fleets,
    differences,
    best: choice.best?.name ?? null,
    tied: choice.tied.map((fleet) => fleet.name),
    sentence: decisionSentence(fleets, choice),
  };
}

function differencesTo(
  baseline: string,
  fleet: string,
  baselineReports: readonly Report[],
  reports: readonly Report[],
): FigureDifference[] {
  assert(
    reports.every((report, i) => report.seeds[0] === baselineReports[i]?.seeds[0]),
    'fleets are compared on the same seeds',
  );
  return FIGURES.map((figure) => {
    const pairs = reports.map((report, i) => ({
      value: figureValue(report, figure.path),
      base: figureValue(baselineReports[i]!, figure.path),
    }));
    const values = pairs.flatMap(({ value, base }) =>
      value === null || base === null ? [] : [value - base],
    );
    if (values.length < pairs.length) {
      return { figure: figure.path, fleet, baseline, ...UNKNOWN_DIFFERENCE };
    }
    const interval = studentInterval(values);
    const verdict = verdictOf(interval);
    return {
      figure: figure.path,
      fleet,
      baseline,
      difference: values.reduce((sum, value) => sum + value, 0) / values.length,
      interval,
      verdict,
      better: isBetter(figure, verdict),
    };
  });
}

const UNKNOWN_DIFFERENCE = { difference: null, interval: null, verdict: 'cannotTell', better: null } as const;

function verdictOf(interval: Interval | null): DifferenceVerdict {
  if (interval === null) return 'cannotTell';
  if (interval.high < 0) return 'lower';
  return interval.low > 0 ? 'higher' : 'noDifferenceShown';
}

function isBetter(figure: Figure, verdict: DifferenceVerdict): boolean | null {
  if (figure.better === null || (verdict !== 'lower' && verdict !== 'higher')) return null;
  return figure.better === verdict;
}
