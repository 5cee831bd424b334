import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Kimi-K2.5. */
export const kimiK25: LlmSpec = {
  id: 'kimi-k2.5',
  name: 'Kimi-K2.5',
  huggingFace: [
    'moonshotai/Kimi-K2.5',
    'moonshotai/Kimi-K2.6',
    'moonshotai/Kimi-K2-Thinking',
    'nvidia/Kimi-K2.5-NVFP4',
  ],
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
  maxContextTokens: 262144,
  qkNorm: false,
  attention: [{ layers: 61, kind: 'mla' }],
  moe: { experts: 384, expertsPerToken: 8, expertIntermediateSize: 2048, sharedExperts: 1, denseLayers: 1 },
  mla: { kvLoraRank: 512, qLoraRank: 1536, ropeHeadDim: 64, nopeHeadDim: 128, valueHeadDim: 128 },
  nativePrecision: 'int4_experts',
  publishedParamsB: 1026,
  sources: [aiConfigurator('moonshotai--Kimi-K2.5')],
};
