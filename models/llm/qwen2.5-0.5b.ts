import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen2.5-0.5B. */
export const qwen2505b: LlmSpec = {
  id: 'qwen2.5-0.5b',
  name: 'Qwen2.5-0.5B',
  huggingFace: ['Qwen/Qwen2.5-0.5B-Instruct', 'Qwen/Qwen2.5-0.5B'],
  layers: 24,
  hiddenSize: 896,
  attentionHeads: 14,
  kvHeads: 2,
  headDim: 64,
  intermediateSize: 4864,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: true,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 24, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 0.494,
  sources: [recalled('Qwen/Qwen2.5-0.5B-Instruct')],
};
