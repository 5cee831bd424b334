/**
 * The worker's side of `SimulationWorker`: runs jobs in short bursts of events and lets messages in between, so that
 * progress is seen, and a cancel is heard, while a run is going on. It knows no browser and no Node: clock and pause come
 * from the host, and comlink (or anything else) exposes the object that is made here.
 */
import { ConfigError } from '../../src/core/check.ts';
import { compare } from '../compare/compare.ts';
import { buildReport, mergeRecorders, type ReportContext } from '../metrics/build-report.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { Job } from '../run/job.ts';
import { type Cell, comparisonCells, scenarioCell, seedsFrom } from '../run/plan-cells.ts';
import { priceLookup } from '../run/prices.ts';
import { parseComparison, parseScenario } from '../scenario/parse.ts';
import type {
  ComparisonResult,
  JobOptions,
  JobOutcome,
  ProgressSink,
  ScenarioResult,
  SimulationWorker,
  WorkerHost,
} from './api.ts';
import { fleetCurves } from './curves.ts';

/** Wall time between pauses, ms: short enough for a cancel within 100 ms, long enough to cost nothing. */
const BURST_MS = 8;
/** Wall time between progress messages, ms. */
const PROGRESS_MS = 100;
/** Events between two looks at the clock. */
const EVENTS_PER_LOOK = 512;

interface RunningJob {
  isCancelled: boolean;
}

/** A job's cells and how its results become the answer. */
interface Plan<Result> {
  readonly cells: readonly Cell[];
  readonly seed: number | undefined;
  readonly collect: (job: Job, wallMs: number) => Result;
}

/** Makes the object that a worker exposes. */
export function createSimulationWorker(host: WorkerHost): SimulationWorker {
  const running = new Map<string, RunningJob>();

  async function run<Result>(
    plan: () => Plan<Result>,
    options: JobOptions,
    onProgress: ProgressSink<Result>,
  ): Promise<JobOutcome<Result>> {
    const state: RunningJob = { isCancelled: false };
    running.set(options.jobId, state);
    try {
      return await drive(plan(), options, onProgress, state, host);
    } catch (error) {
      if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
      return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
    } finally {
      if (running.get(options.jobId) === state) running.delete(options.jobId);
    }
  }

  return {
    engineDigest: () => ENGINE_DIGEST,
    runComparison: (document, options, onProgress) =>
      run(() => comparisonPlan(document), options, onProgress),
    runScenario: (document, options, onProgress) => run(() => scenarioPlan(document), options, onProgress),
    cancel: (jobId) => {
      const state = running.get(jobId);
      if (state === undefined) return false;
      state.isCancelled = true;
      return true;
    },
  };
}

async function drive<Result>(
  plan: Plan<Result>,
  options: JobOptions,
  onProgress: ProgressSink<Result>,
  state: RunningJob,
  host: WorkerHost,
): Promise<JobOutcome<Result>> {
  const startMs = host.nowMs();
  const job = new Job(plan.cells, {
    seeds: seedsFrom(plan.seed, options.seeds),
    fastForward: options.fastForward ?? true,
    readLines: (path) => linesOf(options.traces ?? {}, path),
  });
  const collect = (): Result | null =>
    job.seedsDone === 0 ? null : plan.collect(job, host.nowMs() - startMs);
  let partial: Result | null = null;
  let partialSeeds = 0;
  let sentMs = Number.NEGATIVE_INFINITY;
  for (let isDone = false; !isDone; ) {
    const burstMs = host.nowMs();
    while (!isDone && host.nowMs() - burstMs < BURST_MS) isDone = job.step(EVENTS_PER_LOOK);
    if (isDone) break;
    if (host.nowMs() - sentMs >= PROGRESS_MS) {
      if (job.seedsDone > partialSeeds) {
        partial = collect();
        partialSeeds = job.seedsDone;
      }
      const { done, runsDone, runsTotal, label } = job;
      onProgress({ jobId: options.jobId, done, runsDone, runsTotal, label, partial });
      sentMs = host.nowMs();
    }
    await host.pause();
    if (state.isCancelled) return { status: 'cancelled', partial: collect() };
  }
  return { status: 'done', result: plan.collect(job, host.nowMs() - startMs) };
}

function comparisonPlan(document: unknown): Plan<ComparisonResult> {
  const comparison = parseComparison(document);
  const cells = comparisonCells(comparison);
  const name = comparison.name ?? 'comparison';
  return {
    cells,
    seed: comparison.seed,
    collect: (job, wallMs) => {
      const runs = cells.map((cell, i) => ({ ...cell, results: job.results(i) }));
      return {
        report: compare(runs, contextOf(cells[0]!, name, wallMs)),
        curves: cells.map((cell, i) => curvesOf(cell, job, i)),
      };
    },
  };
}

function scenarioPlan(document: unknown): Plan<ScenarioResult> {
  const scenario = parseScenario(document);
  const cell = scenarioCell(scenario, 'scenario');
  return {
    cells: [cell],
    seed: scenario.seed,
    collect: (job, wallMs) => ({
      report: buildReport(job.results(0), contextOf(cell, cell.fleet, wallMs)),
      curves: curvesOf(cell, job, 0),
    }),
  };
}

function contextOf(cell: Cell, name: string, wallMs: number): ReportContext {
  return {
    scenario: name,
    slo: cell.scenario.slo,
    priceOf: priceLookup(cell.scenario.prices),
    engineDigest: ENGINE_DIGEST,
    wallMs,
  };
}

function curvesOf(cell: Cell, job: Job, index: number): ReturnType<typeof fleetCurves> {
  return fleetCurves(cell.workload, cell.fleet, mergeRecorders(job.results(index), cell.scenario.slo));
}

function* linesOf(traces: Readonly<Record<string, string>>, path: string): Generator<string> {
  const text = Object.hasOwn(traces, path) ? traces[path] : undefined;
  if (text === undefined) {
    throw new ConfigError({
      path: 'workload.path',
      found: `${path}, which was not handed in`,
      expected: 'a trace that has been loaded',
    });
  }
  let from = 0;
  while (from < text.length) {
    const end = text.indexOf('\n', from);
    const to = end === -1 ? text.length : end;
    yield text.slice(from, to);
    from = to + 1;
  }
}
