/**
 * The page's end of the worker. A worker that does not answer a cancel in time, or that has a job and is not heard of any
 * more, is ended and replaced, and its pending jobs are told so: comlink never settles the promises of a worker that is gone.
 */
import { proxy, type Remote, releaseProxy, wrap } from 'comlink';
import type { JobOutcome, ProgressSink } from '../../sim/worker/api.ts';
import type { DashboardWorker } from './api.ts';
import { simulatorWorker } from './start.ts';

/** How long a cancel may go unanswered before the worker is replaced, ms. */
const CANCEL_PATIENCE_MS = 250;

/** Looks at a worker with a job, one a second, without a word from it after which it is taken for dead. */
const SILENT_LOOKS = 10;
const LOOK_MS = 1000;

interface Connection {
  readonly worker: Worker;
  readonly remote: Remote<DashboardWorker>;
}

type Settle = (outcome: JobOutcome<never> & { readonly status: 'cancelled' | 'failed' }) => void;

export class WorkerClient {
  /** Opened by the first call after a start or a failure, so that a worker that cannot be loaded is not tried forever. */
  #connection: Connection | null = null;
  readonly #pending = new Map<string, Settle>();
  readonly #isWatched: boolean;
  #watch: ReturnType<typeof setInterval> | undefined;
  #silentLooks = 0;

  /** `isWatched`: jobs report several times a second, as all do that pause between bursts of work. */
  constructor({ isWatched = true }: { readonly isWatched?: boolean } = {}) {
    this.#isWatched = isWatched;
  }

  /** The worker, for calls that are no jobs. */
  get remote(): Remote<DashboardWorker> {
    return this.#open().remote;
  }

  /** Runs a job; never rejects. */
  run<Result>(
    jobId: string,
    onProgress: ProgressSink<Result>,
    start: (remote: Remote<DashboardWorker>, tell: ProgressSink<Result>) => Promise<JobOutcome<Result>>,
  ): Promise<JobOutcome<Result>> {
    return new Promise((resolve) => {
      const settle = (outcome: JobOutcome<Result>): void => {
        this.#pending.delete(jobId);
        this.#watchJobs();
        resolve(outcome);
      };
      const tell: ProgressSink<Result> = (progress) => {
        this.#silentLooks = 0;
        onProgress(progress);
      };
      this.#pending.set(jobId, settle);
      this.#watchJobs();
      start(this.remote, proxy(tell)).then(settle, (error: unknown) =>
        settle({ status: 'failed', message: String(error) }),
      );
    });
  }

  /** Ends a job; its promise settles with what was complete. */
  cancel(jobId: string): void {
    const settle = this.#pending.get(jobId);
    if (settle === undefined) return;
    void this.remote.cancel(jobId);
    setTimeout(() => {
      if (!this.#pending.has(jobId)) return;
      settle({ status: 'cancelled', partial: null });
      // What others wait for is not ended for one of them: if it is silent, the watch ends it.
      if (this.#pending.size === 0 || !this.#isWatched)
        this.#close('the simulator did not answer and was started afresh');
    }, CANCEL_PATIENCE_MS);
  }

  /** Looks are counted, not time: a computer that slept, or a page in the background, has missed looks and no word. */
  #watchJobs(): void {
    clearInterval(this.#watch);
    this.#silentLooks = 0;
    if (this.#pending.size === 0 || !this.#isWatched) return;
    this.#watch = setInterval(() => {
      this.#silentLooks += 1;
      if (this.#silentLooks >= SILENT_LOOKS)
        this.#close('the simulator was not heard of any more and was ended');
    }, LOOK_MS);
  }

  #open(): Connection {
    if (this.#connection !== null) return this.#connection;
    const worker = simulatorWorker();
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
