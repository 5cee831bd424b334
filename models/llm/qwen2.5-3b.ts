import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen2.5-3B. */
export const qwen253b: LlmSpec = {
  id: 'qwen2.5-3b',
  name: 'Qwen2.5-3B',
  huggingFace: ['Qwen/Qwen2.5-3B-Instruct', 'Qwen/Qwen2.5-3B'],
  layers: 36,
  hiddenSize: 2048,
  attentionHeads: 16,
  kvHeads: 2,
  headDim: 128,
  intermediateSize: 11008,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: true,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 36, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 3.086,
  sources: [recalled('Qwen/Qwen2.5-3B-Instruct')],
};
