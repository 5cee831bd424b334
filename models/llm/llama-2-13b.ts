import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-2-13B. */
export const llama213b: LlmSpec = {
  id: 'llama-2-13b',
  name: 'Llama-2-13B',
  huggingFace: ['meta-llama/Llama-2-13b-hf', 'meta-llama/Llama-2-13b-chat-hf'],
  layers: 40,
  hiddenSize: 5120,
  attentionHeads: 40,
  kvHeads: 40,
  headDim: 128,
  intermediateSize: 13824,
  gatedMlp: true,
  vocabSize: 32000,
  tiedEmbeddings: false,
  maxContextTokens: 4096,
  qkNorm: false,
  attention: [{ layers: 40, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 13.016,
  sources: [litgpt('Llama-2-13b-hf')],
};
