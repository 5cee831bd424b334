/** Long work in a worker: bursts of steps, with pauses in which messages, a cancel among them, are heard. */
import type { WorkerHost } from './api.ts';

/** Wall time between pauses, ms: short enough for a cancel within 100 ms, long enough to cost nothing. */
const BURST_MS = 16;
/** Wall time between progress messages, ms. */
const PROGRESS_MS = 100;

export interface Bursts {
  /** Does a little; true once all is done. */
  readonly step: () => boolean;
  /** Says how far it is. */
  readonly tell: () => void;
  /** False once it has been cancelled. */
  readonly isWanted: () => boolean;
}

/** Resolves to false where the work was cancelled before it was done. */
export async function inBursts(host: WorkerHost, { step, tell, isWanted }: Bursts): Promise<boolean> {
  let toldMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    const startMs = host.nowMs();
    while (host.nowMs() - startMs < BURST_MS) if (step()) return true;
    if (host.nowMs() - toldMs >= PROGRESS_MS) {
      toldMs = host.nowMs();
      tell();
    }
    await host.pause();
    if (!isWanted()) return false;
  }
}
