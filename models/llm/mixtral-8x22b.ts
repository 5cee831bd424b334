import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Mixtral-8x22B-v0.1. */
export const mixtral8x22b: LlmSpec = {
  id: 'mixtral-8x22b',
  name: 'Mixtral-8x22B-v0.1',
  huggingFace: ['mistralai/Mixtral-8x22B-v0.1', 'mistralai/Mixtral-8x22B-Instruct-v0.1'],
  layers: 56,
  hiddenSize: 6144,
  attentionHeads: 48,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 32000,
  tiedEmbeddings: false,
  maxContextTokens: 65536,
  qkNorm: false,
  attention: [{ layers: 56, kind: 'full' }],
  moe: { experts: 8, expertsPerToken: 2, expertIntermediateSize: 16384, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 140.6,
  sources: [aiConfigurator('mistralai--Mixtral-8x22B-v0.1')],
};
