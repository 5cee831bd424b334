import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-3.1-405B. */
export const llama31405b: LlmSpec = {
  id: 'llama-3.1-405b',
  name: 'Llama-3.1-405B',
  huggingFace: [
    'meta-llama/Llama-3.1-405B-Instruct',
    'meta-llama/Llama-3.1-405B',
    'meta-llama/Meta-Llama-3.1-405B',
    'meta-llama/Llama-3.1-405B-Instruct-FP8',
  ],
  layers: 126,
  hiddenSize: 16384,
  attentionHeads: 128,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 53248,
  gatedMlp: true,
  vocabSize: 128256,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 126, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 405.853,
  sources: [aiConfigurator('meta-llama--Meta-Llama-3.1-405B')],
};
