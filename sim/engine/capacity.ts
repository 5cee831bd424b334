/**
 * KV pool of a vLLM deployment: `memory x gpu_memory_utilization - weights - activation peak - CUDA graphs -
 * other`, over the bytes of a block, on the rank that holds most. Coefficients come from eight start-up logs
 * of vLLM on H100-80GB (published breakdowns, read 2026-11-22; restated in the test) and reproduce their KV
 * pools within 0.6 GiB (a multimodal model: 4 %).
 *
 * Hybrid models: layers without a window decide the block; what windowed and recurrent layers need per
 * running sequence is `fixedBlocks`.
 */
import { kvGrowthBytesPerToken, kvLayerGroups, stateBytesPerSequence } from '../../models/kv.ts';
import { moeLayers } from '../../models/params.ts';
import type { GpuSpec, LlmSpec } from '../../models/schema.ts';
import { weightBytesPerRank } from '../../models/weights.ts';
import { assert } from '../../src/core/check.ts';
import { profilesWithFlashInfer } from '../latency/sampler.ts';

/** What the pool depends on. */
export interface CapacityInput {
  readonly gpu: GpuSpec;
  readonly model: LlmSpec;
  readonly tp: number;
  readonly pp: number;
  /** Ranks that routed experts are spread over; default `tp`. */
  readonly ep?: number;
  readonly weights: string;
  readonly kv: string;
  readonly gpuMemoryUtilization: number;
  readonly maxBatchedTokens: number;
  readonly maxSeqs: number;
  readonly maxModelLen: number;
  readonly blockSizeTokens: number;
  readonly version: string;
  readonly enforceEager: boolean;
}

/** The pool and what else takes memory, bytes per rank. */
export interface Capacity {
  /** KV blocks; 0 or less when the model does not fit. */
  readonly blocks: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  /** CUDA graphs, counted by versions that reserve for them. */
  readonly graphBytes: number;
  /** CUDA context and communication buffers. */
  readonly otherBytes: number;
  readonly kvBytesPerBlock: number;
  /** Blocks that windowed layers and recurrent state of a running sequence of so many tokens take. */
  readonly fixedBlocks: (tokens: number) => number;
}

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Memory that the driver keeps from CUDA: an H100 of 79.65 GiB shows 79.18 GiB. */
const DRIVER_BYTES = 0.47 * GIB;
/** Outside of PyTorch on one GPU: 0.13 GiB in the logs. */
const CONTEXT_BYTES = 0.13 * GIB;
/**
 * NCCL buffers: 0.54 GiB less the context with 2 ranks; 50 MiB more from 4 on (AIConfigurator system files).
 */
const NCCL_BYTES = 0.41 * GIB;
const NCCL_MANY_BYTES = NCCL_BYTES + 50 * MIB;
/**
 * Peak of the sampler in bytes per sequence and vocabulary entry: logits, their copy in 32 bit, sorted copy,
 * indices, probabilities.
 */
const SORTING_SAMPLER_BYTES = 38;
/**
 * Without sorted copy and indices, which FlashInfer's sampler does not need: two engines of vLLM 0.10 whose
 * pool bounds what runs, Llama-3.1-70B at TP 2 and gpt-oss-120b on one H100, hold as many requests as
 * measured with 20 to 23.
 */
const FLASHINFER_SAMPLER_BYTES = 22;
/** Copies of the hidden states of a whole batch that stay alive meanwhile, and of those inside a layer. */
const HIDDEN_COPIES = 2.3;
const LAYER_HIDDEN_COPIES = 6;
/** MLP activations alive at once, in widths: gate, up and their product. */
const MLP_COPIES = 3;
const ACTIVATION_BYTES = 2;
/** Memory of captured graphs per layer: 0.4 to 1.0 GiB for 24 to 36 layers in the logs. */
const GRAPH_BYTES_PER_LAYER = 16 * MIB;
/** First version that reserves for graphs before it sizes the pool. */
const GRAPHS_RESERVED_FROM = [0, 20] as const;

/** Sizes the KV pool. The caller reports a pool that is too small. */
export function vllmKvBlocks(input: CapacityInput): Capacity {
  const { gpu, model, tp, pp } = input;
  assert(tp >= 1 && pp >= 1 && input.blockSizeTokens >= 1, 'parallel and block sizes are at least 1');
  const weightBytes = weightBytesPerRank(model, input.weights, { tp, pp, ep: input.ep ?? 1 });
  const activationBytes = activationPeak(input);
  const graphBytes = reservesGraphs(input) ? (model.layers / pp) * GRAPH_BYTES_PER_LAYER : 0;
  const otherBytes = CONTEXT_BYTES + ncclBytes(tp * pp);
  const requested = (gpu.memoryBytes - DRIVER_BYTES) * input.gpuMemoryUtilization;
  const pool = requested - weightBytes - activationBytes - graphBytes - otherBytes;
  const kvBytesPerBlock = blockBytes(input);
  return {
    blocks: Math.floor(pool / kvBytesPerBlock),
    weightBytes,
    activationBytes,
    graphBytes,
    otherBytes,
    kvBytesPerBlock,
    fixedBlocks: fixedBlocks(input, kvBytesPerBlock),
  };
}

/** Peak of the profile run: the widest layer of a full batch, or sampling for the most sequences. */
function activationPeak(input: CapacityInput): number {
  const { model, tp, maxBatchedTokens } = input;
  const width = mlpWidthPerRank(model, tp);
  const perToken = MLP_COPIES * width + LAYER_HIDDEN_COPIES * model.hiddenSize;
  const forward = maxBatchedTokens * perToken * ACTIVATION_BYTES;
  const rows = Math.min(input.maxSeqs, maxBatchedTokens);
  const samplerBytes = profilesWithFlashInfer(input.version)
    ? FLASHINFER_SAMPLER_BYTES
    : SORTING_SAMPLER_BYTES;
  const sampler =
    rows * model.vocabSize * samplerBytes +
    maxBatchedTokens * model.hiddenSize * HIDDEN_COPIES * ACTIVATION_BYTES;
  return Math.max(forward, sampler);
}

function mlpWidthPerRank(model: LlmSpec, tp: number): number {
  const moe = model.moe;
  const dense = model.intermediateSize / tp;
  if (moe === undefined || moeLayers(model) === 0) return dense;
  const routed = moe.expertsPerToken * (moe.expertIntermediateSize / tp + model.hiddenSize / MLP_COPIES);
  return Math.max(dense, routed);
}

function ncclBytes(ranks: number): number {
  if (ranks === 1) return 0;
  return ranks < 4 ? NCCL_BYTES : NCCL_MANY_BYTES;
}

function reservesGraphs(input: CapacityInput): boolean {
  if (input.enforceEager) return false;
  const [major = 0, minor = 0] = input.version.split('.').map(Number);
  return major > GRAPHS_RESERVED_FROM[0] || minor >= GRAPHS_RESERVED_FROM[1];
}

/** Bytes of a block on the fullest rank: the layers that keep every token, or all when each has a window. */
function blockBytes(input: CapacityInput): number {
  const { model, kv, tp, pp } = input;
  const groups = kvLayerGroups(model, kv, tp);
  const growing = kvGrowthBytesPerToken(model, kv, tp);
  const perToken =
    growing > 0 ? growing : groups.reduce((sum, group) => sum + group.layers * group.bytesPerToken, 0);
  const stageShare = Math.ceil(model.layers / pp) / model.layers;
  return (perToken / tp) * stageShare * input.blockSizeTokens;
}

function fixedBlocks(input: CapacityInput, kvBytesPerBlock: number): (tokens: number) => number {
  const { model, kv, tp, pp } = input;
  const share = Math.ceil(model.layers / pp) / model.layers / tp / kvBytesPerBlock;
  const windows =
    kvGrowthBytesPerToken(model, kv, tp) === 0
      ? []
      : kvLayerGroups(model, kv, tp).filter((group) => Number.isFinite(group.windowTokens));
  const state = stateBytesPerSequence(model);
  return (tokens) => {
    let bytes = state;
    for (const { windowTokens, layers, bytesPerToken } of windows) {
      bytes += layers * bytesPerToken * Math.min(windowTokens + input.blockSizeTokens, tokens);
    }
    return Math.ceil(bytes * share);
  };
}
