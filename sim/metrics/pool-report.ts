/** What a fleet's pools did with their time, and what the fleet costs. */
import type { PoolReport, Report } from './report.ts';
import type { PoolUsage, RunResult } from './run-result.ts';
import { ratio, sum } from './sums.ts';

/** Price of one GPU for one hour and where it comes from; null when it is not known. */
export type PriceOf = (gpuId: string) => { readonly usdPerHour: number; readonly source: string } | null;

const US_PER_HOUR = 3.6e9;

/** Pools over all runs of a scenario. */
export function poolReports(results: readonly RunResult[]): PoolReport[] {
  return results[0]!.pools.map((pool, i) => {
    const runs = results.map((result) => result.pools[i]!);
    const { name, role, gpu, model, engine, kvBlocks } = pool;
    const replicas = sum(runs, (r) => r.replicas) / runs.length;
    const gpus = sum(runs, (r) => r.gpus) / runs.length;
    const replicaHours = sum(runs, (r) => r.heldUs) / runs.length / US_PER_HOUR;
    return {
      replicaHours,
      ...{ name, role, replicas, gpus, gpu, model, engine, kvBlocks },
      busy: busyShares(runs),
      kv: {
        mean: ratio(
          sum(runs, (r) => r.kvMean * r.availableUs),
          sum(runs, (r) => r.availableUs),
        ),
        max: runs.reduce((most, run) => Math.max(most, run.kvMax), 0),
      },
    };
  });
}

/** Shares of a pool's replica time. Transfers overlap with steps and with each other: they get what compute leaves. */
function busyShares(runs: readonly PoolUsage[]): PoolReport['busy'] {
  const availableUs = sum(runs, (r) => r.availableUs);
  const prefill = ratio(
    sum(runs, (r) => r.busyPrefillUs),
    availableUs,
  );
  const decode = ratio(
    sum(runs, (r) => r.busyDecodeUs),
    availableUs,
  );
  const left = Math.max(0, 1 - prefill - decode);
  const transfer = Math.min(
    ratio(
      sum(runs, (r) => r.transferUs),
      availableUs,
    ),
    left,
  );
  return { prefill, decode, transfer, idle: Math.max(0, left - transfer) };
}

/**
 * Cost of the whole fleet, and the same cost spread once over input tokens and once over output tokens: the two are
 * alternatives, not parts of a sum.
 */
export function costOf(
  pools: readonly PoolReport[],
  rates: Report['throughput'],
  priceOf: PriceOf,
): Report['cost'] {
  let perHour = 0;
  const sources: string[] = [];
  for (const pool of pools) {
    const price = priceOf(pool.gpu);
    if (price === null) return { perHour: null, per1MInputTokens: null, per1MOutputTokens: null, prices: [] };
    perHour += pool.gpus * price.usdPerHour;
    const line = `${pool.gpu} $${price.usdPerHour}/GPU-hour: ${price.source}`;
    if (!sources.includes(line)) sources.push(line);
  }
  const perMillion = (tokensPerS: number): number | null =>
    tokensPerS > 0 ? perHour / ((tokensPerS * 3600) / 1e6) : null;
  return {
    perHour,
    per1MInputTokens: perMillion(rates.inputTokensPerS),
    per1MOutputTokens: perMillion(rates.outputTokensPerS),
    prices: sources,
  };
}

/** Remarks about GPUs without a price. */
export function unpricedNotes(pools: readonly PoolReport[], priceOf: PriceOf): string[] {
  const gpus = new Set(pools.map((pool) => pool.gpu).filter((gpu) => priceOf(gpu) === null));
  return [...gpus].map(
    (gpu) => `no such price of ${gpu} is known (prices.gpuHourUsd sets one): cost is left out`,
  );
}
