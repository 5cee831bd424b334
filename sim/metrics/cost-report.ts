/**
 * What a fleet costs: billed GPUs times their price, energy on top where it is own hardware, spread over tokens, models, classes
 * and tenants. Who caused the work pays: prompt time by computed prompt tokens, decode time by output tokens, idle time in
 * proportion.
 */
import type { EnergySpec } from '../scenario/schema.ts';
import { energyOf } from './energy-report.ts';
import type { PriceOf } from './pool-report.ts';
import type { CostShare, PoolReport, Report } from './report.ts';
import { sum } from './sums.ts';

/** Tokens that a group of requests had computed and was given. */
export interface TokenUse {
  readonly name: string;
  /** Prompt tokens that no cache held. */
  readonly computedTokens: number;
  readonly outputTokens: number;
}

/** Groups that cost is spread over; a group of one is left out. */
export interface CostGroups {
  readonly classes: readonly TokenUse[];
  readonly tenants: readonly TokenUse[];
}

export interface CostInput {
  readonly pools: readonly PoolReport[];
  readonly rates: Report['throughput'];
  readonly priceOf: PriceOf;
  readonly energy: EnergySpec | undefined;
  /** Length of a run, s: for tariffs. */
  readonly durationS: number;
  readonly groups: CostGroups;
}

/** Cost and energy of the whole fleet. Per million input and per million output tokens are alternatives, not parts of a sum. */
export function costAndEnergy(input: CostInput): Pick<Report, 'cost' | 'energy'> {
  const { pools, rates, priceOf } = input;
  const billed = billedGpus(pools, priceOf);
  const energy = energyOf(pools, billed, rates, input.energy, input.durationS);
  const sources: string[] = [];
  let rented = 0;
  let ownShare = 0;
  const allGpus = sum([...billed.values()], (gpus) => gpus);
  for (const [gpu, gpus] of billed) {
    const price = priceOf(gpu);
    if (price === null) return { cost: unpriced(allGpus), energy };
    rented += gpus * price.usdPerHour;
    if (price.isWithEnergy === false) ownShare += gpus / allGpus;
    const node = gpus > gpusOf(pools, gpu) ? `, ${gpus} billed for ${gpusOf(pools, gpu)} used` : '';
    sources.push(`${gpu} $${Number(price.usdPerHour.toPrecision(6))}/GPU-hour${node}: ${price.source}`);
  }
  const energyPerHour = ownShare > 0 ? (energy?.usdPerHour ?? 0) * ownShare : 0;
  const perHour = rented + energyPerHour;
  const perMillion = (tokensPerS: number): number | null =>
    tokensPerS > 0 ? perHour / ((tokensPerS * 3600) / 1e6) : null;
  const spread = spreader(pools, perHour, rates.outputTokensPerS);
  return {
    cost: {
      perHour,
      per1MInputTokens: perMillion(rates.inputTokensPerS),
      per1MOutputTokens: perMillion(rates.outputTokensPerS),
      prices: sources,
      billedGpus: allGpus,
      energyPerHour: ownShare > 0 ? energyPerHour : null,
      ...partsOf('byClass', spread(input.groups.classes)),
      ...partsOf('byTenant', spread(input.groups.tenants)),
      ...partsOf('byModel', modelShares(pools, billed, priceOf, energyPerHour)),
    },
    energy,
  };
}

function unpriced(billed: number): Report['cost'] {
  return {
    perHour: null,
    per1MInputTokens: null,
    per1MOutputTokens: null,
    prices: [],
    billedGpus: billed,
    energyPerHour: null,
  };
}

function partsOf(
  key: 'byClass' | 'byTenant' | 'byModel',
  shares: readonly CostShare[],
): Partial<Pick<Report['cost'], 'byClass' | 'byTenant' | 'byModel'>> {
  return shares.length > 1 ? { [key]: shares } : {};
}

/** GPUs that are paid for by type: whole nodes or instances where they are billed so; pools of one type share nodes. */
export function billedGpus(pools: readonly PoolReport[], priceOf: PriceOf): Map<string, number> {
  const billed = new Map<string, number>();
  for (const { gpu } of pools) {
    const gpus = gpusOf(pools, gpu);
    const together = priceOf(gpu)?.billedTogether ?? 1;
    // Fleets that scale have a mean number of GPUs: rounding it up to nodes would say nothing.
    billed.set(gpu, Number.isInteger(gpus) ? Math.ceil(gpus / together) * together : gpus);
  }
  return billed;
}

function gpusOf(pools: readonly PoolReport[], gpu: string): number {
  return sum(
    pools.filter((pool) => pool.gpu === gpu),
    (pool) => pool.gpus,
  );
}

/** Spreads the cost over groups by the engine time that their tokens took. */
function spreader(
  pools: readonly PoolReport[],
  perHour: number,
  outputTokensPerS: number,
): (groups: readonly TokenUse[]) => CostShare[] {
  const prefill = sum(pools, (pool) => pool.gpus * pool.busy.prefill);
  const decode = sum(pools, (pool) => pool.gpus * pool.busy.decode);
  return (groups) => {
    const computed = sum(groups, (group) => group.computedTokens);
    const output = sum(groups, (group) => group.outputTokens);
    const work = ({ computedTokens, outputTokens }: TokenUse): number =>
      (computed > 0 ? (prefill * computedTokens) / computed : 0) +
      (output > 0 ? (decode * outputTokens) / output : 0);
    const all = sum(groups, work);
    return groups.map((group) => {
      const share = all > 0 ? work(group) / all : 0;
      const tokensPerHour = output > 0 ? (outputTokensPerS * 3600 * group.outputTokens) / output : 0;
      const per1MOutputTokens = tokensPerHour > 0 ? (perHour * share * 1e6) / tokensPerHour : null;
      return { name: group.name, share, perHour: perHour * share, per1MOutputTokens };
    });
  };
}

/** Models have pools of their own: their cost is that of these pools, unused GPUs of shared nodes by used ones. */
function modelShares(
  pools: readonly PoolReport[],
  billed: ReadonlyMap<string, number>,
  priceOf: PriceOf,
  energyPerHour: number,
): CostShare[] {
  const costs = new Map<string, number>();
  const gpus = sum(pools, (pool) => pool.gpus);
  for (const pool of pools) {
    const paid = (pool.gpus / gpusOf(pools, pool.gpu)) * billed.get(pool.gpu)!;
    const cost = paid * priceOf(pool.gpu)!.usdPerHour + (energyPerHour * pool.gpus) / gpus;
    costs.set(pool.model, (costs.get(pool.model) ?? 0) + cost);
  }
  const all = sum([...costs.values()], (cost) => cost);
  return [...costs].map(([name, perHour]) => ({
    name,
    share: all > 0 ? perHour / all : 0,
    perHour,
    per1MOutputTokens: null,
  }));
}

/** Remarks about GPUs without a price. */
export function unpricedNotes(pools: readonly PoolReport[], priceOf: PriceOf): string[] {
  const gpus = new Set(pools.map((pool) => pool.gpu).filter((gpu) => priceOf(gpu) === null));
  return [...gpus].map(
    (gpu) => `no such price of ${gpu} is known (prices.gpuHourUsd sets one): cost is left out`,
  );
}
