import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Nemotron-3-Nano-30B-A3B. */
export const nemotron3Nano30bA3b: LlmSpec = {
  id: 'nemotron-3-nano-30b-a3b',
  name: 'Nemotron-3-Nano-30B-A3B',
  huggingFace: ['nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16'],
  layers: 52,
  hiddenSize: 2688,
  attentionHeads: 32,
  kvHeads: 2,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: false,
  vocabSize: 131072,
  tiedEmbeddings: false,
  maxContextTokens: 262144,
  qkNorm: false,
  attention: [
    {
      layers: 23,
      kind: 'linear',
      linear: {
        variant: 'mamba2',
        keyHeads: 8,
        valueHeads: 64,
        keyHeadDim: 128,
        valueHeadDim: 64,
        convKernel: 4,
      },
    },
    { layers: 6, kind: 'full' },
  ],
  mlpLayers: 23,
  moe: {
    experts: 128,
    expertsPerToken: 6,
    expertIntermediateSize: 1856,
    sharedExperts: 1,
    sharedIntermediateSize: 3712,
    denseLayers: 0,
  },
  nativePrecision: 'bf16',
  publishedParamsB: 31.6,
  sources: [aiConfigurator('nvidia--NVIDIA-Nemotron-3-Nano-30B-A3B-BF16')],
};
