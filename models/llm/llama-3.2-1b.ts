import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-3.2-1B. */
export const llama321b: LlmSpec = {
  id: 'llama-3.2-1b',
  name: 'Llama-3.2-1B',
  huggingFace: ['meta-llama/Llama-3.2-1B-Instruct', 'meta-llama/Llama-3.2-1B'],
  layers: 16,
  hiddenSize: 2048,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 64,
  intermediateSize: 8192,
  gatedMlp: true,
  vocabSize: 128256,
  tiedEmbeddings: true,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 16, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 1.236,
  sources: [recalled('meta-llama/Llama-3.2-1B-Instruct')],
};
