import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Kimi-K2-Instruct. */
export const kimiK2: LlmSpec = {
  id: 'kimi-k2',
  name: 'Kimi-K2-Instruct',
  huggingFace: ['moonshotai/Kimi-K2-Instruct', 'moonshotai/Kimi-K2-Instruct-0905'],
  layers: 61,
  hiddenSize: 7168,
  attentionHeads: 64,
  kvHeads: 64,
  headDim: 192,
  valueHeadDim: 128,
  intermediateSize: 18432,
  gatedMlp: true,
  vocabSize: 163840,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 61, kind: 'mla' }],
  moe: { experts: 384, expertsPerToken: 8, expertIntermediateSize: 2048, sharedExperts: 1, denseLayers: 1 },
  mla: { kvLoraRank: 512, qLoraRank: 1536, ropeHeadDim: 64, nopeHeadDim: 128, valueHeadDim: 128 },
  nativePrecision: 'fp8_block',
  publishedParamsB: 1026,
  sources: [aiConfigurator('moonshotai--Kimi-K2-Instruct')],
};
