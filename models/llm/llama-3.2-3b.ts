import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-3.2-3B. */
export const llama323b: LlmSpec = {
  id: 'llama-3.2-3b',
  name: 'Llama-3.2-3B',
  huggingFace: ['meta-llama/Llama-3.2-3B-Instruct', 'meta-llama/Llama-3.2-3B'],
  layers: 28,
  hiddenSize: 3072,
  attentionHeads: 24,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 8192,
  gatedMlp: true,
  vocabSize: 128256,
  tiedEmbeddings: true,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 28, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 3.213,
  sources: [recalled('meta-llama/Llama-3.2-3B-Instruct')],
};
