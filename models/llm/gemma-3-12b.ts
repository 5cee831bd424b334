import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Gemma-3-12B. */
export const gemma312b: LlmSpec = {
  id: 'gemma-3-12b',
  name: 'Gemma-3-12B',
  huggingFace: ['google/gemma-3-12b-it', 'google/gemma-3-12b-pt'],
  layers: 48,
  hiddenSize: 3840,
  attentionHeads: 16,
  kvHeads: 8,
  headDim: 256,
  intermediateSize: 15360,
  gatedMlp: true,
  vocabSize: 262208,
  tiedEmbeddings: true,
  maxContextTokens: 131072,
  qkNorm: true,
  attention: [
    { layers: 40, kind: 'sliding', windowTokens: 1024 },
    { layers: 8, kind: 'full' },
  ],
  nativePrecision: 'bf16',
  publishedParamsB: 11.771,
  sources: [litgpt('Gemma-3-12b-it')],
  notes: 'Text model.',
};
