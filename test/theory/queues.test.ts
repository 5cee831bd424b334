/**
 * The kernel against queueing theory: an exact c-server station built on it must show the waiting times of the closed forms
 * within the confidence interval of the run, and obey Little's law.
 */
import { describe, expect, test } from 'vitest';
import { type Component, gridUs, Kernel } from '../../sim/kernel/kernel.ts';
import { PHASE } from '../../sim/kernel/phases.ts';
import { createStreams } from '../../sim/kernel/streams.ts';
import type { Rng } from '../../src/core/rng.ts';

const ARRIVE = 1;
const LEAVE = 2;

/** A station of `servers` with one FIFO queue. Rates per µs. */
class Station implements Component {
  readonly waits: number[] = [];
  /** Integral of the number in the station over time. */
  populationIntegral = 0;
  sojournSum = 0;
  readonly #kernel: Kernel;
  readonly #target: number;
  readonly #gaps: () => number;
  readonly #service: () => number;
  readonly #servers: number;
  readonly #queue: number[] = [];
  /** Arrival times of those served, in order of service. */
  readonly #arrivals: number[] = [];
  readonly #total: number;
  #busy = 0;
  #arrived = 0;
  #population = 0;
  #lastUs = 0;

  constructor(
    kernel: Kernel,
    options: { servers: number; total: number; gaps: () => number; service: () => number },
  ) {
    this.#kernel = kernel;
    this.#servers = options.servers;
    this.#total = options.total;
    this.#gaps = options.gaps;
    this.#service = options.service;
    this.#target = kernel.register(this);
    kernel.at(0, PHASE.arrival, this.#target, ARRIVE, 0);
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    this.populationIntegral += this.#population * (nowUs - this.#lastUs);
    this.#lastUs = nowUs;
    if (code === ARRIVE) {
      this.#population += 1;
      this.#arrived += 1;
      if (this.#arrived < this.#total) {
        this.#kernel.at(gridUs(nowUs + this.#gaps()), PHASE.arrival, this.#target, ARRIVE, 0);
      }
      if (this.#busy < this.#servers) this.#serve(nowUs, nowUs);
      else this.#queue.push(nowUs);
    } else {
      this.#population -= 1;
      this.#busy -= 1;
      this.sojournSum += nowUs - this.#arrivals[arg]!;
      const next = this.#queue.shift();
      if (next !== undefined) this.#serve(next, nowUs);
    }
  }

  #serve(arrivedUs: number, nowUs: number): void {
    this.#busy += 1;
    const number = this.waits.push(nowUs - arrivedUs) - 1;
    this.#arrivals.push(arrivedUs);
    this.#kernel.at(gridUs(nowUs + this.#service()), PHASE.stepEnd, this.#target, LEAVE, number);
  }
}

function exponential(rng: Rng, rate: number): () => number {
  return () => -Math.log(1 - rng.unit()) / rate;
}

function run(options: {
  seed: number;
  servers: number;
  rate: number;
  service: 'exponential' | 'constant';
  meanUs: number;
}) {
  const kernel = new Kernel();
  const streams = createStreams(options.seed);
  const service =
    options.service === 'constant'
      ? () => options.meanUs
      : exponential(streams.open('test/service'), 1 / options.meanUs);
  const station = new Station(kernel, {
    servers: options.servers,
    total: 40_000,
    gaps: exponential(streams.open('test/arrivals'), options.rate),
    service,
  });
  kernel.run(Number.POSITIVE_INFINITY);
  return { kernel, station };
}

/** Mean wait over replications after warm-up, with its 99.9 % half-width (t with 19 degrees of freedom: 3.883). */
function replicate(options: Omit<Parameters<typeof run>[0], 'seed'>): { mean: number; half: number } {
  const means = Array.from({ length: 20 }, (_, seed) => {
    const waits = run({ ...options, seed }).station.waits.slice(4_000);
    return waits.reduce((a, b) => a + b, 0) / waits.length;
  });
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const variance = means.reduce((a, b) => a + (b - mean) ** 2, 0) / (means.length - 1);
  return { mean, half: 3.883 * Math.sqrt(variance / means.length) };
}

/** Erlang C: probability of waiting with offered load `a` on `c` servers. */
function erlangC(c: number, a: number): number {
  let b = 1;
  for (let k = 1; k <= c; k++) b = (a * b) / (k + a * b);
  return (c * b) / (c - a * (1 - b));
}

describe('closed forms', () => {
  test('M/M/1 at load 0.7: mean wait rho / (mu - lambda)', () => {
    const { mean, half } = replicate({ servers: 1, rate: 0.7e-3, service: 'exponential', meanUs: 1000 });
    const theory = (0.7 / (1 - 0.7)) * 1000;
    expect(Math.abs(mean - theory)).toBeLessThan(half);
    expect(half).toBeLessThan(0.1 * theory);
  });

  test('M/M/4 at load 0.8: mean wait by Erlang C', () => {
    const { mean, half } = replicate({ servers: 4, rate: 3.2e-3, service: 'exponential', meanUs: 1000 });
    const theory = (erlangC(4, 3.2) * 1000) / (4 - 3.2);
    expect(Math.abs(mean - theory)).toBeLessThan(half);
    expect(half).toBeLessThan(0.1 * theory);
  });

  test('M/D/1 at load 0.8: half the wait of M/M/1 (Pollaczek-Khinchine)', () => {
    const { mean, half } = replicate({ servers: 1, rate: 0.8e-3, service: 'constant', meanUs: 1000 });
    const theory = (0.8 / (2 * (1 - 0.8))) * 1000;
    expect(Math.abs(mean - theory)).toBeLessThan(half);
    expect(half).toBeLessThan(0.1 * theory);
  });

  test("Little's law holds exactly over a run that starts and ends empty", () => {
    const { kernel, station } = run({
      seed: 3,
      servers: 2,
      rate: 1.5e-3,
      service: 'exponential',
      meanUs: 1000,
    });
    const rate = 40_000 / kernel.nowUs;
    const meanSojourn = station.sojournSum / 40_000;
    const meanPopulation = station.populationIntegral / kernel.nowUs;
    expect(meanPopulation / (rate * meanSojourn)).toBeCloseTo(1, 9);
  });
});
