import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Granite-3.1-8B. */
export const granite318b: LlmSpec = {
  id: 'granite-3.1-8b',
  name: 'Granite-3.1-8B',
  huggingFace: ['ibm-granite/granite-3.1-8b-instruct', 'ibm-granite/granite-3.1-8b-base'],
  layers: 40,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 12800,
  gatedMlp: true,
  vocabSize: 49155,
  tiedEmbeddings: true,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 40, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 8.17,
  sources: [recalled('ibm-granite/granite-3.1-8b-instruct')],
};
