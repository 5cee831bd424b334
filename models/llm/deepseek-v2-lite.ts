import { inferenceSim } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** DeepSeek-V2-Lite. */
export const deepseekV2Lite: LlmSpec = {
  id: 'deepseek-v2-lite',
  name: 'DeepSeek-V2-Lite',
  huggingFace: ['deepseek-ai/DeepSeek-V2-Lite', 'deepseek-ai/DeepSeek-V2-Lite-Chat'],
  layers: 27,
  hiddenSize: 2048,
  attentionHeads: 16,
  kvHeads: 16,
  headDim: 192,
  valueHeadDim: 128,
  intermediateSize: 10944,
  gatedMlp: true,
  vocabSize: 102400,
  tiedEmbeddings: false,
  maxContextTokens: 163840,
  qkNorm: false,
  attention: [{ layers: 27, kind: 'mla' }],
  moe: { experts: 64, expertsPerToken: 6, expertIntermediateSize: 1408, sharedExperts: 2, denseLayers: 1 },
  mla: { kvLoraRank: 512, qLoraRank: null, ropeHeadDim: 64, nopeHeadDim: 128, valueHeadDim: 128 },
  nativePrecision: 'bf16',
  publishedParamsB: 15.7,
  sources: [inferenceSim('deepseek-v2-lite')],
};
