/**
 * Where the decision changes: along inputs of all fleets, along prices, and along settings of each fleet that go in steps. Every
 * run is asked of a job, which makes it with the seeds of the others.
 */
import type { PriceOf } from '../metrics/pool-report.ts';
import type { Cell } from '../run/plan-cells.ts';
import { priceLookup } from '../run/prices.ts';
import type { Scenario } from '../scenario/schema.ts';
import { type Flip, findFlips, findStepFlip } from '../why/flip.ts';
import { INPUTS, type Input } from '../why/inputs.ts';
import { type FlipReport, mean, type StepReport, valueAt } from '../why/report.ts';
import type { StepInput } from '../why/steps.ts';
import { type Answer, decisionOf, pooledReport, type Runs } from './why-runs.ts';

/** Whoever makes the runs. */
export interface FlipJob {
  /** A scenario's runs; words where it is not valid. */
  answer(scenario: Scenario, label: string): Promise<Answer>;
  /** Settings of a fleet that go in steps, and its runs with another value of one. */
  stepInputs(scenario: Scenario): StepInput[];
  atStep(input: StepInput, fleet: string, value: number): Promise<Answer>;
}

export interface FlipQuestion {
  readonly cells: readonly Cell[];
  readonly bases: readonly Runs[];
  readonly decision: string;
  /** Place of the fleet whose metric is noted where the decision changes. */
  readonly about: number;
  readonly metric: string;
}

/** Where the decision changes: along inputs of all fleets, prices, and settings of each fleet. */
export class FlipStudy {
  readonly #job: FlipJob;
  readonly #of: FlipQuestion;

  constructor(job: FlipJob, question: FlipQuestion) {
    this.#job = job;
    this.#of = question;
  }

  async flips(): Promise<FlipReport[]> {
    if (!this.#hasDecision()) return [];
    const found = await Promise.all(INPUTS.map((input) => this.#flip(input)));
    return [...found.flatMap((one) => (one === null ? [] : [one])), ...this.#priceFlips()];
  }

  async steps(): Promise<StepReport[]> {
    if (!this.#hasDecision()) return [];
    const found = this.#of.cells.flatMap(({ scenario }, place) =>
      this.#job.stepInputs(scenario).map((input) => this.#stepFlips(input, place)),
    );
    return Promise.all(found);
  }

  #hasDecision(): boolean {
    return this.#of.cells[0]!.scenario.slo !== undefined;
  }

  async #flip(input: Input): Promise<FlipReport | null> {
    const { cells, decision } = this.#of;
    if (cells.every(({ scenario }) => input.scaled(scenario, 1) === null)) return null;
    const metrics = new Map<number, number | null>();
    const search = findFlips(decision);
    let step = search.next();
    while (step.done !== true) {
      const factor = step.value;
      const answers = await Promise.all(
        cells.map(({ scenario }) =>
          this.#job.answer(
            input.scaled(scenario, factor) ?? scenario,
            `${input.label} x${factor.toFixed(2)}`,
          ),
        ),
      );
      const runs = answers.flatMap((answer) => (typeof answer === 'string' ? [] : [answer]));
      if (runs.length === cells.length) metrics.set(factor, this.#metricOf(runs));
      step = search.next(runs.length < cells.length ? null : decisionOf(cells, runs));
    }
    const noted = (flip: Flip | null): FlipReport['up'] =>
      flip === null ? null : { ...flip, metric: metrics.get(flip.factor) ?? null };
    return { input: input.id, label: input.label, up: noted(step.value.up), down: noted(step.value.down) };
  }

  /** Prices change no run: the decision is taken anew over the same ones. Only between fleets of different GPUs. */
  #priceFlips(): FlipReport[] {
    const { cells, bases, decision } = this.#of;
    const gpus = [...new Set(cells.flatMap(({ scenario }) => scenario.fleet.pools.map(({ gpu }) => gpu)))];
    if (cells.length < 2 || gpus.length < 2) return [];
    return gpus.flatMap((gpu) => {
      const search = findFlips(decision);
      let step = search.next();
      while (step.done !== true) {
        const factor = step.value;
        const runs = cells.map(({ scenario }, i) => ({
          pooled: pooledReport(scenario, bases[i]!.results, priceTimes(scenario, gpu, factor)),
        }));
        step = search.next(decisionOf(cells, runs));
      }
      const noted = (flip: Flip | null): FlipReport['up'] => flip && { ...flip, metric: null };
      const { up, down } = step.value;
      return [{ input: `price:${gpu}`, label: `price of ${gpu}`, up: noted(up), down: noted(down) }];
    });
  }

  async #stepFlips(input: StepInput, place: number): Promise<StepReport> {
    const { fleet } = this.#of.cells[place]!;
    const { id, label, now } = input;
    const [up, down] = await Promise.all([
      this.#stepFlip(input, place, input.up),
      this.#stepFlip(input, place, input.down),
    ]);
    return { input: id, label, fleet, now, up, down };
  }

  async #stepFlip(input: StepInput, place: number, values: readonly number[]): Promise<StepReport['up']> {
    const { cells, bases, decision } = this.#of;
    const metrics = new Map<number, number | null>();
    const search = findStepFlip(decision, input.now, values);
    let step = search.next();
    while (step.done !== true) {
      const answer = await this.#job.atStep(input, cells[place]!.fleet, step.value);
      if (typeof answer === 'string') step = search.next(null);
      else {
        const runs = bases.with(place, answer);
        metrics.set(step.value, this.#metricOf(runs));
        step = search.next(decisionOf(cells, runs));
      }
    }
    const found = step.value;
    return found === null ? null : { ...found, metric: metrics.get(found.value) ?? null };
  }

  #metricOf(runs: readonly Runs[]): number | null {
    const values = runs[this.#of.about]!.bySeed.map((report) => valueAt(report, this.#of.metric));
    const known = values.filter((value) => value !== null);
    return known.length < values.length ? null : mean(known);
  }
}

/** Prices of a scenario, those of one GPU times a factor. */
function priceTimes({ prices }: Scenario, gpu: string, factor: number): PriceOf {
  const priceOf = priceLookup(prices);
  return (id) => {
    const price = priceOf(id);
    return id === gpu && price !== null ? { ...price, usdPerHour: price.usdPerHour * factor } : price;
  };
}
