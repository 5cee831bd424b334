/**
 * A plan's search in a worker: bursts of work with pauses in which a cancel is heard. It knows no browser and no Node. A
 * search that is cancelled leaves nothing: its answer is a ranking, which stands only once all cheaper fleets were seen.
 */
import { ConfigError } from '../../src/core/check.ts';
import { parsePlan } from '../planner/parse.ts';
import { type PlanProgress, planFleets } from '../planner/planner.ts';
import type { PlanReport } from '../planner/report.ts';
import { fleetChoices } from '../planner/space.ts';
import { priceLookup } from '../run/prices.ts';
import type { JobOptions, JobOutcome, ProgressSink, WorkerHost } from './api.ts';
import { textLines } from './text-lines.ts';

/** Wall time between pauses, ms. */
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

export function createPlanWorker(host: WorkerHost): PlanWorker {
  const running = new Set<string>();

  async function search(
    document: unknown,
    { jobId, traces }: Pick<JobOptions, 'jobId' | 'traces'>,
    onProgress: ProgressSink<PlanReport>,
  ): Promise<JobOutcome<PlanReport>> {
    const plan = parsePlan(document);
    const work = planFleets(plan, plan.name ?? 'plan', {
      nowMs: host.nowMs,
      readLines: (path) => linesOf(traces, path),
    });
    let toldMs = Number.NEGATIVE_INFINITY;
    for (;;) {
      const startMs = host.nowMs();
      let progress: PlanProgress | null = null;
      while (host.nowMs() - startMs < BURST_MS) {
        const step = work.next();
        if (step.done === true) return { status: 'done', result: step.value };
        progress = step.value;
      }
      if (progress !== null && host.nowMs() - toldMs >= PROGRESS_MS) {
        toldMs = host.nowMs();
        const { stage, label, done } = progress;
        onProgress({
          ...{ jobId, done, runsDone: 0, runsTotal: 0, label: `${stage}: ${label}`, partial: null },
        });
      }
      await host.pause();
      if (!running.has(jobId)) return { status: 'cancelled', partial: null };
    }
  }

  return {
    runPlan: async (document, options, onProgress) => {
      running.add(options.jobId);
      try {
        return await search(document, options, onProgress);
      } catch (error) {
        if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
        return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
      } finally {
        running.delete(options.jobId);
      }
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
    cancelPlan: (jobId) => running.delete(jobId),
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
