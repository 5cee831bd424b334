/** The browser as the host of runs: its clock, and a pause that lets messages in. */
import type { WorkerHost } from '../../sim/worker/api.ts';

/** A message to oneself: unlike a timer it is not held back, and it queues behind messages that have arrived. */
export function createHost(): WorkerHost {
  const channel = new MessageChannel();
  // Several jobs may be pausing at once: a search that has been cancelled, and the one that replaces it.
  const waiting: (() => void)[] = [];
  channel.port1.onmessage = () => waiting.shift()?.();
  return {
    nowMs: () => performance.now(),
    pause: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        channel.port2.postMessage(null);
      }),
  };
}
