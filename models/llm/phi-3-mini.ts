import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Phi-3-mini-4k. */
export const phi3Mini: LlmSpec = {
  id: 'phi-3-mini',
  name: 'Phi-3-mini-4k',
  huggingFace: ['microsoft/Phi-3-mini-4k-instruct'],
  layers: 32,
  hiddenSize: 3072,
  attentionHeads: 32,
  kvHeads: 32,
  headDim: 96,
  intermediateSize: 8192,
  gatedMlp: true,
  vocabSize: 32064,
  tiedEmbeddings: false,
  maxContextTokens: 4096,
  qkNorm: false,
  attention: [{ layers: 32, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 3.821,
  sources: [litgpt('Phi-3-mini-4k-instruct')],
};
