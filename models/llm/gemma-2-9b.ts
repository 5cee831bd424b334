import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Gemma-2-9B. */
export const gemma29b: LlmSpec = {
  id: 'gemma-2-9b',
  name: 'Gemma-2-9B',
  huggingFace: ['google/gemma-2-9b-it', 'google/gemma-2-9b'],
  layers: 42,
  hiddenSize: 3584,
  attentionHeads: 16,
  kvHeads: 8,
  headDim: 256,
  intermediateSize: 14336,
  gatedMlp: true,
  vocabSize: 256000,
  tiedEmbeddings: true,
  maxContextTokens: 8192,
  qkNorm: true,
  attention: [
    { layers: 21, kind: 'sliding', windowTokens: 4096 },
    { layers: 21, kind: 'full' },
  ],
  nativePrecision: 'bf16',
  publishedParamsB: 9.24,
  sources: [recalled('google/gemma-2-9b-it')],
  notes: 'Every other layer has a window.',
};
