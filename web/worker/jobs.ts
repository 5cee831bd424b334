/** What the simulation worker does beside comparing fleets: searches, recordings, reasons, load curves, checks of documents. */
import { transfer } from 'comlink';
import { recordingBuffers } from '../../sim/inspect/recording.ts';
import { createInspectWorker } from '../../sim/worker/inspect-worker.ts';
import { createLoadWorker } from '../../sim/worker/load-worker.ts';
import { createPlanWorker } from '../../sim/worker/plan-worker.ts';
import type { RunPool } from '../../sim/worker/run-pool.ts';
import { createWhyWorker } from '../../sim/worker/why-worker.ts';
import type { Jobs } from './api.ts';
import { problemsOf, schemaOf } from './documents.ts';
import { createHost } from './host.ts';
import { planComparison, planScenario } from './plan-fleets.ts';

/** The jobs; `cancel` says whether it was one of theirs. */
export type LoadedJobs = Jobs & { cancel(jobId: string): boolean };

export function createJobs(pool: RunPool): LoadedJobs {
  const reasons = createWhyWorker(pool);
  const loads = createLoadWorker(pool);
  const plans = createPlanWorker(createHost(), pool);
  const inspections = createInspectWorker(createHost());
  return {
    runPlan: plans.runPlan,
    planSize: plans.planSize,
    runInspect: async (document, options, onProgress) => {
      const outcome = await inspections.runInspect(document, options, onProgress);
      return outcome.status === 'done'
        ? transfer(outcome, recordingBuffers(outcome.result.recording))
        : outcome;
    },
    runWhy: reasons.runWhy,
    runLoads: loads.runLoads,
    schema: schemaOf,
    check: problemsOf,
    planComparison,
    planScenario,
    cancel: (jobId) =>
      plans.cancelPlan(jobId) ||
      inspections.cancelInspect(jobId) ||
      reasons.cancelWhy(jobId) ||
      loads.cancelLoads(jobId),
  };
}
