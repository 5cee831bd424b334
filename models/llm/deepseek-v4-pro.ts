import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** DeepSeek-V4-Pro. */
export const deepseekV4Pro: LlmSpec = {
  id: 'deepseek-v4-pro',
  name: 'DeepSeek-V4-Pro',
  huggingFace: ['deepseek-ai/DeepSeek-V4-Pro'],
  layers: 61,
  hiddenSize: 7168,
  attentionHeads: 128,
  kvHeads: 128,
  headDim: 512,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 129280,
  tiedEmbeddings: false,
  maxContextTokens: 1048576,
  qkNorm: false,
  attention: [
    { layers: 31, kind: 'mla', windowTokens: 128, tokensPerEntry: 128 },
    { layers: 30, kind: 'mla', windowTokens: 128, tokensPerEntry: 4, indexKeyDim: 128 },
  ],
  moe: { experts: 384, expertsPerToken: 6, expertIntermediateSize: 3072, sharedExperts: 1, denseLayers: 0 },
  mla: {
    kvLoraRank: 448,
    qLoraRank: 1536,
    ropeHeadDim: 64,
    nopeHeadDim: 448,
    valueHeadDim: 512,
    multiQuery: true,
    output: { groups: 16, rank: 1024 },
  },
  indexer: { layers: 30, heads: 64, headDim: 128, topK: 1024 },
  nativePrecision: 'fp8_fp4_experts',
  publishedParamsB: 1600,
  extraParams: 836_800_000,
  sources: [aiConfigurator('deepseek-ai--DeepSeek-V4-Pro')],
  notes: 'Latent entries, one per 4 or 128 tokens beyond 128; extraParams: compressors.',
};
