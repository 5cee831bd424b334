/** vLLM for the list of engines: settings, KV pool size, instances. */
import { type CudaGraphs, NO_GRAPHS, vllmGraphs } from '../../latency/cuda-graphs.ts';
import { type Capacity, vllmKvBlocks } from '../capacity.ts';
import {
  doesNotFit,
  type EngineContext,
  type EngineKind,
  type EngineSetup,
  expertRanks,
  kvPrecision,
  microBatchesOf,
  type OffloadSetup,
} from '../kind.ts';
import { LoraSlots } from '../lora.ts';
import { drafterCost, speculationNote, unitsBesideDrafter } from '../speculation.ts';
import { type VllmConfig, vllmConfig } from './config.ts';
import { pipelinedVllm } from './pipelined.ts';
import { VllmEngine } from './vllm.ts';

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
    const { schedulingPolicy } = context;
    const kv = kvPrecision(config.kvCacheDtype, context.kv);
    const notes: string[] = [];
    const drafter = drafterCost(config.speculation, `${context.path}.engine.args.speculative_config`);
    if (config.speculation !== null) {
      notes.push(speculationNote(config.speculation));
    }
    const sized = sizePool(config, context, kv);
    const kvBlocks =
      config.blocksOverride > 0 ? config.blocksOverride : computedBlocks(sized, config, context, kv);
    const { fixedBlocks } = sized;
    const isHybrid = fixedBlocks(config.maxModelLen) > 0;
    const poolTokens = (kvBlocks - 1) * config.blockSizeTokens;
    const maxModelLen = Math.min(config.maxModelLen, poolTokens);
    if (maxModelLen < config.maxModelLen) {
      notes.push(
        `the KV pool holds ${poolTokens} tokens, less than max_model_len ${config.maxModelLen}; vLLM would ask for ` +
          `max_model_len <= ${poolTokens}, which is assumed`,
      );
    }
    const stages = microBatchesOf(context);
    return {
      version: config.version,
      maxBatchedTokens: config.maxBatchedTokens,
      maxSeqs: config.maxSeqs,
      maxModelLen,
      enforceEager: config.enforceEager,
      cudaGraphs: graphsOf(config),
      ...(stages > 1 ? { microBatches: stages } : {}),
      ...(drafter === undefined ? {} : { drafter }),
      tokensPerStep: 1 + (config.speculation?.acceptance.length ?? 0),
      kvBlocks,
      blockSizeTokens: config.blockSizeTokens,
      kv,
      usesTiers: true,
      ...(config.kvOffloadGiB > 0 ? { offload: offload(config) } : {}),
      remoteKv: { onLoadFailure: config.loadFailure, leaseS: config.kvLeaseS },
      notes,
      create: (model, fastForward, seed) => {
        const own = {
          ...{ ...config, maxModelLen },
          ...(isHybrid ? { fixedBlocks } : {}),
          ...(schedulingPolicy === undefined ? {} : { policy: schedulingPolicy }),
        };
        const lora = loraOf(config, context);
        return stages > 1
          ? pipelinedVllm(own, model, kvBlocks, stages, seed, lora)
          : new VllmEngine(own, model, kvBlocks, fastForward, seed, lora);
      },
    };
  },
};

/** Chunks of LMCache; vLLM's own connector keeps single blocks. */
const LMCACHE_CHUNK_TOKENS = 256;

function offload(config: VllmConfig): OffloadSetup {
  return {
    argument: 'kv_offloading_size',
    bytes: config.kvOffloadGiB * 2 ** 30,
    chunkTokens: config.kvOffloadBackend === 'lmcache' ? LMCACHE_CHUNK_TOKENS : config.blockSizeTokens,
    stores: 'prompt',
  };
}

/** Without piecewise graphs, steps that hold prompts launch kernel by kernel. */
function graphsOf(config: VllmConfig): CudaGraphs {
  if (config.graphMode === 'NONE') return NO_GRAPHS;
  const graphs = vllmGraphs(config.maxSeqs, config.largestGraph);
  return config.graphMode === 'FULL_DECODE_ONLY' ? { ...graphs, prefill: false } : graphs;
}

function loraOf(config: VllmConfig, { adapters }: EngineContext): LoraSlots | null {
  return adapters === undefined ? null : new LoraSlots(adapters, config.maxLoras, config.maxHostLoras);
}

function sizePool(config: VllmConfig, context: EngineContext, kv: string): Capacity {
  return vllmKvBlocks({
    gpu: context.gpu,
    model: context.model,
    tp: context.tp,
    pp: context.pp,
    ep: expertRanks(context),
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
}

function computedBlocks(sized: Capacity, config: VllmConfig, context: EngineContext, kv: string): number {
  const cost = drafterCost(config.speculation, `${context.path}.engine.args.speculative_config`);
  const target = { model: context.model, weightBytes: sized.weightBytes };
  const blocks = unitsBesideDrafter(sized.blocks, sized.kvBytesPerBlock, target, cost, context, kv);
  if (blocks < 2) throw doesNotFit(context, sized.weightBytes);
  return blocks;
}
