import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-4-Scout-17B-16E. */
export const llama4Scout: LlmSpec = {
  id: 'llama-4-scout',
  name: 'Llama-4-Scout-17B-16E',
  huggingFace: ['meta-llama/Llama-4-Scout-17B-16E-Instruct', 'meta-llama/Llama-4-Scout-17B-16E'],
  layers: 48,
  hiddenSize: 5120,
  attentionHeads: 40,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 202048,
  tiedEmbeddings: false,
  maxContextTokens: 10485760,
  qkNorm: false,
  attention: [
    { layers: 36, kind: 'chunked', windowTokens: 8192 },
    { layers: 12, kind: 'full' },
  ],
  moe: { experts: 16, expertsPerToken: 1, expertIntermediateSize: 8192, sharedExperts: 1, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 109,
  sources: [aiConfigurator('meta-llama--Llama-4-Scout-17B-16E-Instruct')],
};
