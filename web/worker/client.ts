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

interface Pending {
  readonly jobId: string;
  readonly settle: (outcome: Outcome) => void;
}

export class WorkerClient {
  #worker: Worker;
  #remote: Remote<DashboardWorker>;
  #pending: Pending | null = null;

  constructor() {
    this.#worker = spawn();
    this.#remote = this.#connect();
  }

  async choices(): Promise<Choices> {
    return await this.#remote.choices();
  }

  /** Runs a comparison. One job at a time: the caller cancels the one before. */
  runComparison(
    document: unknown,
    options: JobOptions,
    onProgress: ProgressSink<ComparisonResult>,
  ): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        if (this.#pending?.jobId === options.jobId) this.#pending = null;
        resolve(outcome);
      };
      this.#pending = { jobId: options.jobId, settle };
      this.#remote
        .runComparison(document, options, proxy(onProgress))
        .then(settle, (error: unknown) => settle({ status: 'failed', message: String(error) }));
    });
  }

  /** Ends a job; the promise of `runComparison` settles with what was complete. */
  cancel(jobId: string): void {
    void this.#remote.cancel(jobId);
    setTimeout(() => {
      if (this.#pending?.jobId === jobId) this.#replace({ status: 'cancelled', partial: null });
    }, CANCEL_PATIENCE_MS);
  }

  #connect(): Remote<DashboardWorker> {
    this.#worker.addEventListener('error', (event) => {
      this.#replace({ status: 'failed', message: event.message || 'the worker could not be loaded' });
    });
    return wrap<DashboardWorker>(this.#worker);
  }

  #replace(outcome: Outcome): void {
    this.#remote[releaseProxy]();
    this.#worker.terminate();
    this.#worker = spawn();
    this.#remote = this.#connect();
    this.#pending?.settle(outcome);
  }
}

function spawn(): Worker {
  return new Worker(new URL('./entry.ts', import.meta.url), { type: 'module', name: 'simulation' });
}
