import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen2.5-72B. */
export const qwen2572b: LlmSpec = {
  id: 'qwen2.5-72b',
  name: 'Qwen2.5-72B',
  huggingFace: ['Qwen/Qwen2.5-72B', 'Qwen/Qwen2.5-72B-Instruct'],
  layers: 80,
  hiddenSize: 8192,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 29568,
  gatedMlp: true,
  vocabSize: 152064,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 80, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 72.706,
  sources: [litgpt('Qwen2.5-72B')],
};
