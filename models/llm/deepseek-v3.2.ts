import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** DeepSeek-V3.2. */
export const deepseekV32: LlmSpec = {
  id: 'deepseek-v3.2',
  name: 'DeepSeek-V3.2',
  huggingFace: ['deepseek-ai/DeepSeek-V3.2', 'deepseek-ai/DeepSeek-V3.2-Exp'],
  layers: 61,
  hiddenSize: 7168,
  attentionHeads: 128,
  kvHeads: 128,
  headDim: 192,
  valueHeadDim: 128,
  intermediateSize: 18432,
  gatedMlp: true,
  vocabSize: 129280,
  tiedEmbeddings: false,
  maxContextTokens: 163840,
  qkNorm: false,
  attention: [{ layers: 61, kind: 'mla', indexKeyDim: 128 }],
  moe: { experts: 256, expertsPerToken: 8, expertIntermediateSize: 2048, sharedExperts: 1, denseLayers: 3 },
  mla: { kvLoraRank: 512, qLoraRank: 1536, ropeHeadDim: 64, nopeHeadDim: 128, valueHeadDim: 128 },
  indexer: { layers: 61, heads: 64, headDim: 128, topK: 2048 },
  nativePrecision: 'fp8_block',
  publishedParamsB: 671,
  sources: [aiConfigurator('deepseek-ai--DeepSeek-V3.2')],
  notes: 'Sparse attention: an indexer picks 2048 entries.',
};
