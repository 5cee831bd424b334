import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-4B. */
export const qwen34b: LlmSpec = {
  id: 'qwen3-4b',
  name: 'Qwen3-4B',
  huggingFace: ['Qwen/Qwen3-4B', 'Qwen/Qwen3-4B-Instruct-2507'],
  layers: 36,
  hiddenSize: 2560,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 9728,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: true,
  maxContextTokens: 40960,
  qkNorm: true,
  attention: [{ layers: 36, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 4.02,
  sources: [recalled('Qwen/Qwen3-4B')],
};
