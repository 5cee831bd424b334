/**
 * Runs spread over workers, one run at a time on each. Outcomes are kept by their place in the list, so that what is made
 * of them is the same for any number of workers.
 *
 *   const pool = new RunPool({ size: 4, start });            // `start`: from the host, or `localWorker` for this thread
 *   const outcomes = await pool.runAll(specs, { onProgress });  // outcomes[i] is that of specs[i]
 *   const batch = pool.start(specs); batch.cancel(); await batch.outcomes;  // at once, with what was complete
 *   pool.close();
 *
 * Workers start when they are first needed and stay for further batches. Several batches may be under way: the one with the
 * highest priority is served first, then the earlier one.
 */
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { outcomeOfError, type RunOutcome, type RunOutcomeData, type RunSpec } from '../run/run-spec.ts';
import { Batch, type BatchOptions } from './batch.ts';
import { createRunWorker, type RunHost, type Texts } from './run-worker.ts';

/** A worker as the pool holds it: `RunWorker` at the other end of a line. */
export interface PoolWorker {
  hold(texts: Texts): void;
  run(spec: RunSpec, engineDigest: string): Promise<RunOutcomeData>;
  cancel(): void;
  /** Ends the worker; a run in progress may never answer. */
  terminate(): void;
  /** Settles only if the worker dies: out of memory, not found. */
  readonly death: Promise<Error>;
}

/** Starts a worker; `onProgress` is to be told the share of its run that is done (0..1), at least every 250 ms. */
export type StartWorker = (onProgress: (share: number) => void) => PoolWorker;

export interface PoolOptions {
  readonly start: StartWorker;
  /** Most workers at a time, at least 1. */
  readonly size: number;
}

/** A worker and what it is doing. */
interface Seat {
  readonly worker: PoolWorker;
  /** Texts that it holds. */
  texts: Texts | undefined;
  task: Task | null;
}

interface Task {
  readonly batch: Batch;
  readonly index: number;
  /** Ends the run with this outcome, whatever the worker says later. */
  readonly settle: (outcome: RunOutcomeData) => void;
}

export class RunPool {
  readonly size: number;
  readonly #start: StartWorker;
  readonly #seats: Seat[] = [];
  /** Batches with runs to hand out, first served first. */
  readonly #batches: Batch[] = [];

  constructor(options: PoolOptions) {
    this.#start = options.start;
    this.size = options.size;
  }

  /** Runs all; outcomes in the order of `specs`. Never rejects. */
  runAll(specs: readonly RunSpec[], options: BatchOptions = {}): Promise<readonly RunOutcome[]> {
    return this.start(specs, options).outcomes;
  }

  /** Begins to run all. */
  start(specs: readonly RunSpec[], options: BatchOptions = {}): Batch {
    const batch = new Batch(specs, options, () => this.#stop(batch));
    const after = this.#batches.findIndex((other) => other.priority < batch.priority);
    this.#batches.splice(after < 0 ? this.#batches.length : after, 0, batch);
    this.#handOut();
    return batch;
  }

  /** Cancels everything and ends the workers. */
  close(): void {
    for (const { task } of this.#seats) task?.batch.cancel();
    for (const batch of [...this.#batches]) batch.cancel();
    for (const seat of this.#seats.splice(0)) seat.worker.terminate();
  }

  #handOut(): void {
    for (;;) {
      const batch = this.#batches[0];
      if (batch === undefined) return;
      if (!batch.hasNext) {
        this.#batches.shift();
        continue;
      }
      const seat = this.#idleSeat();
      if (seat === null) return;
      this.#run(seat, batch, batch.takeNext());
    }
  }

  #idleSeat(): Seat | null {
    const idle = this.#seats.find((seat) => seat.task === null);
    if (idle !== undefined) return idle;
    if (this.#seats.length >= this.size) return null;
    const seat: Seat = {
      worker: this.#start((share) => seat.task?.batch.progressed(seat.task.index, share)),
      texts: undefined,
      task: null,
    };
    this.#seats.push(seat);
    void seat.worker.death.then((error) => {
      this.#seats.splice(this.#seats.indexOf(seat), 1);
      seat.task?.settle({ status: 'failed', message: `a worker died: ${error.message}` });
    });
    return seat;
  }

  #run(seat: Seat, batch: Batch, index: number): void {
    const { worker } = seat;
    const task: Task = {
      ...{ batch, index },
      settle: (outcome) => {
        if (seat.task !== task) return;
        seat.task = null;
        batch.ended(index, outcome);
        this.#handOut();
      },
    };
    seat.task = task;
    if (batch.texts !== undefined && seat.texts !== batch.texts) {
      worker.hold(batch.texts);
      seat.texts = batch.texts;
    }
    worker
      .run(batch.specs[index]!, ENGINE_DIGEST)
      .then(task.settle, (error: unknown) => task.settle(outcomeOfError(error)));
  }

  /** Workers hear of the cancel; they are free again once they answer. */
  #stop(batch: Batch): void {
    for (const { task, worker } of this.#seats) if (task?.batch === batch) worker.cancel();
  }
}

/** A worker in this very thread: for a single run, and where there are no others. */
export function localWorker(host: RunHost): StartWorker {
  return (onProgress) => ({
    ...createRunWorker(host, onProgress),
    terminate: () => undefined,
    death: new Promise<Error>(() => undefined),
  });
}
