import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** GLM-4.5-Air. */
export const glm45Air: LlmSpec = {
  id: 'glm-4.5-air',
  name: 'GLM-4.5-Air',
  huggingFace: ['zai-org/GLM-4.5-Air', 'PrimeIntellect/INTELLECT-3-Base'],
  layers: 46,
  hiddenSize: 4096,
  attentionHeads: 96,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 10944,
  gatedMlp: true,
  vocabSize: 151552,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: true,
  attention: [{ layers: 46, kind: 'full' }],
  moe: { experts: 128, expertsPerToken: 8, expertIntermediateSize: 1408, sharedExperts: 1, denseLayers: 1 },
  nativePrecision: 'bf16',
  publishedParamsB: 106,
  sources: [
    config('PrimeIntellect/INTELLECT-3-Base/config.json (fine-tune of GLM-4.5-Air-Base, same config)'),
  ],
};
