/**
 * vLLM's settings: versioned presets and the engine's own argument names (engines.md 1.2, 1.12). Defaults depend on the GPU:
 * from 70 GiB on and not an A100, the server takes the larger budgets.
 */
import { ConfigError } from '../../../src/core/check.ts';
import type { EngineSchedulingPolicy } from '../../../src/plugin-api/engine-policy.ts';
import { type ArgKind, EngineArgs, presetFor } from '../args.ts';
import type { UnhashedOrder } from '../kv/block-pool.ts';
import type { Speculation } from '../speculation.ts';
import { vllmSpeculation } from './speculative-config.ts';

/** Resolved settings of one vLLM instance. */
export interface VllmConfig {
  readonly version: string;
  readonly maxBatchedTokens: number;
  readonly maxSeqs: number;
  readonly maxModelLen: number;
  readonly blockSizeTokens: number;
  readonly gpuMemoryUtilization: number;
  readonly prefixCaching: boolean;
  readonly chunkedPrefill: boolean;
  /** Per-request cap on prompt tokens in a step; 0 off. */
  readonly longPrefillThreshold: number;
  /** Admission needs room for the whole prompt, not only its first chunk. */
  readonly reserveFullPrompt: boolean;
  /** Share of blocks kept free at admission while something runs. */
  readonly watermark: number;
  readonly unhashedOrder: UnhashedOrder;
  /** The batch of a step is decided while the step before it runs. */
  readonly asyncScheduling: boolean;
  /** Tokens per chunk of a response, after the first. */
  readonly streamInterval: number;
  /** Waiting and preemption by priority, not by arrival. */
  readonly byPriority: boolean;
  /** Order of the waiting queue in place of both. */
  readonly policy?: EngineSchedulingPolicy;
  readonly speculation: Speculation | null;
  readonly enforceEager: boolean;
  /** `cudagraph_mode` of the compilation configuration. */
  readonly graphMode: GraphMode;
  /** Largest batch captured as a CUDA graph; 0: the default list. */
  readonly largestGraph: number;
  /** KV blocks by the engine's log, in place of the computed number; 0 computed. */
  readonly blocksOverride: number;
  /** KV precision named by `kv_cache_dtype`; empty: the pool's. */
  readonly kvCacheDtype: string;
  /** Host memory for KV of the whole instance, GiB (0 none), and who manages it: `native` or `lmcache`. */
  readonly kvOffloadGiB: number;
  readonly kvOffloadBackend: string;
  /** Distinct LoRA adapters in a batch, and in host memory. */
  readonly maxLoras: number;
  readonly maxHostLoras: number;
  /** What the decode side does when KV cannot be loaded. */
  readonly loadFailure: 'fail' | 'recompute';
  /** The prefill side keeps blocks that nobody fetches for so long, seconds. */
  readonly kvLeaseS: number;
  /** Blocks that a sequence of at most so many tokens takes beside those of its tokens; undefined: none. */
  readonly fixedBlocks?: (tokens: number) => number;
}

interface Preset {
  readonly gpuMemoryUtilization: number;
  readonly reserveFullPrompt: boolean;
  readonly unhashedOrder: UnhashedOrder;
  readonly asyncScheduling: boolean;
  /** Blocks of a prefill leg: a fixed time-out in older versions, a lease with heartbeats later (engines.md 5.1). */
  readonly kvLeaseS: number;
}

/** Presets by version, oldest first; a version takes the newest preset that is not newer than itself. */
const PRESETS: readonly (readonly [version: string, preset: Preset])[] = [
  [
    '0.8',
    {
      gpuMemoryUtilization: 0.9,
      reserveFullPrompt: false,
      unhashedOrder: 'append',
      asyncScheduling: false,
      kvLeaseS: 480,
    },
  ],
  [
    '0.15',
    {
      gpuMemoryUtilization: 0.9,
      reserveFullPrompt: false,
      unhashedOrder: 'append',
      asyncScheduling: true,
      kvLeaseS: 480,
    },
  ],
  [
    '0.19',
    {
      gpuMemoryUtilization: 0.9,
      reserveFullPrompt: true,
      unhashedOrder: 'append',
      asyncScheduling: true,
      kvLeaseS: 480,
    },
  ],
  [
    '0.27',
    {
      gpuMemoryUtilization: 0.92,
      reserveFullPrompt: true,
      unhashedOrder: 'prepend',
      asyncScheduling: true,
      kvLeaseS: 30,
    },
  ],
];

/** The newest preset version. */
export const VLLM_NEWEST = '0.27';

const GRAPH_MODES = ['NONE', 'PIECEWISE', 'FULL', 'FULL_DECODE_ONLY', 'FULL_AND_PIECEWISE'] as const;
/** Which steps run as CUDA graphs: none, pieces between attentions, whole decode steps, or both. */
export type GraphMode = (typeof GRAPH_MODES)[number];

/** Accepted arguments and what they hold. */
export const ARGS: Readonly<Record<string, ArgKind>> = {
  max_num_batched_tokens: 'count',
  max_num_seqs: 'count',
  max_model_len: 'count',
  block_size: 'count',
  gpu_memory_utilization: 'ratio',
  enable_prefix_caching: 'flag',
  enable_chunked_prefill: 'flag',
  long_prefill_token_threshold: 'natural',
  scheduler_reserve_full_isl: 'flag',
  watermark: 'ratio',
  async_scheduling: 'flag',
  stream_interval: 'count',
  scheduling_policy: 'text',
  speculative_config: 'text',
  speculative_acceptance: 'text',
  enforce_eager: 'flag',
  max_cudagraph_capture_size: 'count',
  num_gpu_blocks_override: 'count',
  kv_cache_dtype: 'text',
  kv_offloading_size: 'positive',
  kv_offloading_backend: 'text',
  max_loras: 'count',
  max_cpu_loras: 'count',
  kv_load_failure_policy: 'text',
  kv_lease_duration: 'positive',
  cudagraph_mode: 'text',
};

/** Facts of the deployment that defaults depend on. */
export interface VllmContext {
  readonly gpuMemoryBytes: number;
  readonly isA100: boolean;
  /** The model's own limit, tokens. */
  readonly modelMaxLen: number;
  /** Path of the engine entry in the user's document. */
  readonly path: string;
}

const GIB = 2 ** 30;
/** Version from which an A100 takes the smaller budgets. */
const A100_SMALL_FROM = [0, 9] as const;

function isOlder(version: string, than: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major < than[0] || (major === than[0] && minor < than[1]);
}

function policyOf(policy: string, path: string): string {
  if (policy === 'fcfs' || policy === 'priority') return policy;
  throw new ConfigError({
    path: `${path}.args.scheduling_policy`,
    found: JSON.stringify(policy),
    expected: 'fcfs or priority',
  });
}

/** Resolves version and arguments; throws ConfigError on an unknown argument or a value of the wrong kind. */
export function vllmConfig(
  version: string | undefined,
  args: Readonly<Record<string, number | string | boolean>>,
  context: VllmContext,
): VllmConfig {
  const wanted = version ?? VLLM_NEWEST;
  const preset = presetFor('vllm', wanted, PRESETS, context.path);
  const given = new EngineArgs('vllm', args, ARGS, `${context.path}.args`);
  // Until 0.9 an A100 of 80 GB counted as large too (vLLM pull request 17885).
  const isLargeA100 = context.isA100 && isOlder(wanted, A100_SMALL_FROM);
  const large = context.gpuMemoryBytes >= 70 * GIB && (!context.isA100 || isLargeA100);
  const maxModelLen = given.number('max_model_len', context.modelMaxLen);
  const chunkedPrefill = given.flag('enable_chunked_prefill', true);
  const budget = given.number('max_num_batched_tokens', large ? 8192 : 2048);
  return {
    version: wanted,
    maxBatchedTokens: chunkedPrefill ? budget : Math.max(budget, maxModelLen),
    maxSeqs: given.number('max_num_seqs', large && !isLargeA100 ? 1024 : 256),
    maxModelLen,
    blockSizeTokens: given.number('block_size', 16),
    gpuMemoryUtilization: given.number('gpu_memory_utilization', preset.gpuMemoryUtilization),
    prefixCaching: given.flag('enable_prefix_caching', true),
    chunkedPrefill,
    longPrefillThreshold: given.number('long_prefill_token_threshold', 0),
    reserveFullPrompt: given.flag('scheduler_reserve_full_isl', preset.reserveFullPrompt),
    watermark: given.number('watermark', 0),
    unhashedOrder: preset.unhashedOrder,
    asyncScheduling: given.flag('async_scheduling', preset.asyncScheduling),
    streamInterval: given.number('stream_interval', 1),
    byPriority: policyOf(given.text('scheduling_policy', 'fcfs'), context.path) === 'priority',
    speculation: vllmSpeculation(
      given.text('speculative_config', ''),
      given.text('speculative_acceptance', ''),
      `${context.path}.args`,
    ),
    enforceEager: given.flag('enforce_eager', false),
    graphMode: graphMode(given.text('cudagraph_mode', 'FULL_AND_PIECEWISE'), context.path),
    largestGraph: given.number('max_cudagraph_capture_size', 0),
    blocksOverride: given.number('num_gpu_blocks_override', 0),
    kvCacheDtype: given.text('kv_cache_dtype', ''),
    kvOffloadGiB: given.number('kv_offloading_size', 0),
    kvOffloadBackend: offloadBackend(given.text('kv_offloading_backend', 'native'), context.path),
    maxLoras: given.number('max_loras', 1),
    maxHostLoras: given.number('max_cpu_loras', given.number('max_loras', 1)),
    loadFailure: loadFailure(given.text('kv_load_failure_policy', 'fail'), `${context.path}.args`),
    kvLeaseS: given.number('kv_lease_duration', preset.kvLeaseS),
  };
}

function graphMode(name: string, path: string): GraphMode {
  const known = GRAPH_MODES.find((mode) => mode === name.toUpperCase());
  if (known !== undefined) return known;
  throw new ConfigError({
    path: `${path}.args.cudagraph_mode`,
    found: JSON.stringify(name),
    expected: `one of ${GRAPH_MODES.join(', ')}`,
  });
}

function offloadBackend(name: string, path: string): string {
  if (name === 'native' || name === 'lmcache') return name;
  throw new ConfigError({
    path: `${path}.args.kv_offloading_backend`,
    found: JSON.stringify(name),
    expected: 'native or lmcache',
  });
}

function loadFailure(policy: string, path: string): 'fail' | 'recompute' {
  if (policy === 'fail' || policy === 'recompute') return policy;
  throw new ConfigError({
    path: `${path}.kv_load_failure_policy`,
    found: JSON.stringify(policy),
    expected: 'fail or recompute',
  });
}
