/** The simulation worker of the page: the simulator with the browser's clock, and a pool of workers for its runs. */
import { expose, transfer } from 'comlink';
import { recordingBuffers } from '../../sim/inspect/recording.ts';
import { createInspectWorker } from '../../sim/worker/inspect-worker.ts';
import { createLoadWorker } from '../../sim/worker/load-worker.ts';
import { createPlanWorker } from '../../sim/worker/plan-worker.ts';
import { createSimulationWorker } from '../../sim/worker/simulation-worker.ts';
import { createWhyWorker } from '../../sim/worker/why-worker.ts';
import type { DashboardWorker } from './api.ts';
import { choices } from './choices.ts';
import { problemsOf, schemaOf } from './documents.ts';
import { createHost } from './host.ts';
import { planComparison, planScenario } from './plan-fleets.ts';
import { openPool } from './pool-host.ts';

const host = createHost();
const pool = openPool(host);
const simulation = createSimulationWorker(host, pool);
const reasons = createWhyWorker(pool);
const loads = createLoadWorker(pool);
const plans = createPlanWorker(createHost(), pool);
const inspections = createInspectWorker(createHost());

const worker: DashboardWorker = {
  ...simulation,
  ...plans,
  runInspect: async (document, options, onProgress) => {
    const outcome = await inspections.runInspect(document, options, onProgress);
    return outcome.status === 'done'
      ? transfer(outcome, recordingBuffers(outcome.result.recording))
      : outcome;
  },
  runWhy: reasons.runWhy,
  runLoads: loads.runLoads,
  cancel: (jobId) =>
    plans.cancelPlan(jobId) ||
    inspections.cancelInspect(jobId) ||
    reasons.cancelWhy(jobId) ||
    loads.cancelLoads(jobId) ||
    simulation.cancel(jobId),
  choices,
  schema: schemaOf,
  check: problemsOf,
  planComparison,
  planScenario,
  readFile: async (name, text, gpu) => (await import('./imports.ts')).readFile(name, text, gpu),
  calibrateFiles: async (input, jobId, onProgress) =>
    (await import('./calibration.ts')).calibrated(input, jobId, onProgress),
  exportTargets: async () => (await import('./exports.ts')).targetChoices(),
  exportFleet: async (target, source) => (await import('./exports.ts')).exported(target, source),
};

expose(worker);
