import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen2.5-1.5B. */
export const qwen2515b: LlmSpec = {
  id: 'qwen2.5-1.5b',
  name: 'Qwen2.5-1.5B',
  huggingFace: ['Qwen/Qwen2.5-1.5B-Instruct', 'Qwen/Qwen2.5-1.5B'],
  layers: 28,
  hiddenSize: 1536,
  attentionHeads: 12,
  kvHeads: 2,
  headDim: 128,
  intermediateSize: 8960,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: true,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 28, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 1.544,
  sources: [recalled('Qwen/Qwen2.5-1.5B-Instruct')],
};
