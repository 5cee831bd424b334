import { litgpt } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-3.3-70B-Instruct. */
export const llama3370b: LlmSpec = {
  id: 'llama-3.3-70b',
  name: 'Llama-3.3-70B-Instruct',
  huggingFace: [
    'meta-llama/Llama-3.3-70B-Instruct',
    'RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic',
    'nvidia/Llama-3.3-70B-Instruct-FP8',
    'nvidia/Llama-3.3-70B-Instruct-FP4',
    'nvidia/Llama-3.3-70B-Instruct-NVFP4',
    'deepseek-ai/DeepSeek-R1-Distill-Llama-70B',
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
  sources: [litgpt('Llama-3.3-70B-Instruct')],
};
