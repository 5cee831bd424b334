import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Mixtral-8x7B-v0.1. */
export const mixtral8x7b: LlmSpec = {
  id: 'mixtral-8x7b',
  name: 'Mixtral-8x7B-v0.1',
  huggingFace: ['mistralai/Mixtral-8x7B-v0.1', 'mistralai/Mixtral-8x7B-Instruct-v0.1'],
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 32000,
  tiedEmbeddings: false,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 32, kind: 'full' }],
  moe: { experts: 8, expertsPerToken: 2, expertIntermediateSize: 14336, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 46.703,
  sources: [aiConfigurator('mistralai--Mixtral-8x7B-v0.1')],
};
