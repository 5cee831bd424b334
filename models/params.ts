/**
 * Parameters of a model from its shape, in groups that share a fate: how they are quantised and how tensor
 * parallelism splits them. Biases (below 0.05 % of any catalogue model) and quantisation scales are left out.
 * Worked example: Llama-3.1-8B, 2 x 525.3 M embeddings + 32 layers x (41.9 M attention + 176.2 M MLP) = 8.03
 * B.
 */
import type { AttentionLayers, LinearAttention, LlmSpec } from './schema.ts';

/** Parameter counts of the whole model. */
export interface ParamGroups {
  readonly embedding: number;
  /** 0 when tied to the embedding. */
  readonly lmHead: number;
  /** Attention matrices that tensor parallelism splits by head, linear attention included. */
  readonly attention: number;
  /** Key and value projections of grouped-query attention: split no further than into KV heads. */
  readonly attentionKv: number;
  /** Attention matrices that every rank holds in full: latent down-projections, indexers. */
  readonly attentionWhole: number;
  readonly denseMlp: number;
  readonly routedExperts: number;
  readonly sharedExperts: number;
  readonly router: number;
  readonly norms: number;
  /** What the shape does not describe (`extraParams`). */
  readonly other: number;
}

/** Counts the parameters by group. */
export function paramGroups(model: LlmSpec): ParamGroups {
  const embedding = model.vocabSize * model.hiddenSize;
  const attention = attentionParams(model);
  return {
    embedding,
    lmHead: model.tiedEmbeddings ? 0 : embedding,
    attention: attention.byHead,
    attentionKv: attention.kv,
    attentionWhole: attention.whole,
    ...mlpParams(model),
    norms: normParams(model),
    other: model.extraParams ?? 0,
  };
}

/** All parameters that serving loads. */
export function totalParams(model: LlmSpec): number {
  const g = paramGroups(model);
  const attention = g.attention + g.attentionKv + g.attentionWhole;
  const mlp = g.denseMlp + g.routedExperts + g.sharedExperts + g.router;
  return g.embedding + g.lmHead + attention + mlp + g.norms + g.other;
}

/** Parameters that take part in one token: all but the experts it is not routed to. */
export function activeParams(model: LlmSpec): number {
  if (model.moe === undefined) return totalParams(model);
  const idle = 1 - model.moe.expertsPerToken / model.moe.experts;
  return totalParams(model) - paramGroups(model).routedExperts * idle;
}

/** Layers with routed experts. */
export function moeLayers(model: LlmSpec): number {
  return model.moe === undefined ? 0 : (model.mlpLayers ?? model.layers) - model.moe.denseLayers;
}

/** Layers with a plain MLP. */
export function denseMlpLayers(model: LlmSpec): number {
  return model.moe === undefined ? (model.mlpLayers ?? model.layers) : model.moe.denseLayers;
}

/** Width of all shared experts of a layer together. */
export function sharedExpertWidth(model: LlmSpec): number {
  const moe = model.moe;
  if (moe === undefined || moe.sharedExperts === 0) return 0;
  return moe.sharedIntermediateSize ?? moe.sharedExperts * moe.expertIntermediateSize;
}

function mlpParams(
  model: LlmSpec,
): Pick<ParamGroups, 'denseMlp' | 'routedExperts' | 'sharedExperts' | 'router'> {
  const hidden = model.hiddenSize;
  const matrices = model.gatedMlp ? 3 : 2;
  const denseMlp = denseMlpLayers(model) * matrices * hidden * model.intermediateSize;
  const moe = model.moe;
  if (moe === undefined) return { denseMlp, routedExperts: 0, sharedExperts: 0, router: 0 };
  const layers = moeLayers(model);
  const latent = moe.latentSize;
  const expertInput = latent ?? hidden;
  return {
    denseMlp,
    routedExperts: layers * moe.experts * matrices * expertInput * moe.expertIntermediateSize,
    sharedExperts: layers * matrices * hidden * sharedExpertWidth(model),
    router: layers * (hidden * moe.experts + (latent === undefined ? 0 : 2 * hidden * latent)),
  };
}

interface AttentionParams {
  byHead: number;
  kv: number;
  whole: number;
}

function attentionParams(model: LlmSpec): AttentionParams {
  const sum: AttentionParams = { byHead: 0, kv: 0, whole: 0 };
  for (const group of model.attention) {
    const one = layerParams(model, group);
    sum.byHead += group.layers * one.byHead;
    sum.kv += group.layers * one.kv;
    sum.whole += group.layers * one.whole;
  }
  const indexer = model.indexer;
  if (indexer !== undefined) {
    const queryInput = model.mla?.qLoraRank ?? model.hiddenSize;
    const keys = indexer.headDim + indexer.heads;
    sum.whole += indexer.layers * (queryInput * indexer.heads * indexer.headDim + model.hiddenSize * keys);
  }
  return sum;
}

/** Attention parameters of one layer of a group. */
export function layerParams(model: LlmSpec, group: AttentionLayers): AttentionParams {
  if (group.kind === 'linear') {
    const byHead = group.linear === undefined ? 0 : linearParams(model, group.linear);
    return { byHead, kv: 0, whole: 0 };
  }
  if (group.kind === 'mla') return mlaParams(model);
  const hidden = model.hiddenSize;
  const headDim = group.headDim ?? model.headDim;
  const valueDim = group.valueHeadDim ?? group.headDim ?? model.valueHeadDim ?? model.headDim;
  const queries = hidden * model.attentionHeads * headDim * (model.outputGate === true ? 2 : 1);
  const kvHeads = group.kvHeads ?? model.kvHeads;
  const kv = hidden * kvHeads * (headDim + (group.sharedKeyValue === true ? 0 : valueDim));
  return { byHead: queries + model.attentionHeads * valueDim * hidden, kv, whole: 0 };
}

function mlaParams(model: LlmSpec): AttentionParams {
  const mla = model.mla;
  if (mla === undefined) return { byHead: 0, kv: 0, whole: 0 };
  const hidden = model.hiddenSize;
  const heads = model.attentionHeads;
  const queryDim = heads * (mla.nopeHeadDim + mla.ropeHeadDim);
  const latent = mla.kvLoraRank + mla.ropeHeadDim;
  const queryUp = (mla.qLoraRank ?? hidden) * queryDim;
  const kvUp = mla.multiQuery === true ? 0 : mla.kvLoraRank * heads * (mla.nopeHeadDim + mla.valueHeadDim);
  const values = heads * mla.valueHeadDim;
  const gate = model.outputGate === true ? hidden * values : 0;
  const output =
    mla.output === undefined
      ? values * hidden
      : values * mla.output.rank + mla.output.groups * mla.output.rank * hidden;
  return {
    byHead: queryUp + kvUp + gate + output,
    kv: 0,
    whole: hidden * latent + (mla.qLoraRank === null ? 0 : hidden * mla.qLoraRank),
  };
}

function linearParams(model: LlmSpec, linear: LinearAttention): number {
  const hidden = model.hiddenSize;
  const keys = linear.keyHeads * linear.keyHeadDim;
  const values = linear.valueHeads * linear.valueHeadDim;
  const conv = (2 * keys + values) * linear.convKernel;
  const output = values * hidden;
  if (linear.variant === 'gated-deltanet') {
    return hidden * (2 * keys + 2 * values + 2 * linear.valueHeads) + conv + output;
  }
  if (linear.variant === 'mamba2') {
    return hidden * (2 * values + 2 * keys + linear.valueHeads) + conv + output;
  }
  const lowRank = (hidden + values) * linear.valueHeadDim;
  const gates = lowRank + (model.outputGate === true ? hidden * values : lowRank);
  return hidden * (2 * keys + values + linear.valueHeads) + gates + conv + output;
}

function normParams(model: LlmSpec): number {
  const attentionLayers = model.attention.reduce((sum, group) => sum + group.layers, 0);
  const blocks = attentionLayers + (model.mlpLayers ?? model.layers);
  const perHead = model.qkNorm ? 2 * model.headDim * attentionLayers : 0;
  return (blocks + 1) * model.hiddenSize + perHead;
}
