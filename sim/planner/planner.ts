/**
 * The search: fit, bound, screen, confirm. Fleets are taken in order of cost: once enough of them are confirmed, dearer ones are
 * not run. Workers that would have nothing to do look at the next fleets meanwhile, whose outcomes count only when it is their
 * turn: the answer is the same for any number of workers. Every fleet sees the requests of the same seeds (common random numbers).
 */
import { formatFigure } from '../metrics/format-figure.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { seedsFrom } from '../run/plan-cells.ts';
import { priceLookup } from '../run/prices.ts';
import { Cancelled, type MakeRuns } from '../run/run-spec.ts';
import { boundedRun } from '../workload/bounds.ts';
import type { ReadLines } from '../workload/trace/trace-workload.ts';
import { brokenBound } from './bound.ts';
import { describeCandidates } from './candidates.ts';
import { type Confirmation, type Confirmed, confirm } from './confirm.ts';
import type { Setting } from './evaluate.ts';
import { Fitter } from './fit.ts';
import { type Miss, reject } from './rejection.ts';
import { findRelaxations } from './relax.ts';
import { type PlanReport, type Rejected, STAGES, type StageName, type StageReport } from './report.ts';
import type { Plan } from './schema.ts';
import { type Screened, screen } from './screen.ts';
import { type FleetChoice, fleetChoices } from './space.ts';
import { trafficOf } from './traffic.ts';

/** What the host lends. */
export interface PlannerHost {
  /** Wall clock for the times of stages, ms. */
  readonly nowMs: () => number;
  /** Runs fleets; rejects, or has runs cancelled, to end the search. */
  readonly makeRuns: MakeRuns;
  /** Runs that `makeRuns` makes side by side. */
  readonly workers: number;
  /** Called many times a second; what it returns is awaited. Rejects to end the search. */
  readonly pause: (progress: PlanProgress) => Promise<void>;
  readonly readLines?: ReadLines;
  /** Where paths in the plan start, and modules with plugins, as in `RunSpec`. */
  readonly base?: string;
  readonly plugins?: readonly string[];
}

/** Where the search stands. */
export interface PlanProgress {
  readonly stage: StageName | 'relax';
  readonly label: string;
  /** 0..1 of the stage, or of the fleets looked at. */
  readonly done: number;
}

/** Confirmed fleets that are looked for unless the plan says otherwise. */
const DEFAULT_ANSWERS = 5;

/** Seeds whose requests the bounds are checked on. */
export const DEFAULT_MAX_SEEDS = 8;

/** Counts and wall time of the stages, whose work may interleave. */
class Stages {
  readonly #nowMs: () => number;
  readonly #stages: { name: StageName; in: number; out: number; wallMs: number }[];
  #current: StageName = 'fit';
  #sinceMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#sinceMs = nowMs();
    this.#stages = STAGES.map((name) => ({ name, in: 0, out: 0, wallMs: 0 }));
  }

  enter(name: StageName): void {
    const nowMs = this.#nowMs();
    this.#of(this.#current).wallMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#current = name;
  }

  count(name: StageName, isThrough: boolean): void {
    this.#of(name).in += 1;
    if (isThrough) this.#of(name).out += 1;
  }

  end(): readonly StageReport[] {
    this.enter(this.#current);
    return this.#stages;
  }

  #of(name: StageName): { in: number; out: number; wallMs: number } {
    return this.#stages.find((stage) => stage.name === name)!;
  }
}

/** Searches the fleets of a plan. throws: Cancelled, and whatever `pause` rejects with. */
export async function planFleets(plan: Plan, name: string, host: PlannerHost): Promise<PlanReport> {
  const { nowMs, makeRuns, readLines, base, plugins } = host;
  const priceOf = priceLookup(plan.prices);
  const setting: Setting = {
    ...{ plan, slo: plan.slo, run: boundedRun(plan.workload, plan.run ?? {}), priceOf, readLines, makeRuns },
    ...(base === undefined ? {} : { base }),
    ...(plugins === undefined ? {} : { plugins }),
  };
  const seeds = seedsFrom(plan.seed, plan.maxSeeds ?? DEFAULT_MAX_SEEDS);
  const stages = new Stages(nowMs);
  const choices = fleetChoices(plan, priceOf);
  const { feasible, rejected } = await fitAndBound(choices, setting, seeds, stages, host);
  const { confirmed, misses, ...runs } = await race(feasible, setting, seeds, stages, host);
  rejected.push(...runs.rejected);
  const traffic = trafficOf({ workload: plan.workload, run: setting.run }, seeds[0]!, readLines);
  await host.pause({ stage: 'confirm', label: 'knee loads', done: 1 });
  const candidates = await describeCandidates(setting, confirmed, traffic.rateRps, seeds);
  const near = [...misses].sort((a, b) => a.worst - b.worst).slice(0, 3);
  const counted = stages.end();
  await host.pause({ stage: 'relax', label: 'relaxations', done: 1 });
  const relaxations =
    candidates.length > 0 ? [] : await findRelaxations(setting, seeds, feasible, choices, near);
  return {
    schemaVersion: 1,
    plan: name,
    engineDigest: ENGINE_DIGEST,
    feasible: candidates.length > 0,
    confidence: plan.confidence ?? 0.95,
    offeredRps: traffic.rateRps,
    candidates,
    rejected,
    nearestMisses: near.map((miss) => miss.rejected),
    stages: counted,
    relaxations,
    notes: ['simulated estimates: validate before production'],
  };
}

/** Stages 1 and 2, for which nothing is simulated. */
async function fitAndBound(
  choices: readonly FleetChoice[],
  setting: Setting,
  seeds: readonly number[],
  stages: Stages,
  host: PlannerHost,
): Promise<{ feasible: FleetChoice[]; rejected: Rejected[] }> {
  const fitter = new Fitter(setting.plan);
  const { workload } = setting.plan;
  const traffics = seeds.map((seed) => trafficOf({ workload, run: setting.run }, seed, setting.readLines));
  const feasible: FleetChoice[] = [];
  const rejected: Rejected[] = [];
  for (const [i, choice] of choices.entries()) {
    stages.enter('fit');
    const fit = fitter.judge(choice);
    stages.count('fit', fit.fleet !== null);
    if (fit.fleet === null) {
      rejected.push(reject(choice, 'fit', fit.reason, fit.detail));
      continue;
    }
    stages.enter('bound');
    const broken = brokenBound(fit.fleet, setting.slo, traffics);
    stages.count('bound', broken === null);
    if (broken === null) feasible.push(choice);
    else rejected.push(reject(choice, 'bound', 'lowerBound', broken));
    await host.pause({ stage: 'bound', label: choice.name, done: i / choices.length });
  }
  return { feasible, rejected };
}

interface Raced {
  readonly confirmed: Confirmed[];
  readonly rejected: Rejected[];
  readonly misses: Miss[];
}

/** Stages 3 and 4: fleets in order of cost until enough are confirmed. */
async function race(
  feasible: readonly FleetChoice[],
  setting: Setting,
  seeds: readonly number[],
  stages: Stages,
  host: PlannerHost,
): Promise<Raced> {
  const wanted = setting.plan.answers ?? DEFAULT_ANSWERS;
  const raced: Raced = { confirmed: [], rejected: [], misses: [] };
  const missed = (miss: Miss): void => {
    raced.misses.push(miss);
    raced.rejected.push(miss.rejected);
  };
  const lanes: Lane[] = [];
  for (const [i, choice] of feasible.entries()) {
    const last = raced.confirmed[wanted - 1];
    if (last !== undefined && choice.costPerHour! > last.choice.costPerHour!) {
      lanes[i]?.drop();
      const bar = formatFigure(last.choice.costPerHour, 'usdPerHour');
      const words = `not run: ${wanted} fleets at up to ${bar} meet the SLO`;
      raced.rejected.push(reject(choice, 'screen', 'dearer', words));
      continue;
    }
    while (lanes.length < Math.min(feasible.length, i + host.workers))
      lanes.push(new Lane(setting, feasible[lanes.length]!, seeds));
    const progress = { label: choice.name, done: i / feasible.length };
    stages.enter('screen');
    await host.pause({ stage: 'screen', ...progress });
    const screened = await lanes[i]!.screened;
    stages.count('screen', screened.isThrough);
    if (!screened.isThrough) {
      missed(screened.miss);
      continue;
    }
    stages.enter('confirm');
    await host.pause({ stage: 'confirm', ...progress });
    const outcome = (await lanes[i]!.confirmed)!;
    stages.count('confirm', outcome.isConfirmed);
    if (outcome.isConfirmed) raced.confirmed.push(outcome.confirmed);
    else missed(outcome.miss);
  }
  stages.enter('confirm');
  return raced;
}

/** One fleet on its way through screening and confirmation; failures are those of whoever awaits it. */
class Lane {
  readonly screened: Promise<Screened>;
  /** Null where screening did not let it through. */
  readonly confirmed: Promise<Confirmation | null>;
  #isDropped = false;

  constructor(setting: Setting, choice: FleetChoice, seeds: readonly number[]) {
    const own: Setting = {
      ...setting,
      makeRuns: (specs, label) => {
        if (this.#isDropped) throw new Cancelled();
        return setting.makeRuns(specs, label);
      },
    };
    this.screened = screen(own, choice, seeds[0]!);
    this.confirmed = this.screened.then(({ isThrough }) => (isThrough ? confirm(own, choice, seeds) : null));
    for (const stage of [this.screened, this.confirmed]) stage.catch(() => undefined);
  }

  /** Nobody waits for it any more. */
  drop(): void {
    this.#isDropped = true;
  }
}
