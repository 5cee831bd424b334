import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** BLOOM-176B. */
export const bloom176b: LlmSpec = {
  id: 'bloom-176b',
  name: 'BLOOM-176B',
  huggingFace: ['bigscience/bloom'],
  layers: 70,
  hiddenSize: 14336,
  attentionHeads: 112,
  kvHeads: 112,
  headDim: 128,
  intermediateSize: 57344,
  gatedMlp: false,
  vocabSize: 250880,
  tiedEmbeddings: true,
  maxContextTokens: 2048,
  qkNorm: false,
  attention: [{ layers: 70, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 176.247,
  sources: [config('splitwise-sim@8f99e7d bloom-176b.yaml; vocabulary and tying: bigscience/bloom config')],
};
