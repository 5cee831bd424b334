import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-4-Maverick-17B-128E. */
export const llama4Maverick: LlmSpec = {
  id: 'llama-4-maverick',
  name: 'Llama-4-Maverick-17B-128E',
  huggingFace: [
    'meta-llama/Llama-4-Maverick-17B-128E-Instruct',
    'meta-llama/Llama-4-Maverick-17B-128E',
    'meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8',
  ],
  layers: 48,
  hiddenSize: 5120,
  attentionHeads: 40,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 16384,
  gatedMlp: true,
  vocabSize: 202048,
  tiedEmbeddings: false,
  maxContextTokens: 1048576,
  qkNorm: false,
  attention: [
    { layers: 36, kind: 'chunked', windowTokens: 8192 },
    { layers: 12, kind: 'full' },
  ],
  moe: { experts: 128, expertsPerToken: 1, expertIntermediateSize: 8192, sharedExperts: 1, denseLayers: 24 },
  nativePrecision: 'bf16',
  publishedParamsB: 400,
  sources: [aiConfigurator('meta-llama--Llama-4-Maverick-17B-128E-Instruct')],
};
