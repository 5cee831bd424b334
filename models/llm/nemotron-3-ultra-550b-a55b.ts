import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Nemotron-3-Ultra-550B-A55B. */
export const nemotron3Ultra550bA55b: LlmSpec = {
  id: 'nemotron-3-ultra-550b-a55b',
  name: 'Nemotron-3-Ultra-550B-A55B',
  huggingFace: ['nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16'],
  layers: 108,
  hiddenSize: 8192,
  attentionHeads: 64,
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
      layers: 48,
      kind: 'linear',
      linear: {
        variant: 'mamba2',
        keyHeads: 8,
        valueHeads: 256,
        keyHeadDim: 128,
        valueHeadDim: 64,
        convKernel: 4,
      },
    },
    { layers: 12, kind: 'full' },
  ],
  mlpLayers: 48,
  moe: {
    experts: 512,
    expertsPerToken: 22,
    expertIntermediateSize: 5120,
    sharedExperts: 1,
    sharedIntermediateSize: 10240,
    latentSize: 2048,
    denseLayers: 0,
  },
  nativePrecision: 'bf16',
  publishedParamsB: 550,
  sources: [aiConfigurator('nvidia--NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16')],
};
