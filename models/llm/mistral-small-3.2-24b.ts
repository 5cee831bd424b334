import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Mistral-Small-3.2-24B. */
export const mistralSmall3224b: LlmSpec = {
  id: 'mistral-small-3.2-24b',
  name: 'Mistral-Small-3.2-24B',
  huggingFace: [
    'mistralai/Mistral-Small-3.2-24B-Instruct-2506',
    'mistralai/Mistral-Small-3.1-24B-Instruct-2503',
  ],
  layers: 40,
  hiddenSize: 5120,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 32768,
  gatedMlp: true,
  vocabSize: 131072,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 40, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 24.0,
  extraParams: 440_000_000,
  sources: [recalled('mistralai/Mistral-Small-3.2-24B-Instruct-2506')],
  notes: 'extraParams: the vision tower.',
};
