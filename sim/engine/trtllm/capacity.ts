/**
 * TensorRT-LLM's KV pool (engines.md 3.5): a share of the memory that is free once weights are loaded and the largest batch has
 * been tried. Activation peak and communication buffers are taken from the sizing of vLLM's, which runs the same shapes.
 */
import { kvBytesPerTokenPerRank } from '../../../models/kv.ts';
import { vllmKvBlocks } from '../capacity.ts';
import { type EngineContext, expertRanks } from '../kind.ts';
import { drafterCost, unitsBesideDrafter } from '../speculation.ts';
import type { TrtllmConfig } from './config.ts';

/** Tokens that the KV pool of one instance holds; not above 0 when the weights do not fit. */
export function trtllmPoolTokens(
  config: TrtllmConfig,
  context: EngineContext,
  kv: string,
): { tokens: number; weightBytes: number } {
  const { gpu, model, tp, pp } = context;
  const sized = vllmKvBlocks({
    gpu,
    model,
    tp,
    pp,
    ep: expertRanks(context),
    weights: context.weights,
    kv,
    gpuMemoryUtilization: 1,
    maxBatchedTokens: config.maxNumTokens,
    maxSeqs: config.maxBatchSize,
    maxModelLen: config.maxSeqLen,
    blockSizeTokens: config.tokensPerBlock,
    version: '0.19',
    enforceEager: !config.cudaGraphs,
  });
  const free = gpu.memoryBytes - sized.weightBytes - sized.activationBytes - sized.otherBytes;
  const bytesPerToken = kvBytesPerTokenPerRank(model, kv, tp, pp);
  return {
    tokens: unitsBesideDrafter(
      Math.floor((free * config.freeGpuMemoryFraction) / bytesPerToken),
      bytesPerToken,
      { model, weightBytes: sized.weightBytes },
      drafterCost(config.speculation, `${context.path}.engine.args.speculative_model_dir`),
      context,
      kv,
    ),
    weightBytes: sized.weightBytes,
  };
}
