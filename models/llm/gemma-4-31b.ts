import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Gemma-4-31B. */
export const gemma431b: LlmSpec = {
  id: 'gemma-4-31b',
  name: 'Gemma-4-31B',
  huggingFace: ['google/gemma-4-31B-it', 'google/gemma-4-31B', 'nvidia/Gemma-4-31B-IT-NVFP4'],
  layers: 60,
  hiddenSize: 5376,
  attentionHeads: 32,
  kvHeads: 16,
  headDim: 256,
  intermediateSize: 21504,
  gatedMlp: true,
  vocabSize: 262144,
  tiedEmbeddings: true,
  maxContextTokens: 262144,
  qkNorm: true,
  attention: [
    { layers: 50, kind: 'sliding', windowTokens: 1024 },
    { layers: 10, kind: 'full', kvHeads: 4, headDim: 512, sharedKeyValue: true },
  ],
  nativePrecision: 'bf16',
  publishedParamsB: 30.7,
  sources: [aiConfigurator('nvidia--Gemma-4-31B-IT-NVFP4')],
  notes: 'Text model. Global layers have 4 KV heads of 512, keys serving as values.',
};
