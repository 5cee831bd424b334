/** What a fleet's pools did with their time. */
import type { PoolReport } from './report.ts';
import type { PoolUsage, RunResult } from './run-result.ts';
import { ratio, sum } from './sums.ts';

/** Price of one GPU for one hour and where it comes from; null when it is not known. */
export type PriceOf = (gpuId: string) => {
  readonly usdPerHour: number;
  readonly source: string;
  /** GPUs that are billed at least together: a node or an instance; default 1. */
  readonly billedTogether?: number;
  /** Whether energy is in the price; default true. */
  readonly isWithEnergy?: boolean;
} | null;

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
