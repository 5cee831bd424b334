import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-235B-A22B. */
export const qwen3235bA22b: LlmSpec = {
  id: 'qwen3-235b-a22b',
  name: 'Qwen3-235B-A22B',
  huggingFace: ['Qwen/Qwen3-235B-A22B', 'Qwen/Qwen3-235B-A22B-FP8', 'Qwen/Qwen3-235B-A22B-Instruct-2507'],
  layers: 94,
  hiddenSize: 4096,
  attentionHeads: 64,
  kvHeads: 4,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: false,
  maxContextTokens: 40960,
  qkNorm: true,
  attention: [{ layers: 94, kind: 'full' }],
  moe: { experts: 128, expertsPerToken: 8, expertIntermediateSize: 1536, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 235,
  sources: [aiConfigurator('Qwen--Qwen3-235B-A22B')],
};
