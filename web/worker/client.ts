/**
 * The page's end of the worker. A worker that does not answer a cancel in time is ended and replaced, and its pending job
 * is told so: comlink never settles the promises of a terminated worker.
 */
import { proxy, type Remote, releaseProxy, wrap } from 'comlink';
import type { ComparisonResult, JobOptions, JobOutcome, ProgressSink } from '../../sim/worker/api.ts';
import type { Choices, DashboardWorker } from './api.ts';

/** How long a cancel may go unanswered before the worker is replaced, ms. */
const CANCEL_PATIENCE_MS = 250;

type Outcome = JobOutcome<ComparisonResult>;

interface Connection {
  readonly worker: Worker;
  readonly remote: Remote<DashboardWorker>;
}

export class WorkerClient {
  /** Opened by the first call after a start or a failure, so that a worker that cannot be loaded is not tried forever. */
  #connection: Connection | null = null;
  readonly #pending = new Map<string, (outcome: Outcome) => void>();

  async choices(): Promise<Choices> {
    return await this.#open().remote.choices();
  }

  runComparison(
    document: unknown,
    options: JobOptions,
    onProgress: ProgressSink<ComparisonResult>,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        this.#pending.delete(options.jobId);
        resolve(outcome);
      };
      this.#pending.set(options.jobId, settle);
      this.#open()
        .remote.runComparison(document, options, proxy(onProgress))
        .then(settle, (error: unknown) => settle({ status: 'failed', message: String(error) }));
    });
  }

  /** Ends a job; the promise of `runComparison` settles with what was complete. */
  cancel(jobId: string): void {
    const settle = this.#pending.get(jobId);
    if (settle === undefined) return;
    void this.#open().remote.cancel(jobId);
    setTimeout(() => {
      if (!this.#pending.has(jobId)) return;
      settle({ status: 'cancelled', partial: null });
      this.#close('the simulator did not answer and was started afresh');
    }, CANCEL_PATIENCE_MS);
  }

  #open(): Connection {
    if (this.#connection !== null) return this.#connection;
    const worker = spawn();
    worker.addEventListener('error', (event) => {
      if (this.#connection?.worker !== worker) return;
      this.#close(event.message || 'the simulator could not be loaded');
    });
    this.#connection = { worker, remote: wrap<DashboardWorker>(worker) };
    return this.#connection;
  }

  #close(message: string): void {
    this.#connection?.remote[releaseProxy]();
    this.#connection?.worker.terminate();
    this.#connection = null;
    for (const settle of this.#pending.values()) settle({ status: 'failed', message });
  }
}

function spawn(): Worker {
  return new Worker(new URL('./entry.ts', import.meta.url), { type: 'module', name: 'simulation' });
}
