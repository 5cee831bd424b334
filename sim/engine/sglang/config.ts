/** SGLang's settings: versions, argument names, and defaults by device memory (engines.md 2.3 to 2.8). */
import { ConfigError } from '../../../src/core/check.ts';
import { type ArgKind, EngineArgs, presetFor } from '../args.ts';
import type { Speculation } from '../speculation.ts';
import { SPECULATIVE_ARGS, sglangSpeculation } from './speculative-args.ts';

/** Order of the waiting queue. */
export type SchedulePolicy = 'fcfs' | 'lpm' | 'lof' | 'random' | 'dfs-weight' | 'shortest-prefill-first';

/** Resolved settings of one SGLang instance. */
export interface SglangConfig {
  readonly version: string;
  /** Prompt tokens of a prefill batch that one chunked request may take; Infinity: no chunking. */
  readonly chunkedPrefillSize: number;
  readonly maxPrefillTokens: number;
  readonly maxRunningRequests: number;
  /** Of one micro-batch of a pipeline; 0: their share of `maxRunningRequests`. */
  readonly microBatchRequests: number;
  readonly contextLength: number;
  readonly pageTokens: number;
  readonly radixCache: boolean;
  readonly schedulePolicy: SchedulePolicy | 'own';
  readonly scheduleConservativeness: number;
  /** Waiting by priority; a running request gives way to one that is more important by more than the threshold. */
  readonly byPriority: boolean;
  readonly lowPriorityFirst: boolean;
  readonly preemptionThreshold: number;
  readonly mixedChunk: boolean;
  /** Batch n is formed while batch n - 1 runs. */
  readonly overlapSchedule: boolean;
  /** Tokens per chunk of a response, after the first. */
  readonly streamInterval: number;
  /** Disaggregated decode: tokens kept free per request beside its prompt. */
  readonly reservedDecodeTokens: number;
  readonly speculation: Speculation | null;
  /** Share of device memory for weights and KV; 0: by formula. */
  readonly memFractionStatic: number;
  readonly cudaGraphMaxBatch: number;
  readonly enforceEager: boolean;
  /** KV pool in tokens by the engine's log; 0: computed. */
  readonly tokensOverride: number;
  readonly kvCacheDtype: string;
  /** Hierarchical cache: host memory as a multiple of the GPU pool, or (not 0) in GB per rank. */
  readonly hierarchicalCache: boolean;
  readonly hicacheRatio: number;
  readonly hicacheSizeGB: number;
  /** Distinct LoRA adapters in a batch, the base model counted as one. */
  readonly maxLoras: number;
}

/** The newest preset version. */
export const SGLANG_NEWEST = '0.5.16';

const PRESETS: readonly (readonly [version: string, preset: Record<string, never>])[] = [['0.5', {}]];

export const ARGS: Readonly<Record<string, ArgKind>> = {
  chunked_prefill_size: 'integer',
  max_prefill_tokens: 'count',
  max_running_requests: 'count',
  pp_max_micro_batch_size: 'count',
  context_length: 'count',
  page_size: 'count',
  disable_radix_cache: 'flag',
  schedule_policy: 'text',
  schedule_conservativeness: 'positive',
  enable_priority_scheduling: 'flag',
  schedule_low_priority_values_first: 'flag',
  priority_scheduling_preemption_threshold: 'natural',
  enable_mixed_chunk: 'flag',
  disable_overlap_schedule: 'flag',
  stream_interval: 'count',
  num_reserved_decode_tokens: 'natural',
  mem_fraction_static: 'ratio',
  cuda_graph_max_bs: 'count',
  disable_cuda_graph: 'flag',
  max_total_tokens: 'count',
  kv_cache_dtype: 'text',
  enable_hierarchical_cache: 'flag',
  hicache_ratio: 'positive',
  hicache_size: 'natural',
  max_loras_per_batch: 'count',
  ...SPECULATIVE_ARGS,
};

const POLICIES: readonly SchedulePolicy[] = [
  'fcfs',
  'lpm',
  'lof',
  'random',
  'dfs-weight',
  'shortest-prefill-first',
];

/** Facts of the deployment that defaults depend on. */
export interface SglangContext {
  readonly gpuMemoryBytes: number;
  readonly tp: number;
  readonly modelMaxLen: number;
  /** Path of the engine entry in the user's document. */
  readonly path: string;
}

const GB = 1e9;

/** Chunk size and largest captured batch by device memory (engines.md 2.8): [below GB, chunk, graph for tp < 4, graph]. */
const BY_MEMORY: readonly (readonly [
  belowGb: number,
  chunk: number,
  graphSmall: number,
  graphLarge: number,
])[] = [
  [35, 2048, 24, 80],
  [60, 4096, 32, 160],
  [90, 8192, 256, 512],
  [160, 8192, 256, 512],
  [Number.POSITIVE_INFINITY, 16384, 512, 512],
];

/** Resolves version and arguments; throws ConfigError on an unknown argument or a wrong value. */
export function sglangConfig(
  version: string | undefined,
  args: Readonly<Record<string, number | string | boolean>>,
  context: SglangContext,
): SglangConfig {
  const wanted = version ?? SGLANG_NEWEST;
  presetFor('sglang', wanted, PRESETS, context.path);
  const given = new EngineArgs('sglang', args, ARGS, `${context.path}.args`);
  const [, chunk, graphSmall, graphLarge] = BY_MEMORY.find(([below]) => context.gpuMemoryBytes < below * GB)!;
  const policy = given.text('schedule_policy', 'fcfs');
  if (!POLICIES.includes(policy as SchedulePolicy)) {
    throw new ConfigError({
      path: `${context.path}.args.schedule_policy`,
      found: `"${policy}"`,
      expected: `one of ${POLICIES.join(', ')}`,
    });
  }
  const chunkSize = given.number('chunked_prefill_size', chunk);
  return {
    version: wanted,
    chunkedPrefillSize: chunkSize > 0 ? chunkSize : Number.POSITIVE_INFINITY,
    maxPrefillTokens: given.number('max_prefill_tokens', 16384),
    maxRunningRequests: given.number('max_running_requests', 2048),
    microBatchRequests: given.number('pp_max_micro_batch_size', 0),
    contextLength: given.number('context_length', context.modelMaxLen),
    pageTokens: given.number('page_size', 1),
    radixCache: !given.flag('disable_radix_cache', false),
    schedulePolicy: policy as SchedulePolicy,
    scheduleConservativeness: given.number('schedule_conservativeness', 1),
    byPriority: given.flag('enable_priority_scheduling', false),
    lowPriorityFirst: given.flag('schedule_low_priority_values_first', false),
    preemptionThreshold: given.number('priority_scheduling_preemption_threshold', 10),
    mixedChunk: given.flag('enable_mixed_chunk', false),
    overlapSchedule: !given.flag('disable_overlap_schedule', false),
    streamInterval: given.number('stream_interval', 1),
    reservedDecodeTokens: given.number('num_reserved_decode_tokens', 512),
    speculation: sglangSpeculation(given, `${context.path}.args`),
    memFractionStatic: given.number('mem_fraction_static', 0),
    cudaGraphMaxBatch: given.number('cuda_graph_max_bs', context.tp < 4 ? graphSmall : graphLarge),
    enforceEager: given.flag('disable_cuda_graph', false),
    tokensOverride: given.number('max_total_tokens', 0),
    kvCacheDtype: given.text('kv_cache_dtype', 'auto'),
    hierarchicalCache: given.flag('enable_hierarchical_cache', false),
    hicacheRatio: given.number('hicache_ratio', 2),
    hicacheSizeGB: given.number('hicache_size', 0),
    maxLoras: given.number('max_loras_per_batch', 8),
  };
}
