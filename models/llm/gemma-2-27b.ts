import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Gemma-2-27B. */
export const gemma227b: LlmSpec = {
  id: 'gemma-2-27b',
  name: 'Gemma-2-27B',
  huggingFace: ['google/gemma-2-27b-it', 'google/gemma-2-27b'],
  layers: 46,
  hiddenSize: 4608,
  attentionHeads: 32,
  kvHeads: 16,
  headDim: 128,
  intermediateSize: 36864,
  gatedMlp: true,
  vocabSize: 256000,
  tiedEmbeddings: true,
  maxContextTokens: 8192,
  qkNorm: true,
  attention: [
    { layers: 23, kind: 'sliding', windowTokens: 4096 },
    { layers: 23, kind: 'full' },
  ],
  nativePrecision: 'bf16',
  publishedParamsB: 27.2,
  sources: [recalled('google/gemma-2-27b-it')],
  notes: 'Every other layer has a window.',
};
