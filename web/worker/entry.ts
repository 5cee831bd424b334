/**
 * The simulation worker of the page: the simulator with the browser's clock, and a pool of workers for its runs. It begins with
 * what compares fleets; what else it can do comes when it is first asked for.
 */
import { expose } from 'comlink';
import { createSimulationWorker } from '../../sim/worker/simulation-worker.ts';
import type { DashboardWorker } from './api.ts';
import { choices } from './choices.ts';
import { createHost } from './host.ts';
import type { LoadedJobs } from './jobs.ts';
import { openPool } from './pool-host.ts';

const host = createHost();
const pool = openPool(host);
const simulation = createSimulationWorker(host, pool);

let loaded: LoadedJobs | null = null;

async function jobs(): Promise<LoadedJobs> {
  const { createJobs } = await import('./jobs.ts');
  loaded ??= createJobs(pool);
  return loaded;
}

const worker: DashboardWorker = {
  ...simulation,
  choices,
  cancel: (jobId) => loaded?.cancel(jobId) === true || simulation.cancel(jobId),
  runPlan: async (...given) => (await jobs()).runPlan(...given),
  runInspect: async (...given) => (await jobs()).runInspect(...given),
  runWhy: async (...given) => (await jobs()).runWhy(...given),
  runLoads: async (...given) => (await jobs()).runLoads(...given),
  schema: async (kind) => (await jobs()).schema(kind),
  check: async (...given) => (await jobs()).check(...given),
  planSize: async (document) => (await jobs()).planSize(document),
  planComparison: async (...given) => (await jobs()).planComparison(...given),
  planScenario: async (...given) => (await jobs()).planScenario(...given),
  mapColumns: async (...given) => (await import('./imports.ts')).mapColumns(...given),
  readFile: async (...given) => (await import('./imports.ts')).readFile(...given),
  calibrateFiles: async (...given) => (await import('./calibration.ts')).calibrated(...given),
  exportTargets: async () => (await import('./exports.ts')).targetChoices(),
  exportFleet: async (...given) => (await import('./exports.ts')).exported(...given),
};

expose(worker);
