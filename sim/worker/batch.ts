/** A list of runs that a pool works on: what is handed out, what has come back, and how far all of it is. */
import { assert } from '../../src/core/check.ts';
import { fromRunData } from '../metrics/run-data.ts';
import type { RunOutcome, RunOutcomeData, RunSpec } from '../run/run-spec.ts';
import type { Texts } from './run-worker.ts';

/** How a batch is run. */
export interface BatchOptions {
  /** Text of files by the path that scenarios name; sent to each worker once. */
  readonly texts?: Texts;
  /** Batches of higher priority are served first (default 0). */
  readonly priority?: number;
  /** Runs after the first one that is invalid or failed are left out: cancelled, or not begun. Default false. */
  readonly failFast?: boolean;
  readonly onProgress?: (progress: BatchProgress) => void;
  /** Called with every outcome as it comes, in any order. */
  readonly onOutcome?: (index: number, outcome: RunOutcome) => void;
}

/** How far a batch is; told at least every 250 ms. */
export interface BatchProgress {
  /** 0..1, runs counted alike. */
  readonly done: number;
  readonly runsDone: number;
  readonly runsTotal: number;
  /** Lowest index of a run that is going on. */
  readonly running: number;
}

export class Batch {
  readonly specs: readonly RunSpec[];
  /** Settles when all have ended, or at once after a cancel. */
  readonly outcomes: Promise<readonly RunOutcome[]>;
  readonly texts: Texts | undefined;
  readonly priority: number;
  readonly #options: BatchOptions;
  readonly #outcomes: (RunOutcome | undefined)[];
  /** Share of each run that is done; -1 before it is handed out. */
  readonly #shares: Float64Array;
  readonly #stopWorkers: () => void;
  #next = 0;
  #runsDone = 0;
  /** Runs from here on are not wanted any more. */
  #end: number;
  #settle: (outcomes: readonly RunOutcome[]) => void = () => undefined;

  constructor(specs: readonly RunSpec[], options: BatchOptions, stopWorkers: () => void) {
    this.specs = specs;
    this.texts = options.texts;
    this.priority = options.priority ?? 0;
    this.#options = options;
    this.#outcomes = specs.map(() => undefined);
    this.#shares = new Float64Array(specs.length).fill(-1);
    this.#stopWorkers = stopWorkers;
    this.#end = specs.length;
    this.outcomes = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#settleIfDone();
  }

  get hasNext(): boolean {
    return this.#next < this.#end;
  }

  /** Index of the run to be handed out. */
  takeNext(): number {
    assert(this.hasNext, 'nothing left to hand out');
    this.#shares[this.#next] = 0;
    return this.#next++;
  }

  /** Ends it: `outcomes` settles now, with what was complete; the rest is `cancelled`. */
  cancel(): void {
    if (this.#end < 0) return;
    this.#end = -1;
    this.#stopWorkers();
    this.#settleIfDone();
  }

  /** A run is further. */
  progressed(index: number, share: number): void {
    this.#shares[index] = share;
    this.#tell();
  }

  /** A run has ended. */
  ended(index: number, data: RunOutcomeData): void {
    if (this.#end < 0) return;
    const outcome = data.status === 'done' ? { ...data, result: fromRunData(data.result) } : data;
    this.#outcomes[index] = outcome;
    this.#shares[index] = 1;
    this.#runsDone += 1;
    this.#options.onOutcome?.(index, outcome);
    const isBad = outcome.status === 'invalid' || outcome.status === 'failed';
    if (isBad && this.#options.failFast === true) this.#end = Math.min(this.#end, index + 1);
    this.#tell();
    this.#settleIfDone();
  }

  #tell(): void {
    if (this.#end < 0) return;
    const { length } = this.specs;
    const done = this.#shares.reduce((sum, share) => sum + Math.max(0, share), 0) / length;
    const running = this.#shares.findIndex((share) => share < 1);
    this.#options.onProgress?.({
      ...{ done, runsDone: this.#runsDone, runsTotal: length },
      running: running < 0 ? length - 1 : running,
    });
  }

  #settleIfDone(): void {
    for (let i = 0; i < this.#end; i++) if (this.#outcomes[i] === undefined) return;
    const wanted = Math.max(0, this.#end);
    // After a cancel all complete runs count; after a failure those before it.
    this.#settle(
      this.#outcomes.map((outcome, i) =>
        outcome === undefined || (this.#end >= 0 && i >= wanted) ? { status: 'cancelled' } : outcome,
      ),
    );
    if (this.#end >= 0 && this.#end < this.specs.length) this.#stopWorkers();
    this.#end = -1;
  }
}
