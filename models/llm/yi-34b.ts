import { inferenceSim } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Yi-34B. */
export const yi34b: LlmSpec = {
  id: 'yi-34b',
  name: 'Yi-34B',
  huggingFace: ['01-ai/Yi-34B', '01-ai/Yi-34B-Chat'],
  layers: 60,
  hiddenSize: 7168,
  attentionHeads: 56,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 20480,
  gatedMlp: true,
  vocabSize: 64000,
  tiedEmbeddings: false,
  maxContextTokens: 4096,
  qkNorm: false,
  attention: [{ layers: 60, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 34.389,
  sources: [inferenceSim('yi-34b')],
};
