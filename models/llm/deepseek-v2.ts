import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** DeepSeek-V2. */
export const deepseekV2: LlmSpec = {
  id: 'deepseek-v2',
  name: 'DeepSeek-V2',
  huggingFace: ['deepseek-ai/DeepSeek-V2', 'deepseek-ai/DeepSeek-V2-Chat', 'deepseek-ai/DeepSeek-V2.5'],
  layers: 60,
  hiddenSize: 5120,
  attentionHeads: 128,
  kvHeads: 128,
  headDim: 192,
  valueHeadDim: 128,
  intermediateSize: 12288,
  gatedMlp: true,
  vocabSize: 102400,
  tiedEmbeddings: false,
  maxContextTokens: 163840,
  qkNorm: false,
  attention: [{ layers: 60, kind: 'mla' }],
  moe: { experts: 160, expertsPerToken: 6, expertIntermediateSize: 1536, sharedExperts: 2, denseLayers: 1 },
  mla: { kvLoraRank: 512, qLoraRank: 1536, ropeHeadDim: 64, nopeHeadDim: 128, valueHeadDim: 128 },
  nativePrecision: 'bf16',
  publishedParamsB: 236,
  sources: [recalled('deepseek-ai/DeepSeek-V2')],
};
