import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3.5-122B-A10B. */
export const qwen35122bA10b: LlmSpec = {
  id: 'qwen3.5-122b-a10b',
  name: 'Qwen3.5-122B-A10B',
  huggingFace: ['Qwen/Qwen3.5-122B-A10B'],
  layers: 48,
  hiddenSize: 3072,
  attentionHeads: 32,
  kvHeads: 2,
  headDim: 256,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 248320,
  tiedEmbeddings: false,
  maxContextTokens: 262144,
  qkNorm: true,
  outputGate: true,
  attention: [
    {
      layers: 36,
      kind: 'linear',
      linear: {
        variant: 'gated-deltanet',
        keyHeads: 16,
        valueHeads: 64,
        keyHeadDim: 128,
        valueHeadDim: 128,
        convKernel: 4,
      },
    },
    { layers: 12, kind: 'full' },
  ],
  moe: { experts: 256, expertsPerToken: 8, expertIntermediateSize: 1024, sharedExperts: 1, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 122,
  sources: [aiConfigurator('Qwen--Qwen3.5-122B-A10B')],
  notes: 'Text model; three linear layers to one of full attention.',
};
