import { recalled } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Phi-mini-MoE. */
export const phiMiniMoe: LlmSpec = {
  id: 'phi-mini-moe',
  name: 'Phi-mini-MoE',
  huggingFace: ['microsoft/Phi-mini-MoE-instruct'],
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 32064,
  tiedEmbeddings: false,
  maxContextTokens: 4096,
  qkNorm: false,
  attention: [{ layers: 32, kind: 'full' }],
  moe: { experts: 16, expertsPerToken: 2, expertIntermediateSize: 960, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 7.6,
  sources: [recalled('microsoft/Phi-mini-MoE-instruct')],
};
