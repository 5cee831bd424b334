/** The simulation worker of the page: the simulator with the browser's clock, and a pool of workers for its runs. */
import { expose } from 'comlink';
import { GPUS } from '../../models/gpus.ts';
import { LLMS } from '../../models/llms.ts';
import { createSimulationWorker } from '../../sim/worker/simulation-worker.ts';
import type { Choice, DashboardWorker } from './api.ts';
import { createHost } from './host.ts';
import { openPool } from './pool-host.ts';

const nameOf = ({ id, name }: Choice): Choice => ({ id, name });

const host = createHost();

const worker: DashboardWorker = {
  ...createSimulationWorker(host, openPool(host)),
  choices: () => ({ gpus: GPUS.map(nameOf), models: LLMS.map(nameOf) }),
};

expose(worker);
