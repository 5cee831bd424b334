import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen2.5-14B. */
export const qwen2514b: LlmSpec = {
  id: 'qwen2.5-14b',
  name: 'Qwen2.5-14B',
  huggingFace: ['Qwen/Qwen2.5-14B-Instruct', 'Qwen/Qwen2.5-14B'],
  layers: 48,
  hiddenSize: 5120,
  attentionHeads: 40,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 13824,
  gatedMlp: true,
  vocabSize: 152064,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 48, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 14.77,
  sources: [recalled('Qwen/Qwen2.5-14B-Instruct')],
};
