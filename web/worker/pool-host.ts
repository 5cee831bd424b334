/** The pool of the page: workers of the simulation worker, one core being left to the page. */
import type { WorkerHost } from '../../sim/worker/api.ts';
import { poolWorkerOver } from '../../sim/worker/over-comlink.ts';
import { localWorker, type PoolWorker, RunPool } from '../../sim/worker/run-pool.ts';
import runEntryUrl from './run-entry.ts?worker&url';

const MOST_WORKERS = 8;

/** A pool for this machine; in this very thread where it has two cores or fewer. */
export function openPool(host: WorkerHost): RunPool {
  const size = Math.min(MOST_WORKERS, Math.max(1, navigator.hardwareConcurrency - 1));
  return new RunPool({ size, start: size === 1 ? localWorker(host) : startWorker });
}

function startWorker(onProgress: (share: number) => void): PoolWorker {
  const worker = new Worker(runEntryUrl, { type: 'module', name: 'run' });
  const death = new Promise<Error>((die) => {
    worker.addEventListener('error', (event) => die(new Error(event.message || 'it could not be loaded')));
  });
  return poolWorkerOver(worker, onProgress, { terminate: () => worker.terminate(), death });
}
