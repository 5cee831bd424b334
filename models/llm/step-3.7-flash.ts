import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Step-3.7-Flash. */
export const step37Flash: LlmSpec = {
  id: 'step-3.7-flash',
  name: 'Step-3.7-Flash',
  huggingFace: ['stepfun-ai/Step-3.7-Flash'],
  layers: 45,
  hiddenSize: 4096,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 11264,
  gatedMlp: true,
  vocabSize: 128896,
  tiedEmbeddings: false,
  maxContextTokens: 65536,
  qkNorm: true,
  attention: [
    { layers: 12, kind: 'full' },
    { layers: 33, kind: 'sliding', windowTokens: 512 },
  ],
  moe: { experts: 288, expertsPerToken: 8, expertIntermediateSize: 1280, sharedExperts: 1, denseLayers: 3 },
  nativePrecision: 'bf16',
  publishedParamsB: 196,
  sources: [aiConfigurator('stepfun-ai--Step-3.7-Flash')],
  notes: 'Text model.',
};
