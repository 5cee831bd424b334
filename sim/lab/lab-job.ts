/**
 * Runs the cells of a lab in bounded steps. Seeds are the outer loop, so that every cell is run with the same ones: requests,
 * lengths and arrival times of a seed are the same for every policy (common random numbers).
 */

import { ConfigError } from '../../src/core/check.ts';
import { Simulation, type SimulationOptions } from '../cluster/simulate.ts';
import { type CellCounterfactuals, type CounterfactualSpec, cellCounterfactuals } from './counterfactuals.ts';
import { FairnessTally } from './fairness.ts';
import { type LabRun, labRunOf } from './lab-run.ts';
import type { LabCell } from './plan.ts';

/** How a lab is run. */
export interface LabJobSettings {
  readonly seeds: readonly number[];
  readonly readLines?: (path: string) => Iterable<string>;
  /** Looks at decisions of every cell with the first seed once all runs are made. */
  readonly counterfactuals?: CounterfactualSpec;
}

/** Paths within an EndpointPickerConfig. */
const ROUTER_KEYS =
  /^(plugins|schedulingProfiles|featureGates|flowControl|dataLayer|saturationDetector|parser)/;

export class LabJob {
  readonly cells: readonly LabCell[];
  readonly runsTotal: number;
  runsDone = 0;
  readonly runs: LabRun[][];
  readonly #settings: LabJobSettings;
  #current: Simulation | null = null;
  #tally = new FairnessTally(0);
  /** Of the cells in order, A/A left out. */
  readonly counterfactuals: CellCounterfactuals[] = [];
  readonly #examined: readonly LabCell[];
  #examination: Generator<number, CellCounterfactuals> | null = null;
  #examinedShare = 0;

  constructor(cells: readonly LabCell[], settings: LabJobSettings) {
    this.cells = cells;
    this.runsTotal = cells.length * settings.seeds.length;
    this.runs = cells.map(() => []);
    this.#settings = settings;
    this.#examined = settings.counterfactuals === undefined ? [] : cells.filter((cell) => !cell.isNull);
  }

  /** Handles up to `maxEvents` events of the current run; true once all runs are done. */
  step(maxEvents: number): boolean {
    if (this.runsDone === this.runsTotal) return this.#examine();
    this.#current ??= this.#opened();
    if (this.#current.advance(maxEvents)) {
      this.runs[this.runsDone % this.cells.length]!.push(this.#finished(this.#current));
      this.#current = null;
      this.runsDone += 1;
    }
    return this.#isDone;
  }

  get #isDone(): boolean {
    return this.runsDone === this.runsTotal && this.counterfactuals.length === this.#examined.length;
  }

  /** Goes on with the counterfactuals; true once there are none left. */
  #examine(): boolean {
    const cell = this.#examined[this.counterfactuals.length];
    const spec = this.#settings.counterfactuals;
    if (cell === undefined || spec === undefined) return true;
    this.#examination ??= cellCounterfactuals(cell, this.#settings.seeds[0]!, spec, (own, seed, options) =>
      openLabCell(own, seed, this.#settings.readLines, options),
    );
    const step = this.#examination.next();
    this.#examinedShare = step.done === true ? 0 : step.value;
    if (step.done === true) {
      this.#examination = null;
      this.counterfactuals.push(step.value);
    }
    return this.#isDone;
  }

  /** Share that is done, 0..1. */
  get done(): number {
    const runs = (this.runsDone + (this.#current?.progress ?? 0)) / this.runsTotal;
    const cells = this.#examined.length;
    if (cells === 0) return runs;
    return (runs + (this.counterfactuals.length + this.#examinedShare) / cells) / 2;
  }

  /** What is running. */
  get label(): string {
    if (this.#isDone) return 'done';
    if (this.runsDone === this.runsTotal) {
      const { policy, workload, load } = this.#examined[this.counterfactuals.length]!;
      return `counterfactuals of ${policy}, ${workload}, ${load}`;
    }
    const { policy, workload, load, isNull } = this.cell;
    return `${policy}${isNull ? ' (A/A)' : ''}, ${workload}, ${load}, seed ${this.#seed}`;
  }

  /** The cell that is running, or the next one. */
  get cell(): LabCell {
    return this.cells[this.runsDone % this.cells.length]!;
  }

  get #seed(): number {
    return this.#settings.seeds[Math.floor(this.runsDone / this.cells.length)]!;
  }

  #opened(): Simulation {
    try {
      return this.#openCurrent();
    } catch (error) {
      throw error instanceof ConfigError ? namedInLab(error, this.cell) : error;
    }
  }

  #openCurrent(): Simulation {
    const { cell } = this;
    const seed = this.#seed;
    this.#tally = new FairnessTally((cell.scenario.run?.warmupS ?? 0) * 1e6);
    const tally = this.#tally;
    const { readLines } = this.#settings;
    return openLabCell(cell, seed, readLines, { onRecord: (request) => tally.add(request) });
  }

  #finished(simulation: Simulation): LabRun {
    return labRunOf(this.cell, this.#seed, { ...simulation.result(), fairness: this.#tally.data() });
  }
}

/** A run of a cell. */
export function openLabCell(
  cell: LabCell,
  seed: number,
  readLines: LabJobSettings['readLines'],
  options: Partial<SimulationOptions>,
): Simulation {
  const routerSeed = routerSeedOf(cell, seed);
  return new Simulation(cell.scenario, {
    ...{ seed, fastForward: true, fleetPath: cell.fleetPath },
    ...{ extraPlugins: cell.plugins, enginePolicies: cell.enginePolicies },
    ...(routerSeed === undefined ? {} : { routerSeed }),
    ...(readLines === undefined ? {} : { readLines }),
    ...options,
  });
}

/** Seed of the router's own draws: another one in A/A cells. */
export function routerSeedOf(cell: LabCell, seed: number): string | undefined {
  return cell.isNull ? `${seed}/null` : undefined;
}

/** Problems of a router configuration are named by their place in the lab. */
export function namedInLab(error: ConfigError, { configPath }: LabCell): ConfigError {
  return new ConfigError(
    error.problems.map((one) =>
      ROUTER_KEYS.test(one.path) ? { ...one, path: `${configPath}.${one.path}` } : one,
    ),
  );
}
