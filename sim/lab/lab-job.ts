/**
 * Runs the cells of a lab in bounded steps. Seeds are the outer loop, so that every cell is run with the same ones: requests,
 * lengths and arrival times of a seed are the same for every policy (common random numbers).
 */

import { ConfigError } from '../../src/core/check.ts';
import { Simulation } from '../cluster/simulate.ts';
import { buildReport, type ClassedReport } from '../metrics/build-report.ts';
import { figureValue } from '../metrics/figures.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { pricing } from '../run/prices.ts';
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

  constructor(cells: readonly LabCell[], settings: LabJobSettings) {
    this.cells = cells;
    this.runsTotal = cells.length * settings.seeds.length;
    this.runs = cells.map(() => []);
    this.#settings = settings;
  }

  /** Handles up to `maxEvents` events of the current run; true once all runs are done. */
  step(maxEvents: number): boolean {
    if (this.runsDone === this.runsTotal) return true;
    this.#current ??= this.#opened();
    if (this.#current.advance(maxEvents)) {
      this.runs[this.runsDone % this.cells.length]!.push(this.#finished(this.#current));
      this.#current = null;
      this.runsDone += 1;
    }
    return this.runsDone === this.runsTotal;
  }

  /** Share that is done, 0..1. */
  get done(): number {
    return (this.runsDone + (this.#current?.progress ?? 0)) / this.runsTotal;
  }

  /** What is running. */
  get label(): string {
    if (this.runsDone === this.runsTotal) return 'done';
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
      return this.#open();
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

  #open(): Simulation {
    const { cell } = this;
    const seed = this.#seed;
    this.#tally = new FairnessTally((cell.scenario.run?.warmupS ?? 0) * 1e6);
    const tally = this.#tally;
    return new Simulation(cell.scenario, {
      seed,
      fastForward: true,
      fleetPath: cell.fleetPath,
      extraPlugins: cell.plugins,
      enginePolicies: cell.enginePolicies,
      onRecord: (request) => tally.add(request),
      ...(cell.isNull ? { routerSeed: `${seed}/null` } : {}),
      ...(this.#settings.readLines === undefined ? {} : { readLines: this.#settings.readLines }),
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
