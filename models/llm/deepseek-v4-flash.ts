import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** DeepSeek-V4-Flash. */
export const deepseekV4Flash: LlmSpec = {
  id: 'deepseek-v4-flash',
  name: 'DeepSeek-V4-Flash',
  huggingFace: ['deepseek-ai/DeepSeek-V4-Flash'],
  layers: 43,
  hiddenSize: 4096,
  attentionHeads: 64,
  kvHeads: 64,
  headDim: 512,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 129280,
  tiedEmbeddings: false,
  maxContextTokens: 1048576,
  qkNorm: false,
  attention: [
    { layers: 2, kind: 'mla', windowTokens: 128 },
    { layers: 21, kind: 'mla', windowTokens: 128, tokensPerEntry: 4, indexKeyDim: 128 },
    { layers: 20, kind: 'mla', windowTokens: 128, tokensPerEntry: 128 },
  ],
  moe: { experts: 256, expertsPerToken: 6, expertIntermediateSize: 2048, sharedExperts: 1, denseLayers: 0 },
  mla: {
    kvLoraRank: 448,
    qLoraRank: 1024,
    ropeHeadDim: 64,
    nopeHeadDim: 448,
    valueHeadDim: 512,
    multiQuery: true,
    output: { groups: 8, rank: 1024 },
  },
  indexer: { layers: 21, heads: 64, headDim: 128, topK: 512 },
  nativePrecision: 'fp8_fp4_experts',
  publishedParamsB: 284,
  extraParams: 328_400_000,
  sources: [aiConfigurator('deepseek-ai--DeepSeek-V4-Flash')],
  notes: 'Latent entries, one per 4 or 128 tokens beyond 128; extraParams: compressors.',
};
