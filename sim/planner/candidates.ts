/** From confirmed fleets to ranked answers: cost, knee, what binds, and which of them cannot be told apart. */
import type { Interval } from '../metrics/report.ts';
import { studentInterval } from '../metrics/student-t.ts';
import type { Confirmed } from './confirm.ts';
import { probabilityMeets, type Setting, scenarioOf, type Trial, useOfLimit } from './evaluate.ts';
import { findKnees, type Knees } from './knee.ts';
import type { Binding, Candidate, Metric } from './report.ts';

/** Seeds whose knees are averaged. */
const KNEE_SEEDS = 3;

/** Ranks by cost; at equal cost by the share of their limits that they use, near-ties sharing a rank. */
export async function describeCandidates(
  setting: Setting,
  confirmed: readonly Confirmed[],
  offeredRps: number | null,
  seeds: readonly number[],
): Promise<Candidate[]> {
  const use = (one: Confirmed): number => mean(one.trials.map((trial) => trial.worst));
  const sorted = [...confirmed].sort(
    (a, b) => a.choice.costPerHour! - b.choice.costPerHour! || use(a) - use(b),
  );
  const knees = await Promise.all(
    sorted.map(({ choice }) => findKnees(setting, choice, seeds.slice(0, KNEE_SEEDS))),
  );
  const candidates: Candidate[] = [];
  for (const [i, one] of sorted.entries()) {
    const before = sorted[i - 1];
    const isTied = before !== undefined && isNearTie(before, one);
    const rank = isTied ? candidates[i - 1]!.rank : i + 1;
    candidates.push(describe(setting, one, rank, knees[i]!, offeredRps));
  }
  return candidates;
}

/** Equal in cost, and the paired difference of the shares used has an interval that holds 0. */
function isNearTie(a: Confirmed, b: Confirmed): boolean {
  if (Math.abs(a.choice.costPerHour! - b.choice.costPerHour!) > 1e-9) return false;
  const pairs = Math.min(a.trials.length, b.trials.length);
  const differences = Array.from({ length: pairs }, (_, i) => b.trials[i]!.worst - a.trials[i]!.worst);
  const interval = studentInterval(differences);
  return interval === null || (interval.low <= 0 && interval.high >= 0);
}

function describe(
  setting: Setting,
  { choice, trials, metrics }: Confirmed,
  rank: number,
  knee: Knees,
  offeredRps: number | null,
): Candidate {
  const perHour = choice.costPerHour!;
  const rate = (of: (trial: Trial) => number): number => mean(trials.map(of));
  const perMillion = (tokensPerS: number): number | null =>
    tokensPerS > 0 ? perHour / ((tokensPerS * 3600) / 1e6) : null;
  return {
    rank,
    fleet: choice.name,
    gpus: choice.gpus,
    arithmetic: choice.arithmetic,
    costPerHour: perHour,
    costPer1MInputTokens: perMillion(rate((trial) => trial.report.throughput.inputTokensPerS)),
    costPer1MOutputTokens: perMillion(rate((trial) => trial.report.throughput.outputTokensPerS)),
    kW: meanOrNull(trials.map(({ report }) => report.energy?.kW ?? null)),
    kgCo2ePer1MOutputTokens: meanOrNull(
      trials.map(({ report }) => report.energy?.kgCo2ePer1MOutputTokens ?? null),
    ),
    metrics,
    seeds: trials.length,
    probabilityMeets: probabilityMeets(trials),
    kneeRps: offeredRps === null ? null : offeredRps * knee.rate,
    headroom: knee.rate - 1,
    kneeInterval: offeredRps === null ? null : scaled(knee.interval, offeredRps),
    kneeIsLowerBound: knee.isLowerBound,
    binding: bindingOf(setting, choice, metrics, knee.above ?? trials[0]!),
    stage: 'confirm',
    scenario: scenarioToOpen(setting, choice),
  };
}

function scenarioToOpen(setting: Setting, choice: Confirmed['choice']): Candidate['scenario'] {
  const { seed, prices } = setting.plan;
  return {
    name: choice.name,
    ...(seed === undefined ? {} : { seed }),
    ...scenarioOf(setting, choice, { rate: 1 }),
    ...(prices === undefined ? {} : { prices }),
  };
}

function scaled(interval: Interval | null, factor: number): Interval | null {
  if (interval === null) return null;
  return { ...interval, low: interval.low * factor, high: interval.high * factor };
}

/** The limit with the least slack, and the busiest resource in the run just above the knee. */
function bindingOf(
  setting: Setting,
  choice: Confirmed['choice'],
  metrics: readonly Metric[],
  stressed: Trial,
): Binding {
  const { maxGpus, maxCostPerHour, maxPowerW } = setting.plan.budget ?? {};
  const uses: (readonly [string, number])[] = metrics.map(({ metric, limit, value }) => [
    metric,
    useOfLimit(metric, limit, value),
  ]);
  if (maxGpus !== undefined) uses.push(['budget.maxGpus', choice.gpus / maxGpus]);
  if (maxCostPerHour !== undefined)
    uses.push(['budget.maxCostPerHour', choice.costPerHour! / maxCostPerHour]);
  if (maxPowerW !== undefined && choice.powerW !== null) {
    uses.push(['budget.maxPowerW', choice.powerW / maxPowerW]);
  }
  const [constraint, used] = uses.reduce((most, one) => (one[1] > most[1] ? one : most));
  const { pools } = stressed.report;
  const resources = (['prefill', 'decode', 'link', 'kv'] as const).map((resource) => {
    const use = Math.max(
      ...pools.map(({ busy, kv }) => {
        if (resource === 'kv') return kv.mean;
        return resource === 'link' ? busy.transfer : busy[resource];
      }),
    );
    return { resource, use };
  });
  const fullest = resources.reduce((most, one) => (one.use > most.use ? one : most));
  return { constraint, slack: 1 - used, resource: fullest.resource, resourceUse: fullest.use };
}

function meanOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : mean(known);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
