/**
 * Everything of a step but attention over the KV cache: projections, MLPs, experts, norms, collectives. It
 * depends only on the number of tokens, so that it can be tabulated. The language-model head depends on the
 * rows that are sampled.
 */
import { elementwiseBytesPerToken } from '../../models/coefficients/elementwise.ts';
import { moeLayers } from '../../models/params.ts';
import type { AttentionLayers, LlmSpec } from '../../models/schema.ts';
import type { Deployment } from './deployment.ts';
import type { Hardware } from './hardware.ts';
import type { Kernels } from './kernels.ts';
import { type AllReduce, allReduceOf, allReduceUs, gatherUs } from './operators/collectives.ts';
import { elementwiseUs } from './operators/elementwise.ts';
import { exchangeUs } from './operators/expert-exchange.ts';
import { gemmUs } from './operators/gemm.ts';
import { linearProjectionUs } from './operators/linear-attention.ts';
import { moeUs } from './operators/moe.ts';

/** What the composition needs, gathered once. */
export interface LayerContext {
  readonly deployment: Deployment;
  readonly hardware: Hardware;
  readonly kernels: Kernels;
  readonly reduce: AllReduce;
}

/** Gathers what the composition needs. */
export function layerContext(deployment: Deployment, hardware: Hardware, kernels: Kernels): LayerContext {
  return {
    deployment,
    hardware,
    kernels,
    reduce: allReduceOf(hardware, deployment.tp, deployment.enforceEager, kernels.collectives),
  };
}

/** Query heads and KV heads of a group on one rank; KV heads are replicated when ranks outnumber them. */
export function rankHeads(model: LlmSpec, group: AttentionLayers, tp: number): { query: number; kv: number } {
  return {
    query: Math.max(1, model.attentionHeads / tp),
    kv: Math.max(1, (group.kvHeads ?? model.kvHeads) / tp),
  };
}

/** Time in µs of all layers but attention proper for `tokens` tokens on this rank; 0 for none. */
export function layersUs(context: LayerContext, tokens: number): number {
  if (tokens <= 0) return 0;
  const { model, dp } = context.deployment;
  const { hardware } = context;
  const hiddenBytes = tokens * model.hiddenSize * 2;
  const expertLayers = moeLayers(model);
  const denseLayers = (model.mlpLayers ?? model.layers) - expertLayers;
  let us = 0;
  for (const group of model.attention) us += group.layers * projectionsUs(context, group, tokens);
  us += 2 * model.layers * elementwiseUs(hardware, 4 * hiddenBytes);
  us += denseLayers * denseMlpUs(context, model.intermediateSize, tokens);
  if (expertLayers > 0) us += expertLayers * expertLayerUs(context, tokens);
  // One after attention, one after the MLP (experts under data parallelism exchange instead), one embedding.
  const reductions = model.layers + denseLayers + (dp === 1 ? expertLayers : 0) + 1;
  return us + reductions * allReduceUs(context.reduce, hiddenBytes);
}

/**
 * Time in µs of final norm, language-model head and gathering of logits for `rows` sampled rows among
 * `tokens`.
 */
export function headUs(context: LayerContext, rows: number): number {
  const { model, tp } = context.deployment;
  const { hardware, kernels } = context;
  return (
    gemmUs(kernels.plain, rows, model.vocabSize / tp, model.hiddenSize) +
    gatherUs(hardware, 'allGather', tp, rows * model.vocabSize * 2)
  );
}

/** Final norm and sampler input for `tokens` tokens. */
export function finalNormUs(context: LayerContext, tokens: number): number {
  return 2 * elementwiseUs(context.hardware, tokens * context.deployment.model.hiddenSize * 4);
}

function projectionsUs(context: LayerContext, group: AttentionLayers, rows: number): number {
  const { model, tp } = context.deployment;
  const { hardware, kernels } = context;
  if (group.linear !== undefined) {
    return linearProjectionUs(kernels.dense, hardware, group.linear, model.hiddenSize, tp, rows);
  }
  if (group.kind === 'mla' && model.mla !== undefined) return mlaProjectionsUs(context, rows);
  const heads = rankHeads(model, group, tp);
  const headDim = group.headDim ?? model.headDim;
  const valueDim = group.valueHeadDim ?? group.headDim ?? model.valueHeadDim ?? headDim;
  const gates = model.outputGate === true ? heads.query * valueDim : 0;
  const columns = heads.query * headDim + heads.kv * (headDim + valueDim) + gates;
  const bytes = elementwiseBytesPerToken(model.hiddenSize, headDim, heads, 0);
  const rotary = elementwiseUs(hardware, rows * bytes.rotary);
  return (
    gemmUs(kernels.dense, rows, columns, model.hiddenSize) +
    gemmUs(kernels.dense, rows, model.hiddenSize, heads.query * valueDim) +
    rotary * (model.qkNorm ? 2 : 1)
  );
}

function mlaProjectionsUs(context: LayerContext, rows: number): number {
  const { model, tp } = context.deployment;
  const { hardware, kernels } = context;
  const mla = model.mla!;
  const heads = model.attentionHeads / tp;
  const queryWidth = heads * (mla.nopeHeadDim + mla.ropeHeadDim);
  const latent = mla.kvLoraRank + mla.ropeHeadDim;
  const down = latent + (mla.qLoraRank ?? queryWidth);
  const up = mla.qLoraRank === null ? 0 : gemmUs(kernels.dense, rows, queryWidth, mla.qLoraRank);
  return (
    gemmUs(kernels.dense, rows, down, model.hiddenSize) +
    up +
    gemmUs(kernels.dense, rows, model.hiddenSize, heads * mla.valueHeadDim) +
    2 * elementwiseUs(hardware, rows * down * 4) +
    elementwiseUs(hardware, rows * queryWidth * 4)
  );
}

/** A dense MLP of full width `width`, split over the tensor-parallel ranks. */
function denseMlpUs(context: LayerContext, width: number, rows: number): number {
  if (width <= 0) return 0;
  const { model, tp } = context.deployment;
  const { hardware, kernels } = context;
  const own = width / tp;
  const inward = model.gatedMlp ? 2 : 1;
  return (
    gemmUs(kernels.dense, rows, inward * own, model.hiddenSize) +
    gemmUs(kernels.dense, rows, model.hiddenSize, own) +
    elementwiseUs(hardware, rows * own * (inward + 1) * 2)
  );
}

function expertLayerUs(context: LayerContext, rows: number): number {
  const { model, tp, dp, ep } = context.deployment;
  const { hardware, kernels } = context;
  const moe = model.moe!;
  const ranks = tp * dp;
  const hiddenSize = moe.latentSize ?? model.hiddenSize;
  const sharedWidth = moe.sharedIntermediateSize ?? moe.sharedExperts * moe.expertIntermediateSize;
  const router = gemmUs(kernels.plain, rows * dp, moe.experts, model.hiddenSize);
  const routed = moeUs(
    kernels.moe.coefficients,
    hardware,
    kernels.moe.format,
    {
      hiddenSize,
      expertWidth: moe.expertIntermediateSize,
      experts: moe.experts,
      expertsPerToken: moe.expertsPerToken,
      matrices: model.gatedMlp ? 3 : 2,
      expertRanks: ep,
      tensorRanks: Math.max(1, ranks / ep),
      evenLoads: kernels.moe.evenLoads,
    },
    rows * dp,
  );
  const exchange =
    dp === 1
      ? 0
      : exchangeUs(
          hardware,
          {
            hiddenSize,
            expertsPerToken: moe.expertsPerToken,
            dp,
            ranks,
            deepEp: ep > hardware.gpu.gpusPerNode,
          },
          rows,
        );
  return router + routed + exchange + denseMlpUs(context, sharedWidth, rows);
}
