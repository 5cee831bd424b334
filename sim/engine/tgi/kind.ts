/** TGI for the list of engines: settings, slot pool, instances. */
import { kvBytesPerTokenPerRank } from '../../../models/kv.ts';
import { ConfigError } from '../../../src/core/check.ts';
import { tgiGraphs } from '../../latency/cuda-graphs.ts';
import { vllmKvBlocks } from '../capacity.ts';
import { doesNotFit, type EngineContext, type EngineKind, type EngineSetup, kvPrecision } from '../kind.ts';
import { type TgiConfig, tgiConfig } from './config.ts';
import { TgiEngine } from './tgi.ts';

/** Share of the free memory that the warm-up dares to fill (engines.md 4.4). */
const MEMORY_WIGGLE_ROOM = 0.9;

/** Text Generation Inference. */
export const tgiKind: EngineKind = {
  name: 'tgi',
  setUp(context: EngineContext): EngineSetup {
    if (context.pp > 1 || context.dp > 1) {
      throw new ConfigError({
        path: `${context.path}.parallel`,
        found: 'pp or dp above 1',
        expected: 'tp only: TGI has neither',
      });
    }
    const config = tgiConfig(context.version, context.args, {
      modelMaxLen: context.model.maxContextTokens,
      path: `${context.path}.engine`,
    });
    const kv = kvPrecision(config.kvCacheDtype, context.kv);
    const pool = poolTokens(config, context, kv);
    const tokens = config.maxBatchTotalTokens > 0 ? config.maxBatchTotalTokens : pool.tokens;
    if (tokens < 2) throw doesNotFit(context, pool.weightBytes);
    return {
      version: config.version,
      maxBatchedTokens: config.maxBatchPrefillTokens + config.maxConcurrentRequests,
      maxSeqs: config.maxConcurrentRequests,
      maxModelLen: Math.min(config.maxTotalTokens, tokens),
      enforceEager: !config.cudaGraphs,
      cudaGraphs: tgiGraphs(),
      kvBlocks: tokens,
      blockSizeTokens: 1,
      kv,
      notes: [],
      create: (model, fastForward) => new TgiEngine(config, model, tokens, fastForward),
    };
  },
};

/** Warm-up sizes the pool from what is free after weights and the largest prefill; activations as vLLM's for equal shapes. */
function poolTokens(
  config: TgiConfig,
  context: EngineContext,
  kv: string,
): { tokens: number; weightBytes: number } {
  const { gpu, model, tp } = context;
  const sized = vllmKvBlocks({
    gpu,
    model,
    tp,
    pp: 1,
    weights: context.weights,
    kv,
    gpuMemoryUtilization: 1,
    maxBatchedTokens: config.maxBatchPrefillTokens,
    maxSeqs: config.maxConcurrentRequests,
    maxModelLen: config.maxTotalTokens,
    blockSizeTokens: 16,
    version: '0.19',
    enforceEager: !config.cudaGraphs,
  });
  const free =
    gpu.memoryBytes * config.cudaMemoryFraction -
    sized.weightBytes -
    sized.activationBytes -
    sized.otherBytes;
  const bytes = kvBytesPerTokenPerRank(model, kv, tp);
  return { tokens: Math.floor((free * MEMORY_WIGGLE_ROOM) / bytes), weightBytes: sized.weightBytes };
}
