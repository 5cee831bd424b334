/**
 * Runs the cells of a lab in bounded steps. Seeds are the outer loop, so that every cell is run with the same ones: requests,
 * lengths and arrival times of a seed are the same for every policy (common random numbers).
 */

import { ConfigError } from '../../src/core/check.ts';
import { Simulation, type SimulationOptions } from '../cluster/simulate.ts';
import { buildReport, type ClassedReport } from '../metrics/build-report.ts';
import { figureValue } from '../metrics/figures.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { pricing } from '../run/prices.ts';
import { type CellCounterfactuals, type CounterfactualSpec, cellCounterfactuals } from './counterfactuals.ts';
import { FairnessTally } from './fairness.ts';
import type { LabCell } from './plan.ts';

/** Figures of one run. */
export interface LabRun {
  readonly seed: number;
  readonly fingerprint: string;
  /** Of a metric by path; null where the run has none. */
  readonly value: (metric: string) => number | null;
  readonly classes: readonly string[];
  readonly hasTenants: boolean;
}

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
      this.#open(own, seed, options),
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

  /** Problems of a router configuration are named by their place in the lab. */
  #opened(): Simulation {
    try {
      return this.#openCurrent();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const { configPath } = this.cell;
      const isOfRouter = (path: string): boolean => ROUTER_KEYS.test(path);
      throw new ConfigError(
        error.problems.map((one) =>
          isOfRouter(one.path) ? { ...one, path: `${configPath}.${one.path}` } : one,
        ),
      );
    }
  }

  #openCurrent(): Simulation {
    const { cell } = this;
    const seed = this.#seed;
    this.#tally = new FairnessTally((cell.scenario.run?.warmupS ?? 0) * 1e6);
    const tally = this.#tally;
    return this.#open(cell, seed, { onRecord: (request) => tally.add(request) });
  }

  #open(cell: LabCell, seed: number, options: Partial<SimulationOptions>): Simulation {
    const { readLines } = this.#settings;
    return new Simulation(cell.scenario, {
      ...{ seed, fastForward: true, fleetPath: cell.fleetPath },
      ...{ extraPlugins: cell.plugins, enginePolicies: cell.enginePolicies },
      ...(cell.isNull ? { routerSeed: `${seed}/null` } : {}),
      ...(readLines === undefined ? {} : { readLines }),
      ...options,
    });
  }

  #finished(simulation: Simulation): LabRun {
    const { scenario } = this.cell;
    const result = simulation.result();
    const report = buildReport([result], {
      scenario: scenario.name ?? '',
      slo: scenario.slo,
      ...pricing(scenario.prices),
      engineDigest: ENGINE_DIGEST,
      wallMs: 0,
    });
    const answering = scenario.fleet.pools
      .filter((pool) => pool.role !== 'prefill')
      .reduce((total, pool) => total + pool.replicas, 0);
    const fairness: Readonly<Record<string, number | null>> = {
      'fairness.endpoints': this.#tally.endpoints(answering),
      'fairness.tenants': this.#tally.tenants(),
    };
    return {
      seed: this.#seed,
      fingerprint: result.fingerprint,
      value: (metric) => fairness[metric] ?? valueIn(report, metric),
      classes: (report.classes ?? []).map((one) => one.name),
      hasTenants: fairness['fairness.tenants'] !== null,
    };
  }
}

function valueIn(report: ClassedReport, metric: string): number | null {
  if (metric.startsWith('fairness.')) return null;
  if (!metric.startsWith('attainment.')) return figureValue(report, metric);
  const name = metric.slice('attainment.'.length);
  return report.classes?.find((one) => one.name === name)?.attainment ?? null;
}
