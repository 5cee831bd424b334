import { inferenceSim } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen2.5-7B. */
export const qwen257b: LlmSpec = {
  id: 'qwen2.5-7b',
  name: 'Qwen2.5-7B',
  huggingFace: ['Qwen/Qwen2.5-7B-Instruct', 'Qwen/Qwen2.5-7B', 'Qwen/Qwen2-7B-Instruct'],
  layers: 28,
  hiddenSize: 3584,
  attentionHeads: 28,
  kvHeads: 4,
  headDim: 128,
  intermediateSize: 18944,
  gatedMlp: true,
  vocabSize: 152064,
  tiedEmbeddings: false,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 28, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 7.616,
  sources: [inferenceSim('qwen2.5-7b-instruct')],
};
