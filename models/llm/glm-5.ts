import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** GLM-5. */
export const glm5: LlmSpec = {
  id: 'glm-5',
  name: 'GLM-5',
  huggingFace: ['zai-org/GLM-5', 'zai-org/GLM-5.1'],
  layers: 78,
  hiddenSize: 6144,
  attentionHeads: 64,
  kvHeads: 64,
  headDim: 256,
  intermediateSize: 12288,
  gatedMlp: true,
  vocabSize: 154880,
  tiedEmbeddings: false,
  maxContextTokens: 202752,
  qkNorm: false,
  attention: [{ layers: 78, kind: 'mla', indexKeyDim: 128 }],
  moe: { experts: 256, expertsPerToken: 8, expertIntermediateSize: 2048, sharedExperts: 1, denseLayers: 3 },
  mla: { kvLoraRank: 512, qLoraRank: 2048, ropeHeadDim: 64, nopeHeadDim: 192, valueHeadDim: 256 },
  indexer: { layers: 78, heads: 32, headDim: 128, topK: 2048 },
  nativePrecision: 'bf16',
  publishedParamsB: 744,
  sources: [aiConfigurator('zai-org--GLM-5')],
};
