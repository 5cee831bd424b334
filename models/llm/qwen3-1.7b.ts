import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-1.7B. */
export const qwen317b: LlmSpec = {
  id: 'qwen3-1.7b',
  name: 'Qwen3-1.7B',
  huggingFace: ['Qwen/Qwen3-1.7B'],
  layers: 28,
  hiddenSize: 2048,
  attentionHeads: 16,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 6144,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: true,
  maxContextTokens: 40960,
  qkNorm: true,
  attention: [{ layers: 28, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 1.7,
  sources: [aiConfigurator('Qwen--Qwen3-1.7B')],
};
