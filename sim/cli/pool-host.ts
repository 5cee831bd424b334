/** The pool's host under Node: worker threads, or this thread; files from disk; records to disk. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { poolWorkerOver } from '../worker/over-comlink.ts';
import { localWorker, type PoolWorker, RunPool } from '../worker/run-pool.ts';
import type { RunHost } from '../worker/run-worker.ts';
import { DecisionWriter } from './decisions.ts';
import { fileLines } from './lines.ts';
import { loadPluginFiles } from './plugin/load-plugin.ts';
import { RecordWriter } from './records.ts';

/** What runs need, in the main thread and in worker threads alike. `base` is the folder that paths start from. */
export const NODE_HOST: RunHost = {
  nowMs: () => performance.now(),
  pause: () => setImmediate(),
  readLines: (path, base) => fileLines(resolve(base ?? '.', path)),
  loadPlugins: loadPluginFiles,
  openRecords: ({ where, run }) => new RecordWriter(where, run),
  openDecisions: ({ where, run }) => new DecisionWriter(where, run),
};

/** Workers for that many runs: as many as asked for, else one a core, but not more than there are runs. */
export function workersFor(runs: number, jobs: number | undefined): number {
  return Math.max(1, Math.min(runs, jobs ?? availableParallelism()));
}

/** A pool of worker threads; with one worker, of this thread, which starts at once and needs no copies of what it reads. */
export function openPool(workers: number): RunPool {
  return new RunPool({ size: workers, start: workers === 1 ? localWorker(NODE_HOST) : startThread });
}

/** The worker's file lies beside the command's (the build puts it there). */
function startThread(onProgress: (share: number) => void): PoolWorker {
  const thread = new Worker(join(import.meta.dirname, 'worker.js'));
  const death = new Promise<Error>((die) => {
    thread.once('error', die);
    thread.once('exit', (code) => die(new Error(`exit code ${code}`)));
  });
  const terminate = (): void => void thread.terminate();
  return poolWorkerOver(nodeEndpoint(thread), onProgress, { terminate, death });
}
