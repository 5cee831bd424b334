import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen2.5-32B. */
export const qwen2532b: LlmSpec = {
  id: 'qwen2.5-32b',
  name: 'Qwen2.5-32B',
  huggingFace: [
    'Qwen/Qwen2.5-32B',
    'Qwen/Qwen2.5-32B-Instruct',
    'Qwen/QwQ-32B',
    'deepseek-ai/DeepSeek-R1-Distill-Qwen-32B',
  ],
  layers: 64,
  hiddenSize: 5120,
  attentionHeads: 40,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 27648,
  gatedMlp: true,
  vocabSize: 152064,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 64, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 32.764,
  sources: [litgpt('Qwen2.5-32B')],
};
