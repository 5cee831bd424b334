/** The simulation worker of the page: the simulator with the browser's clock and a pause that lets messages in. */
import { expose } from 'comlink';
import { GPUS } from '../../models/gpus.ts';
import { LLMS } from '../../models/llms.ts';
import type { WorkerHost } from '../../sim/worker/api.ts';
import { createSimulationWorker } from '../../sim/worker/simulation-worker.ts';
import type { Choice, DashboardWorker } from './api.ts';

/** A message to oneself: unlike a timer it is not held back, and it queues behind messages that have arrived. */
function createHost(): WorkerHost {
  const channel = new MessageChannel();
  let resume: (() => void) | null = null;
  channel.port1.onmessage = () => resume?.();
  return {
    nowMs: () => performance.now(),
    pause: () =>
      new Promise((resolve) => {
        resume = resolve;
        channel.port2.postMessage(null);
      }),
  };
}

const nameOf = ({ id, name }: Choice): Choice => ({ id, name });

const worker: DashboardWorker = {
  ...createSimulationWorker(createHost()),
  choices: () => ({ gpus: GPUS.map(nameOf), models: LLMS.map(nameOf) }),
};

expose(worker);
