import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** MiMo-V2-Flash. */
export const mimoV2Flash: LlmSpec = {
  id: 'mimo-v2-flash',
  name: 'MiMo-V2-Flash',
  huggingFace: ['XiaomiMiMo/MiMo-V2-Flash'],
  layers: 48,
  hiddenSize: 4096,
  attentionHeads: 64,
  kvHeads: 4,
  headDim: 192,
  valueHeadDim: 128,
  intermediateSize: 16384,
  gatedMlp: true,
  vocabSize: 152576,
  tiedEmbeddings: false,
  maxContextTokens: 262144,
  qkNorm: true,
  attention: [
    { layers: 9, kind: 'full' },
    { layers: 39, kind: 'sliding', windowTokens: 128, kvHeads: 8 },
  ],
  moe: { experts: 256, expertsPerToken: 8, expertIntermediateSize: 2048, sharedExperts: 0, denseLayers: 1 },
  nativePrecision: 'fp8_block',
  publishedParamsB: 309,
  sources: [aiConfigurator('XiaomiMiMo--MiMo-V2-Flash')],
};
