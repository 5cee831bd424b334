import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Mistral-7B-v0.1. */
export const mistral7b: LlmSpec = {
  id: 'mistral-7b',
  name: 'Mistral-7B-v0.1',
  huggingFace: ['mistralai/Mistral-7B-v0.1', 'mistralai/Mistral-7B-Instruct-v0.1'],
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 14336,
  gatedMlp: true,
  vocabSize: 32000,
  tiedEmbeddings: false,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 32, kind: 'sliding', windowTokens: 4096 }],
  nativePrecision: 'bf16',
  publishedParamsB: 7.242,
  sources: [config('d-matrix/Mistral config.json on Hugging Face; litgpt@26857050 Mistral-7B-v0.1')],
  notes: 'v0.2 and later have no window.',
};
