/**
 * A plan's search, in a worker: every run it takes goes to the pool. It knows no browser and no Node. A search that is cancelled
 * leaves nothing: its answer is a ranking, which stands only once all cheaper fleets were seen.
 */
import { ConfigError } from '../../src/core/check.ts';
import { parsePlan } from '../planner/parse.ts';
import { planFleets } from '../planner/planner.ts';
import type { PlanReport } from '../planner/report.ts';
import { fleetChoices } from '../planner/space.ts';
import { priceLookup } from '../run/prices.ts';
import { Cancelled } from '../run/run-spec.ts';
import type { JobOptions, JobOutcome, ProgressSink, WorkerHost } from './api.ts';
import { AskedRuns } from './asked-runs.ts';
import type { RunPool } from './run-pool.ts';
import { textLines } from './text-lines.ts';

/** Wall time between pauses, ms: short enough for a cancel within 100 ms, long enough to cost nothing. */
const BURST_MS = 16;
/** Wall time between progress messages, ms. */
const PROGRESS_MS = 100;

export interface PlanWorker {
  runPlan(
    document: unknown,
    options: Pick<JobOptions, 'jobId' | 'traces'>,
    onProgress: ProgressSink<PlanReport>,
  ): Promise<JobOutcome<PlanReport>>;
  /** Fleets that a plan would look at; null where the plan is not valid. */
  planSize(document: unknown): number | null;
  /** False when no such search runs. */
  cancelPlan(jobId: string): boolean;
}

export function createPlanWorker(host: WorkerHost, pool: RunPool): PlanWorker {
  const runs = new AskedRuns(pool);
  return {
    runPlan: (document, { jobId, traces }, onProgress) => {
      let heardMs = Number.NEGATIVE_INFINITY;
      let toldMs = Number.NEGATIVE_INFINITY;
      let where = { label: '', done: 0 };
      const tell = (): void => {
        if (host.nowMs() - toldMs < PROGRESS_MS) return;
        toldMs = host.nowMs();
        onProgress({ jobId, runsDone: 0, runsTotal: 0, ...where, partial: null });
      };
      return runs.job({ jobId, ...(traces === undefined ? {} : { traces }) }, tell, (makeRuns) => {
        const plan = parsePlan(document);
        return planFleets(plan, plan.name ?? 'plan', {
          ...{ nowMs: host.nowMs, makeRuns, workers: pool.size },
          readLines: (path) => linesOf(traces, path),
          pause: async ({ stage, label, done }) => {
            // Shape and GPU: names say of the engine what a line has no room for.
            where = { label: `${stage}: ${label.split(' · ').slice(0, 2).join(' on ')}`, done };
            if (host.nowMs() - heardMs < BURST_MS) return;
            tell();
            await host.pause();
            heardMs = host.nowMs();
            if (!runs.isWanted(jobId)) throw new Cancelled();
          },
        });
      });
    },
    planSize: (document) => {
      try {
        const plan = parsePlan(document);
        return fleetChoices(plan, priceLookup(plan.prices)).length;
      } catch (error) {
        if (error instanceof ConfigError) return null;
        throw error;
      }
    },
    cancelPlan: (jobId) => runs.cancel(jobId),
  };
}

function linesOf(traces: JobOptions['traces'], path: string): Iterable<string> {
  if (traces !== undefined && Object.hasOwn(traces, path)) return textLines(traces[path]!);
  throw new ConfigError({
    path: 'workload.path',
    found: `${path}, which was not handed in`,
    expected: 'a trace that has been loaded',
  });
}
