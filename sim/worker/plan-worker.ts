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
import { inBursts } from './bursts.ts';
import { textLines } from './text-lines.ts';

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
    let report: PlanReport | null = null;
    let progress: PlanProgress | null = null;
    await inBursts(host, {
      step: () => {
        const next = work.next();
        if (next.done === true) report = next.value;
        else progress = next.value;
        return next.done === true;
      },
      tell: () => {
        if (progress === null) return;
        const { stage, label, done } = progress;
        onProgress({
          ...{ jobId, done, runsDone: 0, runsTotal: 0, label: `${stage}: ${label}`, partial: null },
        });
      },
      isWanted: () => running.has(jobId),
    });
    return report === null ? { status: 'cancelled', partial: null } : { status: 'done', result: report };
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
