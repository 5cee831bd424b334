import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Mistral-7B-v0.3. */
export const mistral7bV03: LlmSpec = {
  id: 'mistral-7b-v0.3',
  name: 'Mistral-7B-v0.3',
  huggingFace: ['mistralai/Mistral-7B-Instruct-v0.3', 'mistralai/Mistral-7B-v0.3'],
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 14336,
  gatedMlp: true,
  vocabSize: 32768,
  tiedEmbeddings: false,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 32, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 7.248,
  sources: [recalled('mistralai/Mistral-7B-Instruct-v0.3')],
};
