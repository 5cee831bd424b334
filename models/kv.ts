/**
 * KV cache of a model from its shape: bytes per token, per rank and per sequence. Grouped-query attention
 * stores keys and values of every KV head and replicates heads when there are more ranks than heads; latent
 * attention (MLA) stores one vector a token on every rank; windows cap what a layer keeps; linear attention
 * keeps a state of fixed size. Worked example: Llama-3.1-8B in bf16, 32 layers x 8 heads x (128 + 128) x 2
 * bytes = 131,072 bytes a token.
 */
import { assert } from '../src/core/check.ts';
import { type KvFormat, kvElementBytes, latentBytes, parseKvFormat } from './kv-formats.ts';
import type { AttentionLayers, LlmSpec } from './schema.ts';

/** Bytes of recurrent state elements: vLLM keeps them in fp32, the convolution tail in bf16. */
const STATE_ELEMENT_BYTES = 4;
const CONV_ELEMENT_BYTES = 2;

/** A group of layers with the same KV behaviour. */
export interface KvLayerGroup {
  readonly layers: number;
  /** Bytes that a token adds per layer while inside the window, all ranks together. */
  readonly bytesPerToken: number;
  /** Tokens kept at most; Infinity when nothing is dropped. */
  readonly windowTokens: number;
  /** Bytes that a token outside of the window keeps per layer (compressed latent entries). */
  readonly bytesPerOldToken: number;
}

/**
 * The KV groups of a model with `tp` ranks; bytes count every rank's copy, so replication shows.
 * Linear-attention layers do not grow and are left out.
 */
export function kvLayerGroups(model: LlmSpec, kv: string, tp = 1): readonly KvLayerGroup[] {
  assert(tp >= 1, 'tp is at least 1');
  const format = parseKvFormat(kv);
  return model.attention
    .filter((group) => group.kind !== 'linear')
    .map((group) => ({
      layers: group.layers,
      bytesPerToken: bytesPerTokenInWindow(model, group, format, tp),
      windowTokens: group.windowTokens ?? Number.POSITIVE_INFINITY,
      bytesPerOldToken: bytesPerOldToken(model, group, format, tp),
    }));
}

function bytesPerTokenInWindow(model: LlmSpec, group: AttentionLayers, format: KvFormat, tp: number): number {
  if (group.kind === 'mla') return tp * mlaBytes(model, format) + tp * indexBytes(group);
  const heads = group.kvHeads ?? model.kvHeads;
  const stored = heads * Math.max(1, tp / heads);
  const keyDim = group.headDim ?? model.headDim;
  const valueDim = group.valueHeadDim ?? group.headDim ?? model.valueHeadDim ?? model.headDim;
  return stored * kvElementBytes(format, keyDim, valueDim);
}

function mlaBytes(model: LlmSpec, format: KvFormat): number {
  const mla = model.mla;
  assert(mla !== undefined, `model ${model.id} has mla layers but no mla shape`);
  return latentBytes(format, mla.kvLoraRank, mla.ropeHeadDim);
}

function bytesPerOldToken(model: LlmSpec, group: AttentionLayers, format: KvFormat, tp: number): number {
  if (group.tokensPerEntry === undefined) return 0;
  const entry = mlaBytes(model, format) + indexBytes(group);
  return (tp * entry) / group.tokensPerEntry;
}

/**
 * Bytes that one more token adds to a short sequence (no window full yet), all layers; the sum over ranks.
 * Compressed latent layers count their compressed entries only.
 */
export function kvBytesPerToken(model: LlmSpec, kv = 'bf16', tp = 1): number {
  return kvLayerGroups(model, kv, tp).reduce(
    (sum, g) => sum + g.layers * (g.bytesPerOldToken > 0 ? g.bytesPerOldToken : uncompressed(g, model)),
    0,
  );
}

function uncompressed(group: KvLayerGroup, model: LlmSpec): number {
  const windowOnly = model.mla !== undefined && Number.isFinite(group.windowTokens);
  return windowOnly ? 0 : group.bytesPerToken;
}

/** Bytes that one more token adds to a long sequence: layers whose window is full add nothing. */
export function kvGrowthBytesPerToken(model: LlmSpec, kv = 'bf16', tp = 1): number {
  return kvLayerGroups(model, kv, tp).reduce(
    (sum, g) => sum + g.layers * (Number.isFinite(g.windowTokens) ? g.bytesPerOldToken : g.bytesPerToken),
    0,
  );
}

/**
 * Bytes of the KV of one token on one rank (of `tp`), the layers split over `pp` stages: the largest stage.
 */
export function kvBytesPerTokenPerRank(model: LlmSpec, kv: string, tp: number, pp = 1): number {
  const stageShare = Math.ceil(model.layers / pp) / model.layers;
  return (kvBytesPerToken(model, kv, tp) / tp) * stageShare;
}

/** Bytes that a sequence of `contextTokens` holds, all ranks together, recurrent state included. */
export function kvBytesOfSequence(model: LlmSpec, kv: string, contextTokens: number, tp = 1): number {
  const growing = kvLayerGroups(model, kv, tp).reduce((sum, g) => {
    const kept = Math.min(contextTokens, g.windowTokens);
    return sum + g.layers * (kept * g.bytesPerToken + contextTokens * g.bytesPerOldToken);
  }, 0);
  return growing + stateBytesPerSequence(model);
}

/**
 * Bytes of recurrent state (linear attention, state spaces) that a sequence holds, all layers; 0 for plain
 * attention.
 */
export function stateBytesPerSequence(model: LlmSpec): number {
  return model.attention.reduce((sum, group) => sum + group.layers * layerStateBytes(group), 0);
}

function layerStateBytes(group: AttentionLayers): number {
  const linear = group.linear;
  if (linear === undefined) return group.stateBytes ?? 0;
  const state = linear.valueHeads * linear.keyHeadDim * linear.valueHeadDim;
  const keys = linear.keyHeads * linear.keyHeadDim;
  const channels = 2 * keys + linear.valueHeads * linear.valueHeadDim;
  return state * STATE_ELEMENT_BYTES + channels * (linear.convKernel - 1) * CONV_ELEMENT_BYTES;
}

/** An index key in fp8 with its fp32 scale. */
function indexBytes(group: AttentionLayers): number {
  return group.indexKeyDim === undefined ? 0 : group.indexKeyDim + 4;
}
