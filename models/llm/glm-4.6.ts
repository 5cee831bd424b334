import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** GLM-4.6. */
export const glm46: LlmSpec = {
  id: 'glm-4.6',
  name: 'GLM-4.6',
  huggingFace: ['zai-org/GLM-4.6', 'zai-org/GLM-4.7'],
  layers: 92,
  hiddenSize: 5120,
  attentionHeads: 96,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 12288,
  gatedMlp: true,
  vocabSize: 151552,
  tiedEmbeddings: false,
  maxContextTokens: 202752,
  qkNorm: true,
  attention: [{ layers: 92, kind: 'full' }],
  moe: { experts: 160, expertsPerToken: 8, expertIntermediateSize: 1536, sharedExperts: 1, denseLayers: 3 },
  nativePrecision: 'bf16',
  publishedParamsB: 355,
  sources: [config('RedHatAI/GLM-4.6-NVFP4 and zai-org/GLM-4.7 config.json')],
};
