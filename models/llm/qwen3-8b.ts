import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-8B. */
export const qwen38b: LlmSpec = {
  id: 'qwen3-8b',
  name: 'Qwen3-8B',
  huggingFace: ['Qwen/Qwen3-8B', 'Qwen/Qwen3-8B-FP8', 'Qwen/Qwen3-8B-AWQ'],
  layers: 36,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 12288,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: false,
  maxContextTokens: 40960,
  qkNorm: true,
  attention: [{ layers: 36, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 8.2,
  sources: [aiConfigurator('Qwen--Qwen3-8B')],
};
