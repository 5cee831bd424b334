import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-2-70B. */
export const llama270b: LlmSpec = {
  id: 'llama-2-70b',
  name: 'Llama-2-70B',
  huggingFace: ['meta-llama/Llama-2-70b-hf', 'meta-llama/Llama-2-70b-chat-hf'],
  layers: 80,
  hiddenSize: 8192,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 28672,
  gatedMlp: true,
  vocabSize: 32000,
  tiedEmbeddings: false,
  maxContextTokens: 4096,
  qkNorm: false,
  attention: [{ layers: 80, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 68.977,
  sources: [config('inference-sim/training@ed5c1d2 model_configs/Llama-2-70b-hf/config.json')],
};
