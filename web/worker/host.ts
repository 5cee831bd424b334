/** The browser as the host of runs: its clock, and a pause that lets messages in. */
import type { WorkerHost } from '../../sim/worker/api.ts';

/** A message to oneself: unlike a timer it is not held back, and it queues behind messages that have arrived. */
export function createHost(): WorkerHost {
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
