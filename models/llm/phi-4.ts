import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Phi-4 14B. */
export const phi4: LlmSpec = {
  id: 'phi-4',
  name: 'Phi-4 14B',
  huggingFace: ['microsoft/phi-4'],
  layers: 40,
  hiddenSize: 5120,
  attentionHeads: 40,
  kvHeads: 10,
  headDim: 128,
  intermediateSize: 17920,
  gatedMlp: true,
  vocabSize: 100352,
  tiedEmbeddings: false,
  maxContextTokens: 16384,
  qkNorm: false,
  attention: [{ layers: 40, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 14.66,
  sources: [litgpt('phi-4')],
};
