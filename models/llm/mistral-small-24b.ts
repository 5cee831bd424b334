import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Mistral-Small-24B-2501. */
export const mistralSmall24b: LlmSpec = {
  id: 'mistral-small-24b',
  name: 'Mistral-Small-24B-2501',
  huggingFace: ['mistralai/Mistral-Small-24B-Instruct-2501', 'mistralai/Mistral-Small-24B-Base-2501'],
  layers: 40,
  hiddenSize: 5120,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 32768,
  gatedMlp: true,
  vocabSize: 131072,
  tiedEmbeddings: false,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 40, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 23.572,
  sources: [config('mistralai/Mistral-Small-24B-Base-2501 config.json, copy in a public derivative')],
};
