import { inferenceSim } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Mistral-Nemo-Instruct-2407. */
export const mistralNemo12b: LlmSpec = {
  id: 'mistral-nemo-12b',
  name: 'Mistral-Nemo-Instruct-2407',
  huggingFace: ['mistralai/Mistral-Nemo-Instruct-2407', 'mistralai/Mistral-Nemo-Base-2407'],
  layers: 40,
  hiddenSize: 5120,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 14336,
  gatedMlp: true,
  vocabSize: 131072,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 40, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 12.248,
  sources: [inferenceSim('mistral-nemo-instruct-2407')],
};
