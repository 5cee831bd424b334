import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-3.1-70B. */
export const llama3170b: LlmSpec = {
  id: 'llama-3.1-70b',
  name: 'Llama-3.1-70B',
  huggingFace: [
    'meta-llama/Llama-3.1-70B-Instruct',
    'meta-llama/Llama-3.1-70B',
    'meta-llama/Meta-Llama-3.1-70B',
    'meta-llama/Meta-Llama-3.1-70B-Instruct',
    'nvidia/Llama-3.1-70B-Instruct-FP8',
  ],
  layers: 80,
  hiddenSize: 8192,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 28672,
  gatedMlp: true,
  vocabSize: 128256,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 80, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 70.554,
  sources: [aiConfigurator('meta-llama--Meta-Llama-3.1-70B')],
};
