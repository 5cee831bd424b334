import { inferenceSim } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-14B. */
export const qwen314b: LlmSpec = {
  id: 'qwen3-14b',
  name: 'Qwen3-14B',
  huggingFace: ['Qwen/Qwen3-14B', 'Qwen/Qwen3-14B-FP8', 'Qwen/Qwen3-14B-AWQ'],
  layers: 40,
  hiddenSize: 5120,
  attentionHeads: 40,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 17408,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: false,
  maxContextTokens: 40960,
  qkNorm: true,
  attention: [{ layers: 40, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 14.8,
  sources: [inferenceSim('qwen3-14b')],
};
