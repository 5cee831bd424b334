/**
 * From a scenario's pools to set-up pools: catalogue entries, parallelism, precision, engine settings, step model, KV size
 * and links. All cross-field mistakes of a fleet are found here and named by path.
 */

import { findGpu } from '../../models/gpus.ts';
import { importHfConfig } from '../../models/hf-config.ts';
import { kvBytesPerToken } from '../../models/kv.ts';
import { defaultNetwork, findLink } from '../../models/links.ts';
import { findLlm } from '../../models/llms.ts';
import type { GpuSpec, LlmSpec } from '../../models/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { SchedulingPolicyDefinition } from '../../src/plugin-api/engine-policy.ts';
import { engineKind } from '../engine/engines.ts';
import type { EngineSetup } from '../engine/kind.ts';
import type { TierSetup } from '../engine/kv/tiers/tier.ts';
import type { AdapterSetup } from '../engine/lora.ts';
import { schedulingPolicy } from '../engine/scheduling-policy.ts';
import { buildStepModel } from '../latency/build.ts';
import type { Calibration } from '../latency/calibration.ts';
import type { StepModel } from '../latency/step-model.ts';
import { jsonFrom } from '../scenario/json-text.ts';
import type { CalibrationSpec, FleetSpec, LinkSpec, PoolSpec } from '../scenario/schema.ts';
import type { ReadLines } from '../workload/trace/trace-workload.ts';
import { adapterSetup } from './adapter-setup.ts';
import type { LockStepSpec } from './lock-step.ts';
import { fleetStore, isStoreHandover, type PoolTiers, poolTiers, type TierContext } from './tier-setup.ts';
import { fleetTopology, type PoolNetwork, poolNetwork, type TopologySetup } from './topology-setup.ts';

/** A pool ready to run. */
export interface PoolSetup extends PoolNetwork {
  readonly name: string;
  readonly role: PoolSpec['role'];
  /** Engine instances: replicas times data-parallel ranks. */
  readonly replicas: number;
  readonly gpu: GpuSpec;
  readonly model: LlmSpec;
  readonly gpusPerReplica: number;
  readonly tp: number;
  /** Weight precision. */
  readonly weights: string;
  readonly engineName: string;
  readonly engine: EngineSetup;
  readonly stepModel: StepModel;
  /** Bytes that a token's KV takes on the wire: all layers, replicated heads included. */
  readonly kvBytesPerToken: number;
  /** KV link of one replica (all of its GPUs), bytes per µs each way, and base latency. */
  readonly linkBytesPerUs: number;
  readonly linkBaseUs: number;
  /** Delay from the end of the prefill leg to the decode engine's queue (proxy and front end again). */
  readonly handoverUs: number;
  /** KV tiers of each replica. */
  readonly kvTiers: PoolTiers;
  /** How data-parallel ranks of a mixture of experts wait for each other; null: each is an engine of its own. */
  readonly lockStep: LockStepSpec | null;
  readonly labels: Readonly<Record<string, string>>;
  /** LoRA adapters that its instances can load; null none. */
  readonly adapters: AdapterSetup | null;
}

/** A fleet ready to run. */
export interface Fleet {
  readonly pools: readonly PoolSetup[];
  /** KV store that all replicas share; null: none. */
  readonly kvStore: TierSetup | null;
  /** KV goes from prefill to decode instances through the store. */
  readonly storeHandover: boolean;
  /** Rack of the store; -1: one of its own. */
  readonly storeRack: number;
  /** Nodes and racks; null: every pair of replicas is joined by their NICs alone. */
  readonly topology: TopologySetup | null;
}

/** GB/s to bytes per µs. */
const BYTES_PER_US = 1e3;

/**
 * Sets up every pool; throws ConfigError at a path below `path` (`fleet` or `fleets[i]`). `readLines` reads the config.json
 * of models that are not in the catalogue.
 */
export function buildFleet(
  spec: FleetSpec,
  calibration: CalibrationSpec | Calibration | undefined,
  path: string,
  readLines?: ReadLines,
  enginePolicies: readonly SchedulingPolicyDefinition[] = [],
): Fleet {
  const pools = spec.pools.map((pool, i) =>
    buildPool(pool, spec, calibration, `${path}.pools[${i}]`, readLines, enginePolicies),
  );
  checkPairs(pools, path);
  const { kvStore } = spec;
  return {
    pools,
    topology: fleetTopology(spec.network, `${path}.network`),
    kvStore:
      kvStore === undefined ? null : fleetStore(kvStore, pools.map(storeContext(path)), `${path}.kvStore`),
    storeHandover: isStoreHandover(kvStore, pools, `${path}.kvStore.handover`),
    storeRack: kvStore?.rack ?? -1,
  };
}

/** Prefill and decode pools of one model exchange KV: one engine, one layout. Their parallelism may differ. */
function checkPairs(pools: readonly PoolSetup[], path: string): void {
  for (const prefill of pools.filter((pool) => pool.role === 'prefill')) {
    for (const [i, decode] of pools.entries()) {
      if (decode.role !== 'decode' || decode.model.id !== prefill.model.id) continue;
      if (decode.engineName !== prefill.engineName) {
        throw new ConfigError({
          path: `${path}.pools[${i}].engine.name`,
          found: decode.engineName,
          expected: `${prefill.engineName}, as in pool ${prefill.name}: engines do not read each other's KV`,
        });
      }
      if (decode.engine.kv !== prefill.engine.kv) {
        throw new ConfigError({
          path: `${path}.pools[${i}].precision.kv`,
          found: decode.engine.kv,
          expected: `${prefill.engine.kv}, as in pool ${prefill.name}: KV is not converted on its way`,
        });
      }
    }
  }
}

function storeContext(path: string): (pool: PoolSetup, index: number) => TierContext {
  return (pool, index) => ({ ...pool, path: `${path}.pools[${index}]` });
}

/** Sets up one pool of `fleet`; throws ConfigError below `path`. */
export function buildPool(
  spec: PoolSpec,
  fleet: FleetSpec,
  calibration: CalibrationSpec | Calibration | undefined,
  path: string,
  readLines: ReadLines | undefined,
  enginePolicies: readonly SchedulingPolicyDefinition[] = [],
): PoolSetup {
  const gpu = findGpu(spec.gpu, `${path}.gpu`);
  const { model, unread } = resolveModel(spec, `${path}.model`, readLines);
  const { tp = 1, pp = 1, dp = 1, ep = 1 } = spec.parallel ?? {};
  checkParallel(model, { tp, pp, dp, ep }, `${path}.parallel`);
  const weights = spec.precision?.weights ?? model.nativePrecision;
  const adapters = adapterSetup(spec.adapters, { gpu, model, tp, engine: spec.engine.name, path });
  const policy = schedulingPolicy(spec.engine, enginePolicies, `${path}.engine`);
  const engine = engineKind(spec.engine.name, `${path}.engine.name`).setUp({
    gpu,
    model,
    tp,
    pp,
    dp,
    ep,
    weights,
    kv: spec.precision?.kv ?? 'bf16',
    version: spec.engine.version,
    args: spec.engine.args ?? {},
    ...(adapters === null ? {} : { adapters }),
    ...(policy === null ? {} : { schedulingPolicy: policy }),
    path,
  });
  const stepModel = buildStepModel(calibration, {
    gpu,
    model,
    engine: { name: spec.engine.name, version: engine.version },
    tp,
    pp,
    dp,
    ep,
    ...(engine.microBatches === undefined ? {} : { microBatches: 1 }),
    precision: { weights, kv: engine.kv },
    maxBatchedTokens: engine.maxBatchedTokens,
    maxSeqs: engine.maxSeqs,
    enforceEager: engine.enforceEager,
    cudaGraphs: engine.cudaGraphs,
    ...(engine.drafter === undefined ? {} : { drafter: engine.drafter }),
  });
  // Every data-parallel rank is an engine with a queue of its own, as with vLLM's external load balancing.
  const gpusPerReplica = tp * pp;
  const link = resolveLink(spec.link ?? fleet.network?.kvLink, gpu, `${path}.link`);
  const kvBytes = kvBytesPerToken(model, engine.kv, tp);
  return {
    name: spec.name,
    role: spec.role,
    replicas: spec.replicas * dp,
    gpu,
    model,
    gpusPerReplica,
    tp,
    weights,
    engineName: spec.engine.name,
    engine: { ...engine, notes: [...engine.notes, ...unread, ...lockStepNote(model, dp)] },
    stepModel,
    kvBytesPerToken: kvBytes,
    ...poolNetwork(
      fleet.network,
      {
        ...{ gpu, model, gpusPerReplica, tp, kv: engine.kv, kvBytesPerToken: kvBytes },
        gpusOfNode: spec.node?.gpus,
        blockSizeTokens: engine.blockSizeTokens,
      },
      `${networkPath(path)}.network`,
    ),
    linkBytesPerUs: link.GBps * gpusPerReplica * BYTES_PER_US,
    linkBaseUs: link.baseUs,
    handoverUs: stepModel.handoverUs?.() ?? 0,
    kvTiers: poolTiers(spec.kvTiers, {
      gpu,
      model,
      engineName: spec.engine.name,
      engine,
      tp,
      gpusPerReplica,
      path,
    }),
    lockStep: lockStepOf(model, dp, spec.engine.name, stepModel),
    labels: { ...roleLabel(spec.role), ...spec.labels },
    adapters,
  };
}

/** `fleet` of `fleet.pools[0]`. */
function networkPath(poolPath: string): string {
  return poolPath.slice(0, poolPath.lastIndexOf('.pools['));
}

function roleLabel(role: PoolSpec['role']): Record<string, string> {
  return role === 'both' ? {} : { 'llm-d.ai/role': role };
}

function resolveModel(
  spec: PoolSpec,
  path: string,
  readLines: ReadLines | undefined,
): { model: LlmSpec; unread: readonly string[] } {
  if (typeof spec.model === 'string') return { model: findLlm(spec.model, path), unread: [] };
  const file = spec.model.config;
  if (readLines === undefined) {
    throw new ConfigError({
      path: `${path}.config`,
      found: `the file ${file}`,
      expected: 'a catalogue id: no files here',
    });
  }
  const text = [...readLines(file)].join('\n');
  return importHfConfig(jsonFrom(text, file, 'a config.json'), file, `${path}.config`);
}

/** vLLM's ranks look every so many steps whether anyone has work; the others in every step. */
const VLLM_WAVE_STEPS = 32;

/** Ranks of a mixture of experts share every forward pass. */
function lockStepOf(model: LlmSpec, dp: number, engine: string, stepModel: StepModel): LockStepSpec | null {
  if (dp === 1 || model.moe === undefined) return null;
  const one = { baseUs: 0, perContextUs: 0, validToContext: 0 };
  stepModel.decodeTerms(1, 1, one);
  const stepsPerWave = engine === 'vllm' ? VLLM_WAVE_STEPS : 0;
  return { ranks: dp, stepsPerWave, dummyUs: one.baseUs + one.perContextUs };
}

function lockStepNote(model: LlmSpec, dp: number): string[] {
  if (dp === 1 || model.moe === undefined) return [];
  return [
    `${dp} data-parallel ranks in lock step: a step lasts as long as that of the rank with most to do, whose batch the others are padded to`,
  ];
}

function checkParallel(
  model: LlmSpec,
  parallel: { tp: number; pp: number; dp: number; ep: number },
  path: string,
): void {
  const { tp, pp, ep } = parallel;
  if (model.attentionHeads % tp !== 0) {
    throw new ConfigError({
      path: `${path}.tp`,
      found: String(tp),
      expected: `a divisor of the ${model.attentionHeads} attention heads of ${model.id}`,
    });
  }
  if (pp > model.layers) {
    throw new ConfigError({
      path: `${path}.pp`,
      found: String(pp),
      expected: `at most the ${model.layers} layers of ${model.id}`,
    });
  }
  if (ep > 1 && model.moe === undefined) {
    throw new ConfigError({
      path: `${path}.ep`,
      found: String(ep),
      expected: `1: ${model.id} has no experts`,
    });
  }
}

function resolveLink(
  link: LinkSpec | undefined,
  gpu: GpuSpec,
  path: string,
): { GBps: number; baseUs: number } {
  if (link !== undefined && typeof link !== 'string') return link;
  const found = link === undefined ? defaultNetwork(gpu) : findLink(link, path);
  return { GBps: found.achievedGBps, baseUs: found.baseUs };
}
