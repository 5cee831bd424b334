/**
 * The simulation worker of the page: the simulator with the browser's clock, and a pool of workers for its runs. It begins with
 * what compares fleets; the rest of the simulator, and what else it can do, comes when it is asked for.
 */
import { expose } from 'comlink';
import { createSimulationWorker } from '../../sim/worker/simulation-worker.ts';
import type { DashboardWorker, Jobs } from './api.ts';
import { choices } from './choices.ts';
import { createHost } from './host.ts';
import { wholeSimulator } from './later.ts';
import { openPool } from './pool-host.ts';

const host = createHost();
const pool = openPool(host);
const simulation = createSimulationWorker(host, pool);

type LoadedJobs = ReturnType<typeof import('./jobs.ts').createJobs>;
let loadedJobs: LoadedJobs | null = null;

/** Something else of the worker, and all of the simulator. */
async function withAll<Part>(part: Promise<Part>): Promise<Part> {
  await wholeSimulator();
  return await part;
}

/** A job that is loaded when it is first asked for, with all of the simulator. */
function job<Name extends keyof Jobs>(name: Name): (...given: Parameters<Jobs[Name]>) => Promise<unknown> {
  return async (...given) => {
    const { createJobs } = await withAll(import('./jobs.ts'));
    loadedJobs ??= createJobs(pool);
    return await (loadedJobs[name] as (...all: unknown[]) => unknown)(...given);
  };
}

const jobs = Object.fromEntries(
  (
    [
      'runPlan',
      'planSize',
      'runInspect',
      'runWhy',
      'runLoads',
      'schema',
      'check',
      'planComparison',
      'planScenario',
    ] as const
  ).map((name) => [name, job(name)]),
) as unknown as Jobs;

const worker: DashboardWorker = {
  ...simulation,
  ...jobs,
  cancel: (jobId) => loadedJobs?.cancel(jobId) === true || simulation.cancel(jobId),
  choices: async (withPolicies) => {
    if (withPolicies) await wholeSimulator();
    return choices();
  },
  readFile: async (...given) => (await withAll(import('./imports.ts'))).readFile(...given),
  calibrateFiles: async (...given) => (await withAll(import('./calibration.ts'))).calibrated(...given),
  exportTargets: async () => (await withAll(import('./exports.ts'))).targetChoices(),
  exportFleet: async (...given) => (await withAll(import('./exports.ts'))).exported(...given),
};

expose(worker);
