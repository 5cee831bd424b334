/** TensorRT-LLM's settings: PyTorch backend 1.2 and later (engines.md 3.2). */
import { ConfigError } from '../../../src/core/check.ts';
import { type ArgKind, EngineArgs, presetFor } from '../args.ts';
import type { Speculation } from '../speculation.ts';
import { SPECULATIVE_ARGS, trtllmSpeculation } from './speculative-args.ts';

/** Who may hold KV. */
export type CapacityPolicy = 'GUARANTEED_NO_EVICT' | 'MAX_UTILIZATION';

/** Resolved settings of one TensorRT-LLM instance. */
export interface TrtllmConfig {
  readonly version: string;
  readonly maxBatchSize: number;
  readonly maxNumTokens: number;
  readonly maxSeqLen: number;
  readonly chunkedPrefill: boolean;
  readonly capacityPolicy: CapacityPolicy;
  readonly tokensPerBlock: number;
  /** Share of the memory that is free after weights and activations. */
  readonly freeGpuMemoryFraction: number;
  readonly blockReuse: boolean;
  /** The batch of an iteration is decided while the one before it runs. */
  readonly overlapScheduler: boolean;
  /** Tokens per chunk of a response, after the first. */
  readonly streamInterval: number;
  readonly speculation: Speculation | null;
  readonly cudaGraphs: boolean;
  /** `cuda_graph_config.max_batch_size` and `.enable_padding`. */
  readonly cudaGraphMaxBatch: number;
  readonly cudaGraphPadding: boolean;
  /** KV pool in tokens by the engine's log; 0: computed. */
  readonly maxTokens: number;
  readonly kvCacheDtype: string;
  /** Host memory for KV of the whole instance, bytes; 0 none. */
  readonly hostCacheBytes: number;
}

/** The newest preset version. */
export const TRTLLM_NEWEST = '1.2';

const PRESETS: readonly (readonly [version: string, preset: Record<string, never>])[] = [['1.0', {}]];

export const ARGS: Readonly<Record<string, ArgKind>> = {
  max_batch_size: 'count',
  max_num_tokens: 'count',
  max_seq_len: 'count',
  enable_chunked_prefill: 'flag',
  capacity_scheduler_policy: 'text',
  tokens_per_block: 'count',
  free_gpu_memory_fraction: 'ratio',
  kv_cache_free_gpu_memory_fraction: 'ratio',
  enable_block_reuse: 'flag',
  disable_overlap_scheduler: 'flag',
  stream_interval: 'count',
  use_cuda_graph: 'flag',
  cuda_graph_max_batch_size: 'count',
  cuda_graph_padding_enabled: 'flag',
  max_tokens: 'count',
  kv_cache_dtype: 'text',
  host_cache_size: 'natural',
  ...SPECULATIVE_ARGS,
};

const POLICIES: readonly CapacityPolicy[] = ['GUARANTEED_NO_EVICT', 'MAX_UTILIZATION'];

/** Resolves version and arguments; throws ConfigError on an unknown argument or a wrong value. */
export function trtllmConfig(
  version: string | undefined,
  args: Readonly<Record<string, number | string | boolean>>,
  context: { readonly modelMaxLen: number; readonly path: string },
): TrtllmConfig {
  const wanted = version ?? TRTLLM_NEWEST;
  presetFor('trtllm', wanted, PRESETS, context.path);
  const given = new EngineArgs('trtllm', args, ARGS, `${context.path}.args`);
  const policy = given.text('capacity_scheduler_policy', 'GUARANTEED_NO_EVICT').toUpperCase();
  if (!POLICIES.includes(policy as CapacityPolicy)) {
    throw new ConfigError({
      path: `${context.path}.args.capacity_scheduler_policy`,
      found: `"${policy}"`,
      expected: `one of ${POLICIES.join(', ')}`,
    });
  }
  const fraction = given.number('free_gpu_memory_fraction', 0.9);
  return {
    version: wanted,
    maxBatchSize: given.number('max_batch_size', 2048),
    maxNumTokens: given.number('max_num_tokens', 8192),
    maxSeqLen: given.number('max_seq_len', context.modelMaxLen),
    chunkedPrefill: given.flag('enable_chunked_prefill', false),
    capacityPolicy: policy as CapacityPolicy,
    tokensPerBlock: given.number('tokens_per_block', 32),
    freeGpuMemoryFraction: given.number('kv_cache_free_gpu_memory_fraction', fraction),
    blockReuse: given.flag('enable_block_reuse', true),
    overlapScheduler: !given.flag('disable_overlap_scheduler', false),
    streamInterval: given.number('stream_interval', 1),
    speculation: trtllmSpeculation(given, `${context.path}.args`),
    cudaGraphs: given.flag('use_cuda_graph', true),
    cudaGraphMaxBatch: given.number('cuda_graph_max_batch_size', 128),
    cudaGraphPadding: given.flag('cuda_graph_padding_enabled', false),
    maxTokens: given.number('max_tokens', 0),
    kvCacheDtype: given.text('kv_cache_dtype', 'auto'),
    hostCacheBytes: given.number('host_cache_size', 0),
  };
}
