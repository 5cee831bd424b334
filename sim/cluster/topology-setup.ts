/** From a scenario's `fleet.network` to what the fabric needs. */
import { kvLayerGroups } from '../../models/kv.ts';
import { defaultScaleUp, findLink } from '../../models/links.ts';
import type { GpuSpec, LlmSpec } from '../../models/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { PlacementMode } from '../net/placement.ts';
import type { NetworkSpec } from '../scenario/network-schema.ts';

/** GB/s to bytes per µs. */
const BYTES_PER_US = 1e3;

/** Nodes, racks and what joins them. */
export interface TopologySetup {
  readonly placement: PlacementMode;
  /** Infinity: one rack. */
  readonly nodesPerRack: number;
  /** NICs of a node, each of the rate of the pool's link; null: one to a GPU. */
  readonly nicsPerNode: number | null;
  /** Between a rack and the spine, each way; Infinity: it does not bind. */
  readonly spineBytesPerUs: number;
  readonly spineBaseUs: number;
}

/** A pool's part. */
export interface PoolNetwork {
  readonly gpusPerNode: number;
  /** GPUs that the scale-up link joins: a node, or more where racks are sold as one domain. */
  readonly gpusPerDomain: number;
  /** Scale-up link of one replica, each way, and its base latency. */
  readonly scaleUpBytesPerUs: number;
  readonly scaleUpBaseUs: number;
  /** Bytes per µs that the message rate of a replica's NICs allows; Infinity: no limit. */
  readonly messageBytesPerUs: number;
}

/** The topology that a fleet asks for; null: none. */
export function fleetTopology(network: NetworkSpec | undefined, path: string): TopologySetup | null {
  const { topology, placement } = network ?? {};
  if (topology === undefined) {
    if (placement === undefined) return null;
    throw new ConfigError({
      path: `${path}.placement`,
      found: `"${placement}" without a topology`,
      expected: `${path}.topology beside it (may be {})`,
    });
  }
  return {
    placement: placement ?? 'packed',
    nodesPerRack: topology.nodesPerRack ?? Number.POSITIVE_INFINITY,
    nicsPerNode: topology.nicsPerNode ?? null,
    spineBytesPerUs: (topology.spineGBps ?? Number.POSITIVE_INFINITY) * BYTES_PER_US,
    spineBaseUs: topology.spineBaseUs ?? 0,
  };
}

/** What a pool's replicas are joined by; `gpusOfNode` is the pool's own `node.gpus`. */
export function poolNetwork(
  network: NetworkSpec | undefined,
  pool: {
    readonly gpu: GpuSpec;
    readonly model: LlmSpec;
    readonly gpusOfNode: number | undefined;
    readonly gpusPerReplica: number;
    readonly tp: number;
    readonly blockSizeTokens: number;
    readonly kvBytesPerToken: number;
    readonly kv: string;
  },
  path: string,
): PoolNetwork {
  const { gpu, gpusPerReplica } = pool;
  const given = network?.topology?.scaleUp;
  const scaleUp = linkOf(given, gpu, `${path}.topology.scaleUp`);
  const layers = kvLayerGroups(pool.model, pool.kv, pool.tp).reduce((sum, group) => sum + group.layers, 0);
  // One message for each layer and block, keys and values apart; latent attention has one vector for both.
  const parts = pool.model.mla === undefined ? 2 : 1;
  const messageBytes = (pool.kvBytesPerToken * pool.blockSizeTokens) / (layers * parts * pool.tp);
  const perUs = (network?.messageRatePerS ?? Number.POSITIVE_INFINITY) / 1e6;
  const gpusPerNode = pool.gpusOfNode ?? network?.topology?.gpusPerNode ?? gpu.gpusPerNode;
  return {
    gpusPerNode,
    gpusPerDomain: gpu.scaleUpDomain > gpu.gpusPerNode ? gpu.scaleUpDomain : gpusPerNode,
    scaleUpBytesPerUs: scaleUp.GBps * gpusPerReplica * BYTES_PER_US,
    scaleUpBaseUs: scaleUp.baseUs,
    messageBytesPerUs: perUs * gpusPerReplica * messageBytes,
  };
}

type GivenLink = NonNullable<NonNullable<NetworkSpec['topology']>['scaleUp']>;

function linkOf(given: GivenLink | undefined, gpu: GpuSpec, path: string): { GBps: number; baseUs: number } {
  if (given !== undefined && typeof given !== 'string') return given;
  const found = given === undefined ? defaultScaleUp(gpu) : findLink(given, path);
  return { GBps: found.achievedGBps, baseUs: found.baseUs };
}
