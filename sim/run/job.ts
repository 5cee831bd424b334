/**
 * A job: cells times seeds, as a list of runs and as a place where their results come together. Seeds are the outer loop:
 * after each of them every cell has the same seeds, and the results so far can be compared. Runs may end in any order;
 * what is read out depends on which have ended, never on when.
 */
import { assert } from '../../src/core/check.ts';
import type { RunResult } from '../metrics/run-result.ts';
import type { Cell } from './plan-cells.ts';
import type { LinePlace, RunOutcome, RunSpec } from './run-spec.ts';

/** What all runs of a job share. */
export interface JobSettings {
  readonly seeds: readonly number[];
  readonly fastForward: boolean;
  /** Gathers how long requests waited by when they arrived. */
  readonly overTime?: true;
  /** Where the paths of a cell's scenario start. */
  readonly baseOf?: (cell: Cell) => string;
  /** Modules with plugins. */
  readonly plugins?: readonly string[];
  /** Where the records of run `index` go. */
  readonly recordsOf?: (index: number, run: string) => LinePlace;
  /** Where the routing decisions of run `index` go. */
  readonly decisionsOf?: (index: number, run: string) => LinePlace;
}

export class Job {
  readonly cells: readonly Cell[];
  /** Runs in order: all cells with the first seed, then with the second. */
  readonly specs: readonly RunSpec[];
  readonly #results: (RunResult | undefined)[];

  constructor(cells: readonly Cell[], settings: JobSettings) {
    assert(cells.length > 0 && settings.seeds.length > 0, 'a job needs a cell and a seed');
    const { seeds, fastForward, overTime, baseOf, plugins, recordsOf, decisionsOf } = settings;
    this.cells = cells;
    this.specs = seeds.flatMap((seed, s) =>
      cells.map((cell, c) => {
        const index = s * cells.length + c;
        const run = `${cell.fleet}/${cell.workload}/${seed}`;
        return {
          ...{ scenario: cell.scenario, seed, fleetPath: cell.fleetPath, fastForward },
          ...(overTime === undefined ? {} : { overTime }),
          ...(baseOf === undefined ? {} : { base: baseOf(cell) }),
          ...(plugins === undefined ? {} : { plugins }),
          ...(recordsOf === undefined ? {} : { records: recordsOf(index, run) }),
          ...(decisionsOf === undefined ? {} : { decisions: decisionsOf(index, run) }),
        };
      }),
    );
    this.#results = this.specs.map(() => undefined);
  }

  /** A run has ended. */
  ended(index: number, outcome: RunOutcome): void {
    if (outcome.status === 'done') this.#results[index] = outcome.result;
  }

  cellOf(index: number): Cell {
    return this.cells[index % this.cells.length]!;
  }

  /** Which run it is, e.g. `aggregated, chat, seed 2`. */
  labelOf(index: number): string {
    const { fleet, workload } = this.cellOf(index);
    return `${fleet}, ${workload}, seed ${this.specs[index]!.seed}`;
  }

  /** Seeds, from the first, that every cell has been run with. */
  get seedsDone(): number {
    const missing = this.#results.indexOf(undefined);
    return Math.floor((missing < 0 ? this.#results.length : missing) / this.cells.length);
  }

  /** Results of a cell for the seeds that every cell has been run with, in order of seeds. */
  results(cellIndex: number): readonly RunResult[] {
    const { cells, seedsDone } = this;
    return Array.from({ length: seedsDone }, (_, s) => this.#results[s * cells.length + cellIndex]!);
  }
}
