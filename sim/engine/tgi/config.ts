/** Text Generation Inference's settings, 3.3.7, flashinfer back-end (engines.md 4.4). The project is in maintenance mode. */
import { type ArgKind, EngineArgs, presetFor } from '../args.ts';

/** Resolved settings of one TGI instance. */
export interface TgiConfig {
  readonly version: string;
  readonly maxConcurrentRequests: number;
  readonly maxBatchPrefillTokens: number;
  readonly maxTotalTokens: number;
  readonly prefixCaching: boolean;
  readonly cudaMemoryFraction: number;
  readonly cudaGraphs: boolean;
  /** KV pool in tokens by the launcher's log (`max_batch_total_tokens`); 0: computed. */
  readonly maxBatchTotalTokens: number;
  readonly kvCacheDtype: string;
}

/** Output of one leg: a request with a higher limit is queued again after so many tokens. */
export const LEG_TOKENS = 1024;

/** The newest preset version. */
export const TGI_NEWEST = '3.3.7';

const PRESETS: readonly (readonly [version: string, preset: Record<string, never>])[] = [['3.0', {}]];

const ARGS: Readonly<Record<string, ArgKind>> = {
  max_concurrent_requests: 'count',
  max_batch_prefill_tokens: 'count',
  max_total_tokens: 'count',
  max_batch_total_tokens: 'count',
  prefix_caching: 'flag',
  cuda_memory_fraction: 'ratio',
  disable_cuda_graphs: 'flag',
  kv_cache_dtype: 'text',
};

/** Resolves version and arguments; throws ConfigError on an unknown argument or a wrong value. */
export function tgiConfig(
  version: string | undefined,
  args: Readonly<Record<string, number | string | boolean>>,
  context: { readonly modelMaxLen: number; readonly path: string },
): TgiConfig {
  const wanted = version ?? TGI_NEWEST;
  presetFor('tgi', wanted, PRESETS, context.path);
  const given = new EngineArgs('tgi', args, ARGS, `${context.path}.args`);
  return {
    version: wanted,
    maxConcurrentRequests: given.number('max_concurrent_requests', 128),
    maxBatchPrefillTokens: given.number('max_batch_prefill_tokens', 4096),
    maxTotalTokens: given.number('max_total_tokens', context.modelMaxLen),
    prefixCaching: given.flag('prefix_caching', true),
    cudaMemoryFraction: given.number('cuda_memory_fraction', 1),
    cudaGraphs: !given.flag('disable_cuda_graphs', false),
    maxBatchTotalTokens: given.number('max_batch_total_tokens', 0),
    kvCacheDtype: given.text('kv_cache_dtype', 'auto'),
  };
}
