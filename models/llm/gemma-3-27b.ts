import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Gemma-3-27B. */
export const gemma327b: LlmSpec = {
  id: 'gemma-3-27b',
  name: 'Gemma-3-27B',
  huggingFace: ['google/gemma-3-27b-it', 'google/gemma-3-27b-pt'],
  layers: 62,
  hiddenSize: 5376,
  attentionHeads: 32,
  kvHeads: 16,
  headDim: 128,
  intermediateSize: 21504,
  gatedMlp: true,
  vocabSize: 262208,
  tiedEmbeddings: true,
  maxContextTokens: 131072,
  qkNorm: true,
  attention: [
    { layers: 52, kind: 'sliding', windowTokens: 1024 },
    { layers: 10, kind: 'full' },
  ],
  nativePrecision: 'bf16',
  publishedParamsB: 27.016,
  sources: [litgpt('Gemma-3-27b-it')],
  notes: 'Text model.',
};
