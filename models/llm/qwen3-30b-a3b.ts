import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-30B-A3B. */
export const qwen330bA3b: LlmSpec = {
  id: 'qwen3-30b-a3b',
  name: 'Qwen3-30B-A3B',
  huggingFace: ['Qwen/Qwen3-30B-A3B', 'Qwen/Qwen3-30B-A3B-FP8', 'Qwen/Qwen3-30B-A3B-Instruct-2507'],
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 32,
  kvHeads: 4,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: false,
  maxContextTokens: 40960,
  qkNorm: true,
  attention: [{ layers: 48, kind: 'full' }],
  moe: { experts: 128, expertsPerToken: 8, expertIntermediateSize: 768, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 30.5,
  sources: [aiConfigurator('Qwen--Qwen3-30B-A3B')],
};
