/** What an engine must say about itself so that a fleet can be built from a scenario. */

import type { GpuSpec, LlmSpec } from '../../models/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { EngineSchedulingPolicy } from '../../src/plugin-api/engine-policy.ts';
import type { CudaGraphs } from '../latency/cuda-graphs.ts';
import type { DrafterCost } from '../latency/deployment.ts';
import type { StepModel } from '../latency/step-model.ts';
import type { Engine } from './engine.ts';
import type { AdapterSetup } from './lora.ts';

/** Deployment facts an engine is set up for. */
export interface EngineContext {
  readonly gpu: GpuSpec;
  readonly model: LlmSpec;
  readonly tp: number;
  readonly pp: number;
  readonly dp: number;
  readonly ep: number;
  /** Precision of weights and KV, resolved. */
  readonly weights: string;
  readonly kv: string;
  /** Version asked for; undefined: the newest. */
  readonly version: string | undefined;
  readonly args: Readonly<Record<string, number | string | boolean>>;
  /** LoRA adapters that instances can load. */
  readonly adapters?: AdapterSetup;
  /** Order of the waiting queue in place of the engine's own; engines that cannot take one are never given any. */
  readonly schedulingPolicy?: EngineSchedulingPolicy;
  /** Path of the pool in the user's document. */
  readonly path: string;
}

/** A set-up engine: numbers the step model needs, and a way to make instances. */
export interface EngineSetup {
  readonly version: string;
  readonly maxBatchedTokens: number;
  readonly maxSeqs: number;
  readonly maxModelLen: number;
  readonly enforceEager: boolean;
  /**
   * Micro-batches in flight: the pipeline stages of an engine that forms them itself. Absent: one batch at a time, which the step
   * model cuts into equal ones.
   */
  readonly microBatches?: number;
  readonly cudaGraphs: CudaGraphs;
  /** Output tokens that a step yields a sequence at most: 1, with drafts more. */
  readonly tokensPerStep?: number;
  /** Cost of proposing drafts; undefined: no drafts. */
  readonly drafter?: DrafterCost;
  readonly kvBlocks: number;
  readonly blockSizeTokens: number;
  /** KV precision after engine arguments. */
  readonly kv: string;
  /** Whether instances take KV tiers (`Engine.connectTiers`). */
  readonly usesTiers?: boolean;
  /** Host memory for KV that the engine's own arguments ask for. */
  readonly offload?: OffloadSetup;
  /**
   * Disaggregated serving: what the decode side does when a load fails, and how long the prefill side keeps blocks that nobody
   * fetches, seconds. Absent: the request fails, and blocks are free at once (the prefill side pushes, so it knows).
   */
  readonly remoteKv?: { readonly onLoadFailure: 'fail' | 'recompute'; readonly leaseS: number };
  /** Remarks for the report. */
  readonly notes: readonly string[];
  /** An instance. `seed`: of the run, for what engines draw (accepted drafts). */
  create(model: StepModel, fastForward: boolean, seed?: number): Engine;
}

/** Host memory for KV as an engine's arguments name it. */
export interface OffloadSetup {
  /** The argument that asks for it. */
  readonly argument: string;
  /** Of one instance. */
  readonly bytes: number;
  readonly chunkTokens: number;
  readonly stores: 'prompt' | 'all';
}

/** An engine of the catalogue of engines. */
export interface EngineKind {
  readonly name: string;
  /** Throws ConfigError when arguments are wrong or the model does not fit. */
  setUp(context: EngineContext): EngineSetup;
}

/**
 * Ranks that the routed experts are spread over: with data-parallel attention all ranks of a stage hold a share of them, whole
 * experts (expert parallelism) or slices.
 */
export function expertRanks({ model, tp, dp, ep }: EngineContext): number {
  return model.moe !== undefined && dp > 1 ? Math.max(ep, tp * dp) : ep;
}

/**
 * Micro-batches that an engine keeps in flight over its pipeline stages. Ranks in lock step share every forward pass, and keep to
 * one batch at a time.
 */
export function microBatchesOf({ model, dp, pp }: EngineContext): number {
  return model.moe !== undefined && dp > 1 ? 1 : pp;
}

const GIB = 2 ** 30;

/** The error for a model whose weights leave no room for KV. */
export function doesNotFit(context: EngineContext, weightBytes: number): ConfigError {
  const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
  const { gpu, model, tp } = context;
  return new ConfigError({
    path: `${context.path}.model`,
    found: `${model.id}, whose weights take ${gib(weightBytes)} of the ${gib(gpu.memoryBytes)} of each ${gpu.id} at tp ${tp}`,
    expected: 'a model that leaves room for KV: raise tp, take a larger GPU or a smaller weight precision',
  });
}

/** KV precision that an engine's dtype argument means; `auto` or nothing leaves the pool's. */
export function kvPrecision(dtype: string, pool: string): string {
  if (dtype === '' || dtype === 'auto') return pool;
  return dtype.startsWith('fp8') ? 'fp8' : dtype;
}
