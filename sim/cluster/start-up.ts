/**
 * Time from asking for an instance until it serves: the machine and the process come up, then weights are read over the load
 * path. What CUDA graphs and compilation take is part of the boot time.
 */
import { weightBytes } from '../../models/weights.ts';
import type { StartUpSpec } from '../scenario/schema.ts';
import type { PoolSetup } from './fleet.ts';

/** Scheduling, image, process start, compilation and graph capture, seconds; an assumption. */
const BOOT_S = 60;

/**
 * Read rates of a replica in GB/s where the scenario names none; assumptions within what such storage usually gives: a
 * local NVMe drive, a shared file system, an object store through one NIC.
 */
const LOAD_GBPS = { disk: 5, sharedFs: 2, remote: 1 } as const;

const BYTES_PER_GB = 1e9;

/** Start-up time of an instance of the pool, µs. From a peer each rank reads its shard over the KV link of its GPU. */
export function startUpUs(spec: StartUpSpec, pool: PoolSetup): number {
  if (spec.startDelayS !== undefined) return spec.startDelayS * 1e6;
  const from = spec.load?.from ?? 'sharedFs';
  const peerGBps = (pool.linkBytesPerUs * 1e6) / BYTES_PER_GB;
  const GBps = spec.load?.GBps ?? (from === 'peer' ? peerGBps : LOAD_GBPS[from]);
  const loadS = weightBytes(pool.model, pool.weights) / (GBps * BYTES_PER_GB);
  return ((spec.bootS ?? BOOT_S) + loadS) * 1e6;
}
