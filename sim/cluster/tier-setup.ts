/** From a scenario's `kvTiers` and `kvStore`, and engines' own offload arguments, to tiers that replicas can be given. */
import { kvBytesPerToken } from '../../models/kv.ts';
import { defaultHostLink } from '../../models/links.ts';
import type { GpuSpec, LlmSpec } from '../../models/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { EngineSetup } from '../engine/kind.ts';
import type { TierSetup } from '../engine/kv/tiers/tier.ts';
import type { KvStoreSpec, KvTierSpec } from '../scenario/kv-schema.ts';

const GIB = 2 ** 30;
/** GB/s to bytes per µs. */
const BYTES_PER_US = 1e3;
/** LMCache's chunk, and the default of a store. */
const STORE_CHUNK_TOKENS = 256;
/** Reads and writes of one PCIe 4 NVMe drive, GB/s, and the time until its first byte, µs. */
const DISK_READ_GBPS = 7;
const DISK_WRITE_GBPS = 5;
const DISK_BASE_US = 100;
/** A metadata call to a store's master: 50 to 500 µs. */
const STORE_BASE_US = 200;

/** Tiers of each replica of a pool, and the link between its GPUs and the host. */
export interface PoolTiers {
  readonly tiers: readonly TierSetup[];
  /** Bytes per µs each way, all GPUs of a replica together. */
  readonly hostBytesPerUs: number;
}

/** What the tiers of a pool depend on. */
export interface TierContext {
  readonly gpu: GpuSpec;
  readonly model: LlmSpec;
  readonly engineName: string;
  readonly engine: EngineSetup;
  readonly tp: number;
  readonly gpusPerReplica: number;
  /** Path of the pool in the user's document. */
  readonly path: string;
}

/** Tiers of a pool; throws ConfigError where its engine can use none, or where they are given twice. */
export function poolTiers(given: readonly KvTierSpec[] | undefined, context: TierContext): PoolTiers {
  const { engine, gpu, path, gpusPerReplica } = context;
  const { offload } = engine;
  if (given !== undefined && offload !== undefined) {
    throw new ConfigError({
      path: `${path}.kvTiers`,
      found: `host memory that ${offload.argument} of engine.args gives already`,
      expected: 'one of the two',
    });
  }
  const specs: readonly KvTierSpec[] =
    given ?? (offload === undefined ? [] : [{ kind: 'cpu', GiB: offload.bytes / GIB }]);
  if (specs.length > 0) requireTiers(context, `${path}.kvTiers`);
  const kinds = specs.map((spec) => spec.kind);
  for (const [i, kind] of kinds.entries()) {
    if (kinds.indexOf(kind) === i && !(kind === 'cpu' && i > 0)) continue;
    throw new ConfigError({
      path: `${path}.kvTiers[${i}].kind`,
      found: kind,
      expected: 'each kind once, the nearest first: cpu, then disk',
    });
  }
  const host = specs.find((spec) => spec.kind === 'cpu');
  const hostGBps = host?.GBps ?? defaultHostLink(gpu).achievedGBps;
  // Every rank keeps its own part, replicated heads included.
  const bytesPerToken = kvBytesPerToken(context.model, engine.kv, context.tp);
  return {
    hostBytesPerUs: hostGBps * gpusPerReplica * BYTES_PER_US,
    tiers: specs.map((spec) => {
      const disk = spec.kind === 'disk';
      const read = disk ? (spec.GBps ?? DISK_READ_GBPS) * BYTES_PER_US : Number.POSITIVE_INFINITY;
      const write = disk ? (spec.writeGBps ?? DISK_WRITE_GBPS) * BYTES_PER_US : Number.POSITIVE_INFINITY;
      return {
        kind: spec.kind,
        capacityBytes: spec.GiB * GIB,
        chunkTokens: wholeChunk(spec.chunkTokens ?? offload?.chunkTokens, context),
        bytesPerToken,
        readBytesPerUs: read,
        writeBytesPerUs: write,
        baseUs: spec.baseUs ?? (disk ? DISK_BASE_US : defaultHostLink(gpu).baseUs),
        stores: spec.stores ?? offload?.stores ?? 'prompt',
        leaseUs: 0,
        visibleAfterUs: 0,
        watermark: 1,
        evictionShare: 0,
      };
    }),
  };
}

/** The store of a fleet; its pools must hold the same KV. `pools` are in order of the document. */
export function fleetStore(spec: KvStoreSpec, pools: readonly TierContext[], path: string): TierSetup {
  const [first] = pools;
  for (const pool of pools) {
    requireTiers(pool, path);
    if (pool.model === first!.model && pool.engine.kv === first!.engine.kv) continue;
    throw new ConfigError({
      path,
      found: `a store shared by ${first!.model.id} in ${first!.engine.kv} and ${pool.model.id} in ${pool.engine.kv}`,
      expected: 'pools of one model and one KV precision',
    });
  }
  return {
    kind: 'store',
    capacityBytes: spec.GiB * GIB,
    chunkTokens: Math.max(...pools.map((pool) => wholeChunk(spec.chunkTokens ?? STORE_CHUNK_TOKENS, pool))),
    // Objects hold every head once, whatever the parallelism of who wrote them.
    bytesPerToken: kvBytesPerToken(first!.model, first!.engine.kv),
    readBytesPerUs: (spec.GBps ?? Number.POSITIVE_INFINITY) * BYTES_PER_US,
    writeBytesPerUs: (spec.GBps ?? Number.POSITIVE_INFINITY) * BYTES_PER_US,
    baseUs: spec.baseUs ?? STORE_BASE_US,
    stores: spec.stores ?? 'prompt',
    leaseUs: (spec.leaseS ?? 10) * 1e6,
    visibleAfterUs: (spec.visibleAfterMs ?? 0) * 1e3,
    watermark: spec.evictionWatermark ?? 0.9,
    evictionShare: spec.evictionShare ?? 0.05,
  };
}

/** Whether KV is handed over through the store; throws ConfigError below `path` where nobody would do it. */
export function isStoreHandover(
  spec: KvStoreSpec | undefined,
  pools: readonly { readonly role: string; readonly name: string; readonly engineName: string }[],
  path: string,
): boolean {
  if (spec?.handover !== 'store') return false;
  const legs = pools.filter(({ role }) => role !== 'both');
  if (legs.length === 0) {
    throw new ConfigError({
      path,
      found: 'store, in a fleet without prefill and decode pools',
      expected: 'pools of role prefill and decode, or no handover',
    });
  }
  const pushes = legs.find(({ engineName }) => engineName === 'sglang');
  if (pushes === undefined) return true;
  throw new ConfigError({
    path,
    found: `store, where pool ${pushes.name} runs sglang, whose prefill side pushes to the decode side`,
    expected: 'pull, or the engine vllm or trtllm',
  });
}

function requireTiers({ engine, engineName, path }: TierContext, at: string): void {
  if (engine.usesTiers === true) return;
  throw new ConfigError({
    path: at,
    found: `KV tiers for ${path}, which runs ${engineName}`,
    expected: 'an engine that has tiers below the GPU: vllm, sglang or trtllm',
  });
}

/** A chunk is a number of whole blocks of the engine. */
function wholeChunk(chunkTokens: number | undefined, { engine, path }: TierContext): number {
  const block = engine.blockSizeTokens;
  if (chunkTokens === undefined) return block;
  if (chunkTokens % block === 0) return chunkTokens;
  throw new ConfigError({
    path: `${path}.kvTiers`,
    found: `chunks of ${chunkTokens} tokens`,
    expected: `chunkTokens that is a multiple of the engine's block of ${block} tokens`,
  });
}
