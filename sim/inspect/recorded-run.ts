/**
 * A run that is recorded. The simulation is the same as without: it is driven in pieces that end at the moments of the log,
 * and its requests are taken as they end.
 */
import { Simulation, type SimulationOptions } from '../cluster/simulate.ts';
import type { RunResult } from '../metrics/run-result.ts';
import type { Scenario } from '../scenario/schema.ts';
import { MomentLog } from './moment-log.ts';
import { rowsBy, slowness } from './orders.ts';
import { instancesOf, linkNamesOf, readFleet } from './read-fleet.ts';
import type { Recording } from './recording.ts';
import { RequestLog } from './request-log.ts';

/** Requests that are kept. */
const MOST_REQUESTS = 1_000_000;
/** Moments that are kept: more than a chart has columns. */
const MOST_MOMENTS = 1024;

export class RecordedRun {
  readonly #simulation: Simulation;
  readonly #requests = new RequestLog(MOST_REQUESTS);
  readonly #moments = new MomentLog(MOST_MOMENTS);

  constructor(scenario: Scenario, options: Omit<SimulationOptions, 'onRecord'>) {
    this.#simulation = new Simulation(scenario, {
      ...options,
      onRecord: (request) => this.#requests.add(request),
    });
  }

  /** Hands out up to `maxEvents` events; true when the run has ended. */
  advance(maxEvents: number): boolean {
    const simulation = this.#simulation;
    if (!simulation.advance(maxEvents, this.#moments.nextUs)) return false;
    if (!simulation.isDone) {
      this.#moments.add(this.#moments.nextUs, readFleet(simulation, this.#moments.nextUs));
      return false;
    }
    const { endUs } = simulation;
    this.#moments.add(endUs, readFleet(simulation, endUs));
    return true;
  }

  get progress(): number {
    return this.#simulation.progress;
  }

  /** What the run leaves for reports; once it has ended. */
  result(): RunResult {
    return this.#simulation.result();
  }

  /** What it leaves for looking at; once it has ended. */
  recording(): Recording {
    const requests = this.#requests.finish();
    return {
      requests,
      byArrival: rowsBy(requests, requests.arrivalUs),
      bySlowness: rowsBy(requests, slowness(requests)),
      moments: this.#moments.finish(),
      instances: instancesOf(this.#simulation),
      links: linkNamesOf(this.#simulation),
      durationUs: this.#simulation.endUs,
      leftOut: this.#requests.leftOut,
    };
  }
}
