/** TensorRT-LLM for the list of engines: settings, KV pool, instances. */
import { trtllmGraphs } from '../../latency/cuda-graphs.ts';
import {
  doesNotFit,
  type EngineContext,
  type EngineKind,
  type EngineSetup,
  kvPrecision,
  type OffloadSetup,
} from '../kind.ts';
import { drafterCost, speculationNote } from '../speculation.ts';
import { trtllmPoolTokens } from './capacity.ts';
import { type TrtllmConfig, trtllmConfig } from './config.ts';
import { TrtllmEngine } from './trtllm.ts';

/** TensorRT-LLM, PyTorch backend. */
export const trtllmKind: EngineKind = {
  name: 'trtllm',
  setUp(context: EngineContext): EngineSetup {
    const config = trtllmConfig(context.version, context.args, {
      modelMaxLen: context.model.maxContextTokens,
      path: `${context.path}.engine`,
    });
    const kv = kvPrecision(config.kvCacheDtype, context.kv);
    const pool = trtllmPoolTokens(config, context, kv);
    const tokens = config.maxTokens > 0 ? Math.min(config.maxTokens, pool.tokens) : pool.tokens;
    const drafter = drafterCost(config.speculation, `${context.path}.engine.args.speculative_model_dir`);
    if (tokens < 2 * config.tokensPerBlock) throw doesNotFit(context, pool.weightBytes);
    return {
      version: config.version,
      maxBatchedTokens: config.maxNumTokens,
      maxSeqs: config.maxBatchSize,
      maxModelLen: Math.min(config.maxSeqLen, tokens),
      enforceEager: !config.cudaGraphs,
      cudaGraphs: trtllmGraphs(config.cudaGraphMaxBatch, config.cudaGraphPadding),
      kvBlocks: Math.floor(tokens / config.tokensPerBlock),
      blockSizeTokens: config.tokensPerBlock,
      kv,
      ...(drafter === undefined ? {} : { drafter }),
      tokensPerStep: 1 + (config.speculation?.acceptance.length ?? 0),
      usesTiers: true,
      ...(config.hostCacheBytes > 0 ? { offload: hostCache(config) } : {}),
      notes: config.speculation === null ? [] : [speculationNote(config.speculation)],
      create: (model, fastForward, seed) => new TrtllmEngine(config, model, tokens, fastForward, seed),
    };
  },
};

/** TensorRT-LLM copies blocks to the host when it evicts them; here they are written once they are complete. */
function hostCache({ hostCacheBytes, tokensPerBlock }: TrtllmConfig): OffloadSetup {
  return { argument: 'host_cache_size', bytes: hostCacheBytes, chunkTokens: tokensPerBlock, stores: 'all' };
}
