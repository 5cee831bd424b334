import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-3.1-8B. */
export const llama318b: LlmSpec = {
  id: 'llama-3.1-8b',
  name: 'Llama-3.1-8B',
  huggingFace: [
    'meta-llama/Llama-3.1-8B-Instruct',
    'meta-llama/Llama-3.1-8B',
    'meta-llama/Meta-Llama-3.1-8B',
    'meta-llama/Meta-Llama-3.1-8B-Instruct',
    'meta-llama/Meta-Llama-3-8B',
    'meta-llama/Meta-Llama-3-8B-Instruct',
    'RedHatAI/Meta-Llama-3.1-8B-Instruct-FP8',
    'nvidia/Llama-3.1-8B-Instruct-FP8',
  ],
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 14336,
  gatedMlp: true,
  vocabSize: 128256,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 32, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 8.03,
  sources: [aiConfigurator('meta-llama--Meta-Llama-3.1-8B')],
};
