import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** gpt-oss-120b. */
export const gptOss120b: LlmSpec = {
  id: 'gpt-oss-120b',
  name: 'gpt-oss-120b',
  huggingFace: ['openai/gpt-oss-120b'],
  layers: 36,
  hiddenSize: 2880,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 64,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 201088,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [
    { layers: 18, kind: 'sliding', windowTokens: 128 },
    { layers: 18, kind: 'full' },
  ],
  moe: { experts: 128, expertsPerToken: 4, expertIntermediateSize: 2880, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'mxfp4',
  publishedParamsB: 116.8,
  sources: [aiConfigurator('openai--gpt-oss-120b')],
};
