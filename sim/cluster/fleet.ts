/**
 * From a scenario's pools to set-up pools: catalogue entries, parallelism, precision, engine settings, step model, KV size
 * and links. All cross-field mistakes of a fleet are found here and named by path.
 */

import { findGpu } from '../../models/gpus.ts';
import { kvBytesPerToken } from '../../models/kv.ts';
import { defaultNetwork, findLink } from '../../models/links.ts';
import { findLlm } from '../../models/llms.ts';
import type { GpuSpec, LlmSpec } from '../../models/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import { engineKind } from '../engine/engines.ts';
import type { EngineSetup } from '../engine/kind.ts';
import { buildStepModel } from '../latency/build.ts';
import type { StepModel } from '../latency/step-model.ts';
import type { CalibrationSpec, FleetSpec, LinkSpec, PoolSpec } from '../scenario/schema.ts';

/** A pool ready to run. */
export interface PoolSetup {
  readonly name: string;
  readonly role: PoolSpec['role'];
  readonly replicas: number;
  readonly gpu: GpuSpec;
  readonly model: LlmSpec;
  readonly gpusPerReplica: number;
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
  readonly labels: Readonly<Record<string, string>>;
}

/** A fleet ready to run. */
export interface Fleet {
  readonly pools: readonly PoolSetup[];
}

/** GB/s to bytes per µs. */
const BYTES_PER_US = 1e3;

/** Sets up every pool; throws ConfigError at a path below `path` (`fleet` or `fleets[i]`). */
export function buildFleet(spec: FleetSpec, calibration: CalibrationSpec | undefined, path: string): Fleet {
  return { pools: spec.pools.map((pool, i) => buildPool(pool, spec, calibration, `${path}.pools[${i}]`)) };
}

function buildPool(
  spec: PoolSpec,
  fleet: FleetSpec,
  calibration: CalibrationSpec | undefined,
  path: string,
): PoolSetup {
  const gpu = findGpu(spec.gpu, `${path}.gpu`);
  const model = resolveModel(spec, `${path}.model`);
  const { tp = 1, pp = 1, dp = 1, ep = 1 } = spec.parallel ?? {};
  checkParallel(model, { tp, pp, dp, ep }, `${path}.parallel`);
  const weights = spec.precision?.weights ?? model.nativePrecision;
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
    precision: { weights, kv: engine.kv },
    maxBatchedTokens: engine.maxBatchedTokens,
    maxSeqs: engine.maxSeqs,
    enforceEager: engine.enforceEager,
  });
  const gpusPerReplica = tp * pp * dp;
  const link = resolveLink(spec.link ?? fleet.network?.kvLink, gpu, `${path}.link`);
  return {
    name: spec.name,
    role: spec.role,
    replicas: spec.replicas,
    gpu,
    model,
    gpusPerReplica,
    engineName: spec.engine.name,
    engine,
    stepModel,
    kvBytesPerToken: kvBytesPerToken(model, engine.kv, tp),
    linkBytesPerUs: link.GBps * gpusPerReplica * BYTES_PER_US,
    linkBaseUs: link.baseUs,
    handoverUs: stepModel.handoverUs?.() ?? 0,
    labels: { ...roleLabel(spec.role), ...spec.labels },
  };
}

function roleLabel(role: PoolSpec['role']): Record<string, string> {
  return role === 'both' ? {} : { 'llm-d.ai/role': role };
}

function resolveModel(spec: PoolSpec, path: string): LlmSpec {
  if (typeof spec.model === 'string') return findLlm(spec.model, path);
  throw new ConfigError({
    path,
    found: `a config file (${spec.model.config}) that was not read`,
    expected: 'a catalogue id, or a reader that replaces the file by its model before the fleet is built',
  });
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
