import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-0.6B. */
export const qwen306b: LlmSpec = {
  id: 'qwen3-0.6b',
  name: 'Qwen3-0.6B',
  huggingFace: ['Qwen/Qwen3-0.6B'],
  layers: 28,
  hiddenSize: 1024,
  attentionHeads: 16,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 3072,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: true,
  maxContextTokens: 40960,
  qkNorm: true,
  attention: [{ layers: 28, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 0.6,
  sources: [aiConfigurator('Qwen--Qwen3-0.6B')],
};
