/** vLLM for the list of engines: settings, KV pool size, instances. */
import { ConfigError } from '../../../src/core/check.ts';
import { vllmKvBlocks } from '../capacity.ts';
import type { EngineContext, EngineKind, EngineSetup } from '../kind.ts';
import { type VllmConfig, vllmConfig } from './config.ts';
import { VllmEngine } from './vllm.ts';

const GIB = 2 ** 30;

/** vLLM V1. */
export const vllmKind: EngineKind = {
  name: 'vllm',
  setUp(context: EngineContext): EngineSetup {
    const config = vllmConfig(context.version, context.args, {
      gpuMemoryBytes: context.gpu.memoryBytes,
      isA100: context.gpu.id.startsWith('a100'),
      modelMaxLen: context.model.maxContextTokens,
      path: `${context.path}.engine`,
    });
    const kv = kvPrecision(config, context.kv);
    const notes: string[] = [];
    const kvBlocks = config.blocksOverride > 0 ? config.blocksOverride : computedBlocks(config, context, kv);
    const poolTokens = (kvBlocks - 1) * config.blockSizeTokens;
    const maxModelLen = Math.min(config.maxModelLen, poolTokens);
    if (maxModelLen < config.maxModelLen) {
      notes.push(
        `the KV pool holds ${poolTokens} tokens, less than max_model_len ${config.maxModelLen}; vLLM would ask for ` +
          `max_model_len <= ${poolTokens}, which is assumed`,
      );
    }
    return {
      version: config.version,
      maxBatchedTokens: config.maxBatchedTokens,
      maxSeqs: config.maxSeqs,
      maxModelLen,
      enforceEager: config.enforceEager,
      kvBlocks,
      blockSizeTokens: config.blockSizeTokens,
      kv,
      notes,
      create: (model, fastForward) =>
        new VllmEngine({ ...config, maxModelLen }, model, kvBlocks, fastForward),
    };
  },
};

function kvPrecision(config: VllmConfig, pool: string): string {
  if (config.kvCacheDtype === '' || config.kvCacheDtype === 'auto') return pool;
  return config.kvCacheDtype.startsWith('fp8') ? 'fp8' : config.kvCacheDtype;
}

function computedBlocks(config: VllmConfig, context: EngineContext, kv: string): number {
  const sized = vllmKvBlocks({
    gpu: context.gpu,
    model: context.model,
    tp: context.tp,
    pp: context.pp,
    weights: context.weights,
    kv,
    gpuMemoryUtilization: config.gpuMemoryUtilization,
    maxBatchedTokens: config.maxBatchedTokens,
    maxSeqs: config.maxSeqs,
    maxModelLen: config.maxModelLen,
    blockSizeTokens: config.blockSizeTokens,
    version: config.version,
    enforceEager: config.enforceEager,
  });
  if (sized.blocks >= 2) return sized.blocks;
  const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;
  throw new ConfigError({
    path: `${context.path}.model`,
    found: `${context.model.id}, whose weights take ${gib(sized.weightBytes)} of the ${gib(context.gpu.memoryBytes)} of each ${context.gpu.id} at tp ${context.tp}`,
    expected: 'a model that leaves room for KV: raise tp, take a larger GPU or a smaller weight precision',
  });
}
