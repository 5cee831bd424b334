/**
 * The grid of how split and TP interact: the GPUs of fleet A, divided between prefill and decode in all ways that the TP
 * allows, as fleets of one comparison. Everything else of fleet A stays as it is.
 */
import type { Comparison, NamedFleet, PoolSpec } from '../../sim/scenario/schema.ts';

export interface GridCell {
  readonly tp: number;
  /** GPUs that prefill; 0: every replica serves whole requests. */
  readonly prefillGpus: number;
  readonly fleet: NamedFleet;
}

export interface SplitGrid {
  readonly gpu: string;
  readonly gpus: number;
  /** GPUs that prefill, ascending: the columns. */
  readonly columns: readonly number[];
  /** The rows. */
  readonly tps: readonly number[];
  readonly cells: readonly GridCell[];
}

const TPS = [1, 2, 4, 8, 16] as const;
/** Columns at most; of larger fleets every second, fourth, ... split is taken. */
const MOST_COLUMNS = 9;
/** With more GPUs than these the shape is no longer a question of single GPUs. */
const MOST_GPUS = 256;

/** Null where fleet A has nothing to divide: several GPU types, other parallelism than TP, or a single GPU. */
export function splitGrid(document: unknown): SplitGrid | null {
  try {
    return gridOf((document as Comparison).fleets[0]!);
  } catch (error) {
    // A document from a link may have any shape: reading a field that is not there is not a defect of ours.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function gridOf(first: NamedFleet): SplitGrid | null {
  const { pools } = first;
  const isPlain = pools.every(({ gpu, parallel }) => {
    const { pp = 1, dp = 1, ep = 1 } = parallel ?? {};
    return gpu === pools[0]!.gpu && pp * dp * ep === 1;
  });
  const gpus = pools.reduce((sum, { replicas, parallel }) => sum + replicas * (parallel?.tp ?? 1), 0);
  if (!isPlain || !(gpus >= 2 && gpus <= MOST_GPUS)) return null;
  const tps = TPS.filter((tp) => gpus % tp === 0);
  const step = Math.max(1, 2 ** Math.ceil(Math.log2(gpus / (MOST_COLUMNS - 1))));
  const columns = Array.from({ length: Math.ceil(gpus / step) }, (_, i) => i * step);
  const cells = tps.flatMap((tp) =>
    columns
      .filter((prefillGpus) => prefillGpus % tp === 0)
      .map((prefillGpus) => ({ tp, prefillGpus, fleet: fleetOf(first, tp, prefillGpus / tp, gpus / tp) })),
  );
  return { gpu: pools[0]!.gpu, gpus, columns, tps, cells };
}

/** The comparison of some cells. */
export function gridComparison(document: unknown, cells: readonly GridCell[]): Comparison {
  const { workloads: _, ...comparison } = document as Comparison;
  return { ...comparison, fleets: cells.map(({ fleet }) => fleet) };
}

function fleetOf(first: NamedFleet, tp: number, prefill: number, replicas: number): NamedFleet {
  const template = (role: PoolSpec['role']): PoolSpec =>
    first.pools.find((pool) => pool.role === role) ??
    first.pools.find((pool) => pool.role === 'both') ??
    first.pools[0]!;
  const pool = (name: string, role: PoolSpec['role'], count: number): PoolSpec => {
    const { parallel: _, ...own } = template(role);
    return { ...own, name, role, replicas: count, ...(tp === 1 ? {} : { parallel: { tp } }) };
  };
  const decode = replicas - prefill;
  const suffix = tp === 1 ? '' : ` TP${tp}`;
  return prefill === 0
    ? { ...first, name: `${replicas} aggregated${suffix}`, pools: [pool('all', 'both', replicas)] }
    : {
        ...first,
        name: `${prefill}P+${decode}D${suffix}`,
        pools: [pool('prefill', 'prefill', prefill), pool('decode', 'decode', decode)],
      };
}
