import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-Coder-480B-A35B. */
export const qwen3Coder480bA35b: LlmSpec = {
  id: 'qwen3-coder-480b-a35b',
  name: 'Qwen3-Coder-480B-A35B',
  huggingFace: ['Qwen/Qwen3-Coder-480B-A35B-Instruct', 'Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8'],
  layers: 62,
  hiddenSize: 6144,
  attentionHeads: 96,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 151936,
  tiedEmbeddings: false,
  maxContextTokens: 262144,
  qkNorm: true,
  attention: [{ layers: 62, kind: 'full' }],
  moe: { experts: 160, expertsPerToken: 8, expertIntermediateSize: 2560, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 480,
  sources: [aiConfigurator('Qwen--Qwen3-Coder-480B-A35B-Instruct')],
};
