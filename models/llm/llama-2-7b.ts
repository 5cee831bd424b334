import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-2-7B. */
export const llama27b: LlmSpec = {
  id: 'llama-2-7b',
  name: 'Llama-2-7B',
  huggingFace: ['meta-llama/Llama-2-7b-hf', 'meta-llama/Llama-2-7b-chat-hf'],
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 32,
  headDim: 128,
  intermediateSize: 11008,
  gatedMlp: true,
  vocabSize: 32000,
  tiedEmbeddings: false,
  maxContextTokens: 4096,
  qkNorm: false,
  attention: [{ layers: 32, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 6.738,
  sources: [config('inference-sim/training@ed5c1d2 model_configs/Llama-2-7b-hf/config.json')],
};
