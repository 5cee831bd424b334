/** SGLang for the list of engines: settings, token pool, instances. */
import { kvBytesPerToken } from '../../../models/kv.ts';
import { sglangGraphs } from '../../latency/cuda-graphs.ts';
import {
  doesNotFit,
  type EngineContext,
  type EngineKind,
  type EngineSetup,
  kvPrecision,
  microBatchesOf,
  type OffloadSetup,
} from '../kind.ts';
import { LoraSlots } from '../lora.ts';
import { drafterCost, speculationNote } from '../speculation.ts';
import { sglangPoolTokens } from './capacity.ts';
import { sglangCommon } from './common.ts';
import { type SglangConfig, sglangConfig } from './config.ts';
import { pipelinedSglang } from './pipelined.ts';
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
    const stages = microBatchesOf(context);
    return {
      version: config.version,
      maxBatchedTokens: Math.max(chunk, config.maxPrefillTokens),
      maxSeqs: config.maxRunningRequests,
      maxModelLen: Math.min(config.contextLength, tokens),
      enforceEager: config.enforceEager,
      ...(stages > 1 ? { microBatches: stages } : {}),
      cudaGraphs: sglangGraphs(config.cudaGraphMaxBatch, config.speculation !== null),
      kvBlocks: Math.floor(tokens / config.pageTokens),
      blockSizeTokens: config.pageTokens,
      kv,
      ...(drafter === undefined ? {} : { drafter }),
      tokensPerStep: 1 + (config.speculation?.acceptance.length ?? 0),
      usesTiers: true,
      ...(config.hierarchicalCache ? { offload: hostCache(config, context, kv, tokens) } : {}),
      notes: config.speculation === null ? [] : [speculationNote(config.speculation)],
      create: (model, fastForward, seed) => {
        const lora = loraOf(config, context);
        const policy = context.schedulingPolicy;
        if (stages > 1) return pipelinedSglang(config, model, tokens, stages, seed, policy, lora);
        const common = sglangCommon(config, tokens, undefined, lora);
        return new SglangEngine(config, model, tokens, fastForward, seed, policy, common);
      },
    };
  },
};

/** Adapters are read into host memory before the engine serves. */
function loraOf(config: SglangConfig, { adapters }: EngineContext): LoraSlots | null {
  if (adapters === undefined) return null;
  const loaded = { ...adapters, diskBytesPerUs: Number.POSITIVE_INFINITY };
  return new LoraSlots(loaded, config.maxLoras, Number.POSITIVE_INFINITY, true);
}

/** HiCache's host tier, written through as the tree grows. */
function hostCache(
  config: SglangConfig,
  { model, tp, pp }: EngineContext,
  kv: string,
  poolTokens: number,
): OffloadSetup {
  const poolBytes = poolTokens * kvBytesPerToken(model, kv, tp);
  const { hicacheRatio, hicacheSizeGB, pageTokens } = config;
  const bytes = hicacheSizeGB > 0 ? hicacheSizeGB * 1e9 * tp * pp : hicacheRatio * poolBytes;
  return { argument: 'enable_hierarchical_cache', bytes, chunkTokens: pageTokens, stores: 'all' };
}
