/** SGLang for the list of engines: settings, token pool, instances. */
import { sglangGraphs } from '../../latency/cuda-graphs.ts';
import { doesNotFit, type EngineContext, type EngineKind, type EngineSetup, kvPrecision } from '../kind.ts';
import { drafterCost, speculationNote } from '../speculation.ts';
import { sglangPoolTokens } from './capacity.ts';
import { sglangConfig } from './config.ts';
import { SglangEngine } from './sglang.ts';

/** SGLang. */
export const sglangKind: EngineKind = {
  name: 'sglang',
  setUp(context: EngineContext): EngineSetup {
    const config = sglangConfig(context.version, context.args, {
      gpuMemoryBytes: context.gpu.memoryBytes,
      tp: context.tp,
      modelMaxLen: context.model.maxContextTokens,
      path: `${context.path}.engine`,
    });
    const kv = kvPrecision(config.kvCacheDtype, context.kv);
    const pool = sglangPoolTokens(config, context, kv);
    const tokens = config.tokensOverride > 0 ? config.tokensOverride : pool.tokens;
    if (tokens < 2 * config.pageTokens) throw doesNotFit(context, pool.weightBytes);
    const drafter = drafterCost(
      config.speculation,
      `${context.path}.engine.args.speculative_draft_model_path`,
    );
    const chunk = Number.isFinite(config.chunkedPrefillSize)
      ? config.chunkedPrefillSize
      : config.maxPrefillTokens;
    return {
      version: config.version,
      maxBatchedTokens: Math.max(chunk, config.maxPrefillTokens),
      maxSeqs: config.maxRunningRequests,
      maxModelLen: Math.min(config.contextLength, tokens),
      enforceEager: config.enforceEager,
      cudaGraphs: sglangGraphs(config.cudaGraphMaxBatch, config.speculation !== null),
      kvBlocks: Math.floor(tokens / config.pageTokens),
      blockSizeTokens: config.pageTokens,
      kv,
      ...(drafter === undefined ? {} : { drafter }),
      notes: config.speculation === null ? [] : [speculationNote(config.speculation)],
      create: (model, fastForward, seed) => new SglangEngine(config, model, tokens, fastForward, seed),
    };
  },
};
