import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** gpt-oss-20b. */
export const gptOss20b: LlmSpec = {
  id: 'gpt-oss-20b',
  name: 'gpt-oss-20b',
  huggingFace: ['openai/gpt-oss-20b'],
  layers: 24,
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
    { layers: 12, kind: 'sliding', windowTokens: 128 },
    { layers: 12, kind: 'full' },
  ],
  moe: { experts: 32, expertsPerToken: 4, expertIntermediateSize: 2880, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'mxfp4',
  publishedParamsB: 20.9,
  sources: [aiConfigurator('openai--gpt-oss-20b')],
};
