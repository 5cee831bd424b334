/**
 * Open-loop arrival processes: when the next request (or session) starts. A process knows nothing of requests; the only
 * thing it is told is how many it started are still unfinished, for stages that wait for their predecessors.
 */
import type { Rng } from '../../src/core/rng.ts';
import type { ArrivalsSpec } from '../scenario/schema.ts';
import { exponentialGaps, gammaGaps, weibullGaps } from './dist/gaps.ts';

/** The process has ended. */
export const ENDED = Number.POSITIVE_INFINITY;
/** The process waits until nothing it started is left unfinished; ask again then. */
export const HELD = -1;

/** A source of start times. */
export interface ArrivalProcess {
  /**
   * Next start in µs, never falling; ENDED, or HELD.
   * `unfinished`: starts whose requests have not all ended. `nowUs`: when the last of them ended.
   */
  next(unfinished: number, nowUs: number): number;
}

type StagesSpec = Extract<ArrivalsSpec, { process: 'stages' }>;

/** The process that a scenario names. The first clients of a closed loop start at time 0, as a burst. */
export function createArrivals(spec: ArrivalsSpec, rng: Rng): ArrivalProcess {
  switch (spec.process) {
    case 'poisson':
      return renewal(spec.rateRps, exponentialGaps(rng));
    case 'gamma':
      return renewal(spec.rateRps, gammaGaps(spec.cv, rng));
    case 'weibull':
      return renewal(spec.rateRps, weibullGaps(spec.cv, rng));
    case 'constant':
      return evenly(spec.rateRps);
    case 'burst':
      return atOnce(spec.requests);
    case 'closedLoop':
      return atOnce(spec.concurrency);
    case 'stages':
      return spec.of === 'constant' ? new Stages(spec, constantStage) : new Stages(spec, poissonStage(rng));
  }
}

/** True when the process has no end of its own. */
export function isEndless(spec: ArrivalsSpec): boolean {
  return spec.process !== 'stages' && spec.process !== 'burst';
}

/** Gaps drawn one by one, `unitGap` having mean 1; the first arrival comes one gap after time 0. */
function renewal(rateRps: number, unitGap: () => number): ArrivalProcess {
  const meanGapUs = 1e6 / rateRps;
  let atUs = 0;
  return {
    next() {
      atUs += unitGap() * meanGapUs;
      return atUs;
    },
  };
}

/** Arrival i at i / rate, counted rather than summed so that no rounding piles up. */
function evenly(rateRps: number): ArrivalProcess {
  let count = 0;
  return { next: () => (count++ * 1e6) / rateRps };
}

function atOnce(count: number): ArrivalProcess {
  let left = count;
  return { next: () => (left-- > 0 ? 0 : ENDED) };
}

/** Offset of the next arrival from the start of its stage, given the one before (-1: none yet) and its number, µs. */
type StageClock = (rateRps: number, previousUs: number, index: number) => number;

/** A gap that crosses a stage's end is dropped and a fresh one drawn: exact, as exponential gaps have no memory. */
function poissonStage(rng: Rng): StageClock {
  const gap = exponentialGaps(rng);
  return (rateRps, previousUs) => Math.max(0, previousUs) + (gap() * 1e6) / rateRps;
}

const constantStage: StageClock = (rateRps, _previousUs, index) => (index * 1e6) / rateRps;

/** Stages of constant rate, one after the other. A stage of rate 0 is a pause. */
class Stages implements ArrivalProcess {
  readonly #spec: StagesSpec;
  readonly #clock: StageClock;
  #stage = 0;
  #startUs = 0;
  #previousUs = -1;
  #index = 0;

  constructor(spec: StagesSpec, clock: StageClock) {
    this.#spec = spec;
    this.#clock = clock;
  }

  next(unfinished: number, nowUs: number): number {
    const { stages, drainBetween } = this.#spec;
    while (this.#stage < stages.length) {
      const { rateRps, durationS } = stages[this.#stage]!;
      const lengthUs = durationS * 1e6;
      if (this.#previousUs < lengthUs && rateRps > 0) {
        this.#previousUs = this.#clock(rateRps, this.#previousUs, this.#index);
        this.#index += 1;
        if (this.#previousUs < lengthUs) return this.#startUs + this.#previousUs;
      }
      const endUs = this.#startUs + lengthUs;
      if (drainBetween === true && this.#stage < stages.length - 1) {
        // The gap that crossed the end stays in #previousUs, so that asking again does not draw again.
        this.#previousUs = lengthUs;
        if (unfinished > 0) return HELD;
        this.#begin(Math.max(endUs, nowUs));
      } else {
        this.#begin(endUs);
      }
    }
    return ENDED;
  }

  #begin(startUs: number): void {
    this.#stage += 1;
    this.#startUs = startUs;
    this.#previousUs = -1;
    this.#index = 0;
  }
}
