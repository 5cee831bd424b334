/**
 * Weight bytes of a model: in total, and on the fullest rank of a tensor- and pipeline-parallel deployment.
 * Tensor parallelism splits attention by head, MLPs and experts by width, embeddings by vocabulary; KV
 * projections are copied when ranks outnumber KV heads; routers, norms and latent down-projections are copied
 * to every rank. Worked example: Llama-3.1-8B in bf16 is 8.03 B x 2 = 16.06 GB (vLLM logs 14.99 GiB = 16.10
 * GB).
 */
import { assert } from '../src/core/check.ts';
import { type ParamGroups, paramGroups } from './params.ts';
import { type WeightFormatSpec, weightFormat } from './precision.ts';
import type { LlmSpec } from './schema.ts';

const PLAIN_BYTES = 2;

/**
 * How a model is spread. With `ep` above 1 experts are split by expert over that many ranks, attention over
 * `tp`.
 */
export interface WeightSplit {
  readonly tp: number;
  readonly pp?: number;
  readonly ep?: number;
}

/** Bytes of all weights as stored once. */
export function weightBytes(model: LlmSpec, weights: string): number {
  return weightBytesPerRank(model, weights, { tp: 1 });
}

/** Bytes of the weights on the rank that holds most. */
export function weightBytesPerRank(model: LlmSpec, weights: string, split: WeightSplit): number {
  const { tp, pp = 1, ep = 1 } = split;
  assert(tp >= 1 && pp >= 1 && ep >= 1, 'parallel sizes are at least 1');
  const format = weightFormat(weights);
  const groups = paramGroups(model);
  const stageShare = Math.ceil(model.layers / pp) / model.layers;
  return blockBytes(model, groups, format, tp, ep) * stageShare + endBytes(groups, tp, pp);
}

function blockBytes(
  model: LlmSpec,
  groups: ParamGroups,
  format: WeightFormatSpec,
  tp: number,
  ep: number,
): number {
  const kvShare = 1 / Math.min(tp, model.kvHeads);
  const split = (groups.attention + groups.denseMlp + groups.sharedExperts) / tp;
  const dense = split + groups.attentionKv * kvShare + groups.attentionWhole;
  const experts = (groups.routedExperts * expertPadding(model, format)) / Math.max(tp, ep);
  const plain = groups.router + groups.norms + groups.other / tp;
  return dense * format.denseBytes + experts * format.expertBytes + plain * PLAIN_BYTES;
}

/** Embedding on the first stage, head on the last: with one stage both. */
function endBytes(groups: ParamGroups, tp: number, pp: number): number {
  const ends = pp === 1 ? groups.embedding + groups.lmHead : Math.max(groups.embedding, groups.lmHead);
  return (ends / tp) * PLAIN_BYTES;
}

/**
 * Growth of expert matrices by padding of the hidden size: gpt-oss 2880 to 3072, as the logged 64.4 GiB of
 * 120b show.
 */
function expertPadding(model: LlmSpec, format: WeightFormatSpec): number {
  const side = model.hiddenSize;
  return (Math.ceil(side / format.expertPadding) * format.expertPadding) / side;
}

/** Bytes of weights that one decode step of few tokens reads: active parameters only, all ranks together. */
export function activeWeightBytes(model: LlmSpec, weights: string): number {
  const moe = model.moe;
  if (moe === undefined) return weightBytes(model, weights);
  const format = weightFormat(weights);
  const idle = 1 - moe.expertsPerToken / moe.experts;
  const idleBytes = paramGroups(model).routedExperts * idle * format.expertBytes;
  return weightBytes(model, weights) - idleBytes * expertPadding(model, format);
}
