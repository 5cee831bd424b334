import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Phi-4-mini-instruct. */
export const phi4Mini: LlmSpec = {
  id: 'phi-4-mini',
  name: 'Phi-4-mini-instruct',
  huggingFace: ['microsoft/Phi-4-mini-instruct'],
  layers: 32,
  hiddenSize: 3072,
  attentionHeads: 24,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 8192,
  gatedMlp: true,
  vocabSize: 200064,
  tiedEmbeddings: true,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 32, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 3.836,
  sources: [litgpt('Phi-4-mini-instruct')],
};
