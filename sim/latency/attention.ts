/**
 * Attention of a deployment, gathered from its groups of layers into few numbers. Decode: terms of layers
 * that see the whole context, and one entry per window. Prefill: a sum over groups per chunk, and a fixed
 * part once per step. Chunked-local layers count as windows of their chunk's length, an upper bound.
 */
import type { AttentionLayers } from '../../models/schema.ts';
import { type LayerContext, layersUs, rankHeads } from './layers.ts';
import {
  type DecodeAttentionTerms,
  decodeAttentionTerms,
  mixedDecodeTerms,
} from './operators/decode-attention.ts';
import { elementwiseUs } from './operators/elementwise.ts';
import { linearDecodeUs, linearPrefillUs } from './operators/linear-attention.ts';
import { type MlaShape, mlaDecodeTerms, mlaPrefillUs } from './operators/mla.ts';
import { type HeadShape, prefillAttentionUs } from './operators/prefill-attention.ts';

/**
 * Decode attention of all layers: `fixed + perLog log2(1 + c / 128) + perSequence b + sum over windows`.
 * Times in µs.
 */
export interface DecodeAttention {
  fixedUs: number;
  perLogContextUs: number;
  perSequenceUs: number;
  /** Per context token, in layers that see everything. */
  perContextUs: number;
  /** Layers that see at most so many tokens, and their time per token seen. */
  readonly windows: { windowTokens: number; perContextUs: number }[];
}

/** Models with attention sinks, which FlashAttention 2 lacks: vLLM runs them through its Triton kernel. */
const ATTENTION_SINKS = /^gpt-oss/;

/** Clients of the runs that gave `KvFormatSpec.decodeSlowdown`. */
const SLOWDOWN_ROWS = 32;

const EVERYTHING = Number.POSITIVE_INFINITY;

/** Decode attention in pure decode steps, or in steps that hold prompt chunks too. */
export function decodeAttention(context: LayerContext, mixed: boolean): DecodeAttention {
  const sum: DecodeAttention = {
    fixedUs: 0,
    perLogContextUs: 0,
    perSequenceUs: 0,
    perContextUs: 0,
    windows: [],
  };
  for (const group of context.deployment.model.attention) {
    if (group.kind === 'linear') {
      const { layers, linear } = group;
      sum.fixedUs += layers * elementwiseUs(context.hardware, 0);
      if (linear !== undefined) {
        sum.perSequenceUs += layers * linearDecodeUs(context.hardware, linear, context.deployment.tp);
      }
    } else {
      addGroup(sum, groupDecodeTerms(context, group, mixed), group.layers, windowOf(context, group));
      sum.perContextUs += indexerPerContextUs(context, group);
    }
  }
  const { kvSlowdown } = context.kernels;
  if (kvSlowdown > 1) sum.fixedUs += (kvSlowdown - 1) * layersUs(context, SLOWDOWN_ROWS);
  return sum;
}

function addGroup(sum: DecodeAttention, terms: DecodeAttentionTerms, layers: number, window: number): void {
  sum.fixedUs += layers * terms.fixedUs;
  sum.perSequenceUs += layers * terms.perSequenceUs;
  if (window === EVERYTHING) {
    sum.perLogContextUs += layers * terms.perLogContextUs;
    sum.perContextUs += layers * terms.perContextUs;
    return;
  }
  // A window's split-KV part is that of a full window.
  sum.fixedUs += layers * terms.perLogContextUs * Math.log2(1 + window / 128);
  sum.windows.push({ windowTokens: window, perContextUs: layers * terms.perContextUs });
}

function groupDecodeTerms(
  context: LayerContext,
  group: AttentionLayers,
  mixed: boolean,
): DecodeAttentionTerms {
  const { kernels, hardware } = context;
  if (group.kind === 'mla') {
    const smallGemmUs = kernels.plain.coefficients.fixedUs;
    const terms = mlaDecodeTerms(kernels.mlaDecode, hardware, mlaShape(context, group), smallGemmUs);
    return scaled(terms, kernels.kvFactor);
  }
  const shape = headShape(context, group);
  const hasSinks = ATTENTION_SINKS.test(context.deployment.model.id);
  if (mixed && hardware.mixedStepPenalty && !hasSinks)
    return scaled(mixedDecodeTerms(kernels.prefill, hardware, shape), kernels.kvFactor);
  return scaled(decodeAttentionTerms(kernels.decode, hardware, shape), kernels.kvFactor);
}

/** Terms that grow with the context, `factor` times as long. */
function scaled(terms: DecodeAttentionTerms, factor: number): DecodeAttentionTerms {
  if (factor === 1) return terms;
  const { perLogContextUs, perContextUs } = terms;
  return { ...terms, perLogContextUs: perLogContextUs * factor, perContextUs: perContextUs * factor };
}

/** Time in µs that a chunk of `tokens` after `prefix` adds, all layers. */
export function prefillChunkUs(context: LayerContext, prefix: number, tokens: number): number {
  const { hardware, kernels, deployment } = context;
  let us = 0;
  for (const group of deployment.model.attention) {
    if (group.kind === 'linear') {
      if (group.linear !== undefined) {
        us += group.layers * linearPrefillUs(hardware, group.linear, deployment.tp, tokens);
      }
    } else if (group.kind === 'mla') {
      const shape = mlaShape(context, group);
      us += group.layers * mlaPrefillUs(kernels.mlaPrefill, hardware, shape, kernels.dense, prefix, tokens);
      us += indexerPerContextUs(context, group) * (prefix + tokens);
    } else {
      us +=
        group.layers *
        prefillAttentionUs(kernels.prefill, hardware, headShape(context, group), prefix, tokens);
    }
  }
  return us;
}

/** Fixed time in µs of the prefill kernels of all layers, paid once by a step that holds chunks. */
export function prefillFixedUs(context: LayerContext): number {
  const { kernels, hardware, deployment } = context;
  let us = 0;
  for (const group of deployment.model.attention) {
    if (group.kind === 'linear') us += group.layers * elementwiseUs(hardware, 0);
    else if (group.kind === 'mla') us += group.layers * kernels.mlaPrefill.fixedUs;
    else us += group.layers * kernels.prefill.fixedUs;
  }
  return us;
}

function headShape(context: LayerContext, group: AttentionLayers): HeadShape {
  const { model, tp } = context.deployment;
  const heads = rankHeads(model, group, tp);
  const keyDim = group.headDim ?? model.headDim;
  const valueDim = group.valueHeadDim ?? group.headDim ?? model.valueHeadDim ?? keyDim;
  return {
    queryHeads: heads.query,
    kvHeads: heads.kv,
    headDim: (keyDim + valueDim) / 2,
    kvBytes: context.kernels.kvBytes,
    windowTokens: windowOf(context, group),
  };
}

function mlaShape(context: LayerContext, group: AttentionLayers): MlaShape {
  const { model, tp } = context.deployment;
  const mla = model.mla!;
  return {
    heads: model.attentionHeads / tp,
    latentRank: mla.kvLoraRank,
    ropeHeadDim: mla.ropeHeadDim,
    nopeHeadDim: mla.nopeHeadDim,
    valueHeadDim: mla.valueHeadDim,
    kvBytes: context.kernels.kvBytes,
    windowTokens: windowOf(context, group),
  };
}

/** Tokens that a query of the group attends to at most. */
function windowOf(context: LayerContext, group: AttentionLayers): number {
  if (group.kind === 'mla') {
    const { indexer } = context.deployment.model;
    const selected = indexer === undefined ? EVERYTHING : indexer.topK;
    return group.windowTokens === undefined ? selected : group.windowTokens + selected;
  }
  return group.windowTokens ?? EVERYTHING;
}

/**
 * Reading index keys of the whole context (sparse attention), µs per context token, the group's layers
 * together.
 */
function indexerPerContextUs(context: LayerContext, group: AttentionLayers): number {
  const keyBytes = group.indexKeyDim ?? 0;
  if (keyBytes === 0) return 0;
  const entries = 1 / Math.max(1, group.tokensPerEntry ?? 1);
  const { hardware } = context;
  return group.layers * entries * (elementwiseUs(hardware, keyBytes) - elementwiseUs(hardware, 0));
}
