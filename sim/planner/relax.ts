/**
 * For a plan that no fleet meets: the least change of one constraint at a time that lets a fleet through, each confirmed by
 * running it. SLO limits and rate are bisected for the nearest fleets; a budget is raised to the cheapest fleet beyond it.
 */

import { SLO_METRICS } from '../metrics/slo.ts';
import type { SloSpec } from '../scenario/schema.ts';
import { confirm } from './confirm.ts';
import type { Setting } from './evaluate.ts';
import { Fitter } from './fit.ts';
import type { Miss } from './rejection.ts';
import type { Relaxation } from './report.ts';
import { screen } from './screen.ts';
import type { FleetChoice } from './space.ts';
import { fleetChoices } from './space.ts';
import { scaledWorkload } from './traffic.ts';

/** Fleets that are asked for each relaxation. */
const FLEETS = 3;
/** A limit is raised to so many times its value at most. */
const MOST_FACTOR = 64;
/** Relative width at which bisections end. */
const WIDTH = 0.03;
/** Fleets beyond a budget that are looked at one by one, least first. */
const FLEETS_ONE_BY_ONE = 400;
/** Fleets of the rest that are run in one pass. */
const FLEETS_BEYOND = 12;
/** A budget is raised to so many times its value at most. */
const MOST_BUDGET = 4;

/** All relaxations that were found. */
export async function findRelaxations(
  setting: Setting,
  seeds: readonly number[],
  feasible: readonly FleetChoice[],
  choices: readonly FleetChoice[],
  near: readonly Miss[],
): Promise<Relaxation[]> {
  const nearest = near.length > 0 ? near.map((miss) => miss.choice) : largest(setting, choices);
  const asked = (nearest.length > 0 ? nearest : feasible).slice(0, FLEETS);
  const limits = SLO_METRICS.flatMap((metric) =>
    Object.keys(setting.slo[metric] ?? {})
      .sort()
      .map((statistic) => ({ metric, statistic })),
  );
  const found = await Promise.all([
    ...limits.map(({ metric, statistic }) => relaxLimit(setting, seeds, asked, metric, statistic)),
    relaxRate(setting, seeds, asked),
    ...(['maxGpus', 'maxCostPerHour', 'maxPowerW'] as const).map((key) => relaxBudget(setting, seeds, key)),
  ]);
  return found.filter((one) => one !== null);
}

/** The most GPUs that can be built, where nothing was run. */
function largest(setting: Setting, choices: readonly FleetChoice[]): FleetChoice[] {
  const fitter = new Fitter(setting.plan);
  return choices.filter((choice) => fitter.judge(choice).fleet !== null).sort((a, b) => b.gpus - a.gpus);
}

/** Smallest factor in [1, most] with `meets`, to within WIDTH; null when the largest does not. */
async function leastFactor(
  most: number,
  meets: (factor: number) => Promise<boolean>,
): Promise<number | null> {
  let high = 1;
  let low = 1;
  do {
    low = high;
    high = Math.min(most, high * 2);
    if (await meets(high)) break;
    if (high >= most) return null;
  } while (high < most);
  while (high / low > 1 + WIDTH) {
    const middle = Math.sqrt(low * high);
    if (await meets(middle)) high = middle;
    else low = middle;
  }
  return high;
}

async function isConfirmed(
  setting: Setting,
  choice: FleetChoice,
  seeds: readonly number[],
): Promise<boolean> {
  return (await confirm(setting, choice, seeds)).isConfirmed;
}

async function relaxLimit(
  setting: Setting,
  seeds: readonly number[],
  fleets: readonly FleetChoice[],
  metric: (typeof SLO_METRICS)[number],
  statistic: string,
): Promise<Relaxation | null> {
  const from = setting.slo[metric]![statistic]!;
  let best: Relaxation | null = null;
  for (const choice of fleets) {
    const limitAt = (factor: number): number => roundUp(from * factor);
    const most: number = best === null ? MOST_FACTOR : best.to / from;
    const factor = await leastFactor(most, (one) =>
      isConfirmed(withSlo(setting, metric, statistic, limitAt(one)), choice, seeds),
    );
    if (factor === null) continue;
    const to = limitAt(factor);
    if (best !== null && to >= best.to) continue;
    const constraint = `slo.${metric}.${statistic}`;
    best = {
      constraint,
      from,
      to,
      fleet: choice.name,
      detail: `${constraint} ${from} -> ${to} ms makes ${choice.name} feasible`,
    };
  }
  return best;
}

function withSlo(
  setting: Setting,
  metric: (typeof SLO_METRICS)[number],
  statistic: string,
  limit: number,
): Setting {
  const slo: SloSpec = { ...setting.slo, [metric]: { ...setting.slo[metric], [statistic]: limit } };
  return { ...setting, slo, plan: { ...setting.plan, slo } };
}

/** Three significant digits, upwards. */
function roundUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(3));
}

async function relaxRate(
  setting: Setting,
  seeds: readonly number[],
  fleets: readonly FleetChoice[],
): Promise<Relaxation | null> {
  let best: Relaxation | null = null;
  for (const choice of fleets) {
    const most: number = best === null ? MOST_FACTOR : 1 / best.to;
    const factor = await leastFactor(most, (one) => isConfirmed(atRate(setting, 1 / one), choice, seeds));
    if (factor === null || (best !== null && 1 / factor <= best.to)) continue;
    const to = 1 / factor;
    const detail = `${(to * 100).toFixed(0)} % of the rate makes ${choice.name} feasible`;
    best = { constraint: 'workload.rate', from: 1, to, fleet: choice.name, detail };
  }
  return best;
}

function atRate(setting: Setting, rate: number): Setting {
  return { ...setting, plan: { ...setting.plan, workload: scaledWorkload(setting.plan.workload, rate) } };
}

async function relaxBudget(
  setting: Setting,
  seeds: readonly number[],
  key: 'maxGpus' | 'maxCostPerHour' | 'maxPowerW',
): Promise<Relaxation | null> {
  const from = setting.plan.budget?.[key];
  if (from === undefined) return null;
  const budget = { ...setting.plan.budget, [key]: Math.ceil(from * MOST_BUDGET) };
  const { max: _max, ...replicas } = setting.plan.search.replicas ?? {};
  const search = {
    ...setting.plan.search,
    replicas: key === 'maxGpus' ? replicas : (setting.plan.search.replicas ?? {}),
  };
  const wider: Setting = { ...setting, plan: { ...setting.plan, budget, search } };
  const amount = (choice: FleetChoice): number =>
    (key === 'maxGpus' ? choice.gpus : key === 'maxPowerW' ? choice.powerW : choice.costPerHour) ??
    Number.MAX_VALUE;
  const fitter = new Fitter(wider.plan);
  const beyond = fleetChoices(wider.plan, setting.priceOf)
    .filter((choice) => amount(choice) > from && fitter.judge(choice).fleet !== null)
    .sort((a, b) => amount(a) - amount(b));
  const choice = await firstConfirmed(wider, beyond, seeds);
  if (choice === null) return null;
  const constraint = `budget.${key}`;
  const to = Math.ceil(amount(choice) * 100 - 1e-6) / 100;
  const detail = `${constraint} ${from} -> ${to} makes ${choice.name} feasible`;
  return { constraint, from, to, fleet: choice.name, detail };
}

/** The first fleet that is confirmed: one by one to begin with; what is left of long lists is sampled, then narrowed down. */
async function firstConfirmed(
  setting: Setting,
  ordered: readonly FleetChoice[],
  seeds: readonly number[],
): Promise<FleetChoice | null> {
  for (const choice of ordered.slice(0, FLEETS_ONE_BY_ONE)) {
    if ((await isWorthwhile(setting, choice, seeds)) && (await isConfirmed(setting, choice, seeds)))
      return choice;
  }
  let left = ordered.slice(FLEETS_ONE_BY_ONE);
  let found: FleetChoice | null = null;
  while (left.length > 0) {
    const sample = everyNth(left, FLEETS_BEYOND);
    let at = -1;
    for (const [i, choice] of sample.entries()) {
      if (choice !== found && !(await isConfirmed(setting, choice, seeds))) continue;
      at = i;
      break;
    }
    if (at < 0) return found;
    found = sample[at]!;
    if (sample.length === left.length) return found;
    const after = at === 0 ? 0 : left.indexOf(sample[at - 1]!) + 1;
    left = left.slice(after, left.indexOf(found) + 1);
  }
  return found;
}

/** Screening spares full runs of what is far off. */
async function isWorthwhile(
  setting: Setting,
  choice: FleetChoice,
  seeds: readonly number[],
): Promise<boolean> {
  return (await screen(setting, choice, seeds[0]!)).isThrough;
}

/** At most `count` of the items, spread evenly, the first and last ones among them. */
function everyNth<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}
