/**
 * The worker's side of `SimulationWorker`: plans a job's runs, has a pool make them, and turns results into reports. It knows
 * no browser and no Node: clock, pause and workers come from the host, and comlink (or anything else) exposes the object
 * that is made here.
 */
import { ConfigError } from '../../src/core/check.ts';
import { compare } from '../compare/compare.ts';
import { buildReport, mergeRecorders, type ReportContext } from '../metrics/build-report.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { Job } from '../run/job.ts';
import { type Cell, comparisonCells, scenarioCell, seedsFrom } from '../run/plan-cells.ts';
import { pricing } from '../run/prices.ts';
import { throwIfFailed } from '../run/run-spec.ts';
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
import type { Batch } from './batch.ts';
import { fleetCurves } from './curves.ts';
import { localWorker, RunPool } from './run-pool.ts';

/** Held in place of a former job's traces. */
const NO_TEXTS = {};

/** Wall time between progress messages, ms. */
const PROGRESS_MS = 100;

/** A job's cells and how its results become the answer. */
interface Plan<Result> {
  readonly cells: readonly Cell[];
  readonly seed: number | undefined;
  readonly collect: (job: Job, wallMs: number) => Result;
}

/** Makes the object that a worker exposes. Runs go to `pool`; without one they are made in this thread. */
export function createSimulationWorker(
  host: WorkerHost,
  pool = new RunPool({ start: localWorker(host), size: 1 }),
): SimulationWorker {
  const running = new Map<string, Batch>();

  async function run<Result>(
    plan: () => Plan<Result>,
    options: JobOptions,
    onProgress: ProgressSink<Result>,
  ): Promise<JobOutcome<Result>> {
    try {
      return await drive(plan(), options, onProgress);
    } catch (error) {
      if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
      return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  async function drive<Result>(
    plan: Plan<Result>,
    options: JobOptions,
    onProgress: ProgressSink<Result>,
  ): Promise<JobOutcome<Result>> {
    const { jobId } = options;
    const startMs = host.nowMs();
    const seeds = seedsFrom(plan.seed, options.seeds);
    const job = new Job(plan.cells, { seeds, fastForward: options.fastForward ?? true, overTime: true });
    const collect = (): Result | null =>
      job.seedsDone === 0 ? null : plan.collect(job, host.nowMs() - startMs);
    let partial: Result | null = null;
    let partialSeeds = 0;
    let sentMs = Number.NEGATIVE_INFINITY;
    const batch = pool.start(job.specs, {
      texts: options.traces ?? NO_TEXTS,
      failFast: true,
      onOutcome: (index, outcome) => job.ended(index, outcome),
      onProgress: ({ done, runsDone, runsTotal, running: index }) => {
        if (runsDone === runsTotal || host.nowMs() - sentMs < PROGRESS_MS) return;
        if (job.seedsDone > partialSeeds) {
          partial = collect();
          partialSeeds = job.seedsDone;
        }
        onProgress({ jobId, done, runsDone, runsTotal, label: job.labelOf(index), partial });
        sentMs = host.nowMs();
      },
    });
    running.set(jobId, batch);
    const outcomes = await batch.outcomes;
    if (running.get(jobId) === batch) running.delete(jobId);
    for (const outcome of outcomes) throwIfFailed(outcome);
    if (outcomes.some((outcome) => outcome.status === 'cancelled')) {
      return { status: 'cancelled', partial: collect() };
    }
    return { status: 'done', result: plan.collect(job, host.nowMs() - startMs) };
  }

  return {
    engineDigest: () => ENGINE_DIGEST,
    runComparison: (document, options, onProgress) =>
      run(() => comparisonPlan(document), options, onProgress),
    runScenario: (document, options, onProgress) => run(() => scenarioPlan(document), options, onProgress),
    cancel: (jobId) => {
      const batch = running.get(jobId);
      batch?.cancel();
      return batch !== undefined;
    },
  };
}

function comparisonPlan(document: unknown): Plan<ComparisonResult> {
  const comparison = parseComparison(document);
  const cells = comparisonCells(comparison);
  const name = comparison.name ?? 'comparison';
  return {
    cells,
    seed: comparison.seed,
    collect: (job, wallMs) => {
      const runs = cells.map((cell, i) => ({
        ...cell,
        results: job.results(i),
        document: cell.scenario,
      }));
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
      report: buildReport(job.results(0), {
        ...contextOf(cell, cell.fleet, wallMs),
        document: scenario,
      }),
      curves: curvesOf(cell, job, 0),
    }),
  };
}

function contextOf(cell: Cell, name: string, wallMs: number): ReportContext {
  return {
    scenario: name,
    slo: cell.scenario.slo,
    ...pricing(cell.scenario.prices),
    engineDigest: ENGINE_DIGEST,
    wallMs,
  };
}

function curvesOf(cell: Cell, job: Job, index: number): ReturnType<typeof fleetCurves> {
  const results = job.results(index);
  return fleetCurves(cell.workload, cell.fleet, mergeRecorders(results, cell.scenario.slo), results);
}
