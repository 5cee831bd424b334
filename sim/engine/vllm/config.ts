/**
 * vLLM's settings: versioned presets and the engine's own argument names (engines.md 1.2, 1.12). Defaults depend on the GPU:
 * from 70 GiB on and not an A100, the server takes the larger budgets.
 */
import { ConfigError, nearest } from '../../../src/core/check.ts';
import type { UnhashedOrder } from '../kv/block-pool.ts';

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
  readonly enforceEager: boolean;
  /** KV blocks by the engine's log, in place of the computed number; 0 computed. */
  readonly blocksOverride: number;
  /** KV precision named by `kv_cache_dtype`; empty: the pool's. */
  readonly kvCacheDtype: string;
}

interface Preset {
  readonly gpuMemoryUtilization: number;
  readonly reserveFullPrompt: boolean;
  readonly unhashedOrder: UnhashedOrder;
  readonly asyncScheduling: boolean;
}

/** Presets by version, oldest first; a version takes the newest preset that is not newer than itself. */
const PRESETS: readonly (readonly [version: string, preset: Preset])[] = [
  [
    '0.8',
    { gpuMemoryUtilization: 0.9, reserveFullPrompt: false, unhashedOrder: 'append', asyncScheduling: false },
  ],
  [
    '0.15',
    { gpuMemoryUtilization: 0.9, reserveFullPrompt: false, unhashedOrder: 'append', asyncScheduling: true },
  ],
  [
    '0.19',
    { gpuMemoryUtilization: 0.9, reserveFullPrompt: true, unhashedOrder: 'append', asyncScheduling: true },
  ],
  [
    '0.27',
    { gpuMemoryUtilization: 0.92, reserveFullPrompt: true, unhashedOrder: 'prepend', asyncScheduling: true },
  ],
];

/** The newest preset version. */
export const VLLM_NEWEST = '0.27';

type ArgKind = 'count' | 'ratio' | 'flag' | 'text' | 'natural';

/** Accepted arguments and what they hold. Others that change nothing here are accepted as `ignored`. */
const ARGS: Readonly<Record<string, ArgKind>> = {
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
  enforce_eager: 'flag',
  num_gpu_blocks_override: 'count',
  kv_cache_dtype: 'text',
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

/** Resolves version and arguments; throws ConfigError on an unknown argument or a value of the wrong kind. */
export function vllmConfig(
  version: string | undefined,
  args: Readonly<Record<string, number | string | boolean>>,
  context: VllmContext,
): VllmConfig {
  const wanted = version ?? VLLM_NEWEST;
  const preset = presetFor(wanted, context.path);
  const values = readArgs(args, `${context.path}.args`);
  const number = (name: string, otherwise: number): number =>
    (values.get(name) as number | undefined) ?? otherwise;
  const flag = (name: string, otherwise: boolean): boolean =>
    (values.get(name) as boolean | undefined) ?? otherwise;
  const large = context.gpuMemoryBytes >= 70 * GIB && !context.isA100;
  const maxModelLen = number('max_model_len', context.modelMaxLen);
  const chunkedPrefill = flag('enable_chunked_prefill', true);
  const budget = number('max_num_batched_tokens', large ? 8192 : 2048);
  return {
    version: wanted,
    maxBatchedTokens: chunkedPrefill ? budget : Math.max(budget, maxModelLen),
    maxSeqs: number('max_num_seqs', large ? 1024 : 256),
    maxModelLen,
    blockSizeTokens: number('block_size', 16),
    gpuMemoryUtilization: number('gpu_memory_utilization', preset.gpuMemoryUtilization),
    prefixCaching: flag('enable_prefix_caching', true),
    chunkedPrefill,
    longPrefillThreshold: number('long_prefill_token_threshold', 0),
    reserveFullPrompt: flag('scheduler_reserve_full_isl', preset.reserveFullPrompt),
    watermark: number('watermark', 0),
    unhashedOrder: preset.unhashedOrder,
    asyncScheduling: flag('async_scheduling', preset.asyncScheduling),
    enforceEager: flag('enforce_eager', false),
    blocksOverride: number('num_gpu_blocks_override', 0),
    kvCacheDtype: (values.get('kv_cache_dtype') as string | undefined) ?? '',
  };
}

function presetFor(version: string, path: string): Preset {
  const wanted = versionNumber(version);
  let found: Preset | undefined;
  for (const [name, preset] of PRESETS) if (versionNumber(name) <= wanted) found = preset;
  if (found === undefined || Number.isNaN(wanted)) {
    throw new ConfigError({
      path: `${path}.version`,
      found: `"${version}"`,
      expected: `a vLLM version from ${PRESETS[0]![0]} on, e.g. ${PRESETS.map(([name]) => `"${name}"`).join(', ')}`,
    });
  }
  return found;
}

/** `0.15.1` -> 15.0001, comparable; NaN when it is no version. */
function versionNumber(version: string): number {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (match === null) return Number.NaN;
  return Number(match[1]) * 1e4 + Number(match[2]) + Number(match[3] ?? 0) / 1e4;
}

function readArgs(
  args: Readonly<Record<string, number | string | boolean>>,
  path: string,
): Map<string, number | string | boolean> {
  const values = new Map<string, number | string | boolean>();
  for (const given of Object.keys(args)) {
    const name = given.replace(/^--/, '').replaceAll('-', '_');
    const kind = ARGS[name];
    if (kind === undefined) {
      const near = nearest(name, Object.keys(ARGS));
      throw new ConfigError({
        path: `${path}.${given}`,
        found: 'an argument that Drydock does not model for vllm',
        expected: near === undefined ? `one of ${Object.keys(ARGS).join(', ')}` : `perhaps ${near}`,
      });
    }
    values.set(name, checkArg(args[given]!, kind, `${path}.${given}`));
  }
  return values;
}

function checkArg(value: number | string | boolean, kind: ArgKind, path: string): number | string | boolean {
  const isNumber = typeof value === 'number' && Number.isFinite(value);
  const ok =
    (kind === 'count' && isNumber && Number.isInteger(value) && value >= 1) ||
    (kind === 'natural' && isNumber && Number.isInteger(value) && value >= 0) ||
    (kind === 'ratio' && isNumber && value >= 0 && value <= 1) ||
    (kind === 'flag' && typeof value === 'boolean') ||
    (kind === 'text' && typeof value === 'string');
  if (ok) return value;
  const expected = {
    count: 'an integer >= 1',
    natural: 'an integer >= 0',
    ratio: 'a number from 0 to 1',
    flag: 'true or false',
    text: 'a text',
  }[kind];
  throw new ConfigError({ path, found: JSON.stringify(value), expected });
}
