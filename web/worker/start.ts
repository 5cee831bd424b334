/** Starts the simulator's worker, the first one ahead of its first question. */
import entryUrl from './entry.ts?worker&url';

let ahead: Worker | null = null;

export function startAhead(): void {
  const worker = start();
  ahead = worker;
  // Nobody listens yet: the next one to be started says why it cannot be loaded.
  worker.addEventListener('error', () => {
    if (ahead === worker) ahead = null;
  });
}

/** A worker that is nobody else's. */
export function simulatorWorker(): Worker {
  const worker = ahead ?? start();
  ahead = null;
  return worker;
}

function start(): Worker {
  return new Worker(entryUrl, { type: 'module', name: 'simulation' });
}
