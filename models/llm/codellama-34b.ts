import { inferenceSim } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** CodeLlama-34B. */
export const codellama34b: LlmSpec = {
  id: 'codellama-34b',
  name: 'CodeLlama-34B',
  huggingFace: ['codellama/CodeLlama-34b-Instruct-hf', 'codellama/CodeLlama-34b-hf'],
  layers: 48,
  hiddenSize: 8192,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 22016,
  gatedMlp: true,
  vocabSize: 32000,
  tiedEmbeddings: false,
  maxContextTokens: 16384,
  qkNorm: false,
  attention: [{ layers: 48, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 33.744,
  sources: [inferenceSim('codellama-34b-instruct-hf')],
};
