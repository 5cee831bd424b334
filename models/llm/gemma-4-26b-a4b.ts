import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Gemma-4-26B-A4B. */
export const gemma426bA4b: LlmSpec = {
  id: 'gemma-4-26b-a4b',
  name: 'Gemma-4-26B-A4B',
  huggingFace: ['google/gemma-4-26B-A4B', 'google/gemma-4-26B-A4B-it'],
  layers: 30,
  hiddenSize: 2816,
  attentionHeads: 16,
  kvHeads: 8,
  headDim: 256,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 262144,
  tiedEmbeddings: true,
  maxContextTokens: 262144,
  qkNorm: true,
  attention: [
    { layers: 25, kind: 'sliding', windowTokens: 1024 },
    { layers: 5, kind: 'full', kvHeads: 2, headDim: 512, sharedKeyValue: true },
  ],
  moe: {
    experts: 128,
    expertsPerToken: 8,
    expertIntermediateSize: 704,
    sharedExperts: 1,
    sharedIntermediateSize: 2112,
    denseLayers: 0,
  },
  nativePrecision: 'bf16',
  publishedParamsB: 25.2,
  sources: [aiConfigurator('google--gemma-4-26B-A4B')],
  notes: 'Text model. Global layers have 2 KV heads of 512, keys serving as values.',
};
