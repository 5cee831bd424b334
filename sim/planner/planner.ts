/**
 * The search: fit, bound, screen, confirm. A generator, so that a terminal can show progress and a worker can drop it; it
 * yields between bursts of events and returns the answer. Fleets are taken in order of cost: once enough of them are
 * confirmed, dearer ones are not run. Every fleet sees the requests of the same seeds (common random numbers).
 */
import type { PluginDefinition } from '../../src/routing/plugin.ts';
import { formatFigure } from '../metrics/format-figure.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { seedsFrom } from '../run/plan-cells.ts';
import { priceLookup } from '../run/prices.ts';
import { boundedRun } from '../workload/bounds.ts';
import type { ReadLines } from '../workload/trace/trace-workload.ts';
import { brokenBound } from './bound.ts';
import { describeCandidates } from './candidates.ts';
import { type Confirmed, confirm } from './confirm.ts';
import type { Setting } from './evaluate.ts';
import { Fitter } from './fit.ts';
import { type Miss, reject } from './rejection.ts';
import { findRelaxations } from './relax.ts';
import { type PlanReport, type Rejected, STAGES, type StageName, type StageReport } from './report.ts';
import type { Plan } from './schema.ts';
import { screen } from './screen.ts';
import { type FleetChoice, fleetChoices } from './space.ts';
import { trafficOf } from './traffic.ts';

/** What the host lends. */
export interface PlannerHost {
  /** Wall clock for the times of stages, ms. */
  readonly nowMs: () => number;
  readonly readLines?: ReadLines;
  /** Plugin types of routers beside the built-in ones. */
  readonly extraPlugins?: readonly PluginDefinition[];
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

/** Searches the fleets of a plan. */
export function* planFleets(
  plan: Plan,
  name: string,
  host: PlannerHost,
): Generator<PlanProgress, PlanReport> {
  const priceOf = priceLookup(plan.prices);
  const setting: Setting = {
    plan,
    slo: plan.slo,
    run: boundedRun(plan.workload, plan.run ?? {}),
    priceOf,
    readLines: host.readLines,
    ...(host.extraPlugins === undefined ? {} : { extraPlugins: host.extraPlugins }),
  };
  const seeds = seedsFrom(plan.seed, plan.maxSeeds ?? DEFAULT_MAX_SEEDS);
  const stages = new Stages(host.nowMs);
  const rejected: Rejected[] = [];
  const misses: Miss[] = [];
  const choices = fleetChoices(plan, priceOf);
  const feasible = yield* fitAndBound(choices, setting, seeds, stages, rejected);
  const confirmed: Confirmed[] = [];
  const wanted = plan.answers ?? DEFAULT_ANSWERS;
  for (const [i, choice] of feasible.entries()) {
    const last = confirmed[wanted - 1];
    if (last !== undefined && choice.costPerHour! > last.choice.costPerHour!) {
      const bar = formatFigure(last.choice.costPerHour, 'usdPerHour');
      rejected.push(
        reject(choice, 'screen', 'dearer', `not run: ${wanted} fleets at up to ${bar} meet the SLO`),
      );
      continue;
    }
    const where = { label: choice.name, done: i / feasible.length };
    stages.enter('screen');
    const screened = yield* withProgress(screen(setting, choice, seeds[0]!), { stage: 'screen', ...where });
    stages.count('screen', screened.isThrough);
    if (!screened.isThrough) {
      addMiss(misses, rejected, screened.miss);
      continue;
    }
    stages.enter('confirm');
    const outcome = yield* withProgress(confirm(setting, choice, seeds), { stage: 'confirm', ...where });
    stages.count('confirm', outcome.isConfirmed);
    if (outcome.isConfirmed) confirmed.push(outcome.confirmed);
    else addMiss(misses, rejected, outcome.miss);
  }
  stages.enter('confirm');
  const offeredRps = trafficOf(
    { workload: plan.workload, run: setting.run },
    seeds[0]!,
    host.readLines,
  ).rateRps;
  const candidates = yield* withProgress(describeCandidates(setting, confirmed, offeredRps, seeds), {
    stage: 'confirm',
    label: 'knee loads',
    done: 1,
  });
  const near = [...misses].sort((a, b) => a.worst - b.worst).slice(0, 3);
  const counted = stages.end();
  const relaxations =
    candidates.length > 0
      ? []
      : yield* withProgress(findRelaxations(setting, seeds, feasible, choices, near), {
          stage: 'relax',
          label: 'relaxations',
          done: 1,
        });
  return {
    schemaVersion: 1,
    plan: name,
    engineDigest: ENGINE_DIGEST,
    feasible: candidates.length > 0,
    confidence: plan.confidence ?? 0.95,
    offeredRps,
    candidates,
    rejected,
    nearestMisses: near.map((miss) => miss.rejected),
    stages: counted,
    relaxations,
    notes: ['simulated estimates: validate before production'],
  };
}

function* fitAndBound(
  choices: readonly FleetChoice[],
  setting: Setting,
  seeds: readonly number[],
  stages: Stages,
  rejected: Rejected[],
): Generator<PlanProgress, FleetChoice[]> {
  const fitter = new Fitter(setting.plan);
  const { workload } = setting.plan;
  const traffics = seeds.map((seed) => trafficOf({ workload, run: setting.run }, seed, setting.readLines));
  const left: FleetChoice[] = [];
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
    if (broken === null) left.push(choice);
    else rejected.push(reject(choice, 'bound', 'lowerBound', broken));
    yield { stage: 'bound', label: choice.name, done: i / choices.length };
  }
  return left;
}

function addMiss(misses: Miss[], rejected: Rejected[], miss: Miss): void {
  misses.push(miss);
  rejected.push(miss.rejected);
}

function* withProgress<T>(work: Generator<void, T>, progress: PlanProgress): Generator<PlanProgress, T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    yield progress;
  }
}
