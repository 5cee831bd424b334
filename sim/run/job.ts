/**
 * A job: cells times seeds, run one after the other in bounded steps, so that a terminal can show progress and a worker can
 * pause and be cancelled. Seeds are the outer loop: after each of them every cell has the same seeds, and the results so
 * far can be compared.
 */
import { assert } from '../../src/core/check.ts';
import { Simulation } from '../cluster/simulate.ts';
import type { RunResult } from '../metrics/run-result.ts';
import type { SimRequest } from '../workload/request.ts';
import type { Cell } from './plan-cells.ts';

/** How a job is run. */
export interface JobSettings {
  readonly seeds: readonly number[];
  readonly fastForward: boolean;
  /** Reads the lines of a file that a cell's scenario names. */
  readonly readLines?: (path: string, cell: Cell) => Iterable<string>;
  /** Called with every request that ends. */
  readonly onRecord?: (request: SimRequest, cell: Cell, seed: number) => void;
}

export class Job {
  readonly cells: readonly Cell[];
  readonly runsTotal: number;
  runsDone = 0;
  readonly #settings: JobSettings;
  /** Results by cell, in order of seeds. */
  readonly #results: RunResult[][];
  #current: Simulation | null = null;

  constructor(cells: readonly Cell[], settings: JobSettings) {
    assert(cells.length > 0 && settings.seeds.length > 0, 'a job needs a cell and a seed');
    this.cells = cells;
    this.runsTotal = cells.length * settings.seeds.length;
    this.#settings = settings;
    this.#results = cells.map(() => []);
  }

  /** Handles up to `maxEvents` events of the current run; true once all runs are done. */
  step(maxEvents: number): boolean {
    if (this.runsDone === this.runsTotal) return true;
    this.#current ??= this.#open();
    if (this.#current.advance(maxEvents)) {
      this.#results[this.#cellIndex]!.push(this.#current.result());
      this.#current = null;
      this.runsDone += 1;
    }
    return this.runsDone === this.runsTotal;
  }

  /** Share that is done, 0..1, runs counted alike. */
  get done(): number {
    return (this.runsDone + (this.#current?.progress ?? 0)) / this.runsTotal;
  }

  /** What is running, e.g. `aggregated, chat, seed 2`. */
  get label(): string {
    if (this.runsDone === this.runsTotal) return 'done';
    const { cell } = this;
    return `${cell.fleet}, ${cell.workload}, seed ${this.#seed}`;
  }

  /** The cell that is running, or the next one. */
  get cell(): Cell {
    return this.cells[this.#cellIndex]!;
  }

  /** Seeds that every cell has been run with. */
  get seedsDone(): number {
    return Math.floor(this.runsDone / this.cells.length);
  }

  /** Results of a cell for the seeds that every cell has been run with. */
  results(cellIndex: number): readonly RunResult[] {
    return this.#results[cellIndex]!.slice(0, this.seedsDone);
  }

  get #cellIndex(): number {
    return this.runsDone % this.cells.length;
  }

  get #seed(): number {
    return this.#settings.seeds[this.seedsDone]!;
  }

  #open(): Simulation {
    const { cell } = this;
    const seed = this.#seed;
    const { fastForward, readLines, onRecord } = this.#settings;
    return new Simulation(cell.scenario, {
      seed,
      fastForward,
      fleetPath: cell.fleetPath,
      ...(readLines === undefined ? {} : { readLines: (path: string) => readLines(path, cell) }),
      ...(onRecord === undefined ? {} : { onRecord: (request: SimRequest) => onRecord(request, cell, seed) }),
    });
  }
}
