import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-32B. */
export const qwen332b: LlmSpec = {
  id: 'qwen3-32b',
  name: 'Qwen3-32B',
  huggingFace: ['Qwen/Qwen3-32B', 'Qwen/Qwen3-32B-FP8', 'Qwen/Qwen3-32B-AWQ'],
  layers: 64,
  hiddenSize: 5120,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 25600,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: false,
  maxContextTokens: 40960,
  qkNorm: true,
  attention: [{ layers: 64, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 32.8,
  sources: [aiConfigurator('Qwen--Qwen3-32B')],
};
