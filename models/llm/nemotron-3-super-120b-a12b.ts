import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Nemotron-3-Super-120B-A12B. */
export const nemotron3Super120bA12b: LlmSpec = {
  id: 'nemotron-3-super-120b-a12b',
  name: 'Nemotron-3-Super-120B-A12B',
  huggingFace: [
    'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-FP8',
    'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16',
  ],
  layers: 88,
  hiddenSize: 4096,
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
      layers: 40,
      kind: 'linear',
      linear: {
        variant: 'mamba2',
        keyHeads: 8,
        valueHeads: 128,
        keyHeadDim: 128,
        valueHeadDim: 64,
        convKernel: 4,
      },
    },
    { layers: 8, kind: 'full' },
  ],
  mlpLayers: 40,
  moe: {
    experts: 512,
    expertsPerToken: 22,
    expertIntermediateSize: 2688,
    sharedExperts: 1,
    sharedIntermediateSize: 5376,
    latentSize: 1024,
    denseLayers: 0,
  },
  nativePrecision: 'fp8',
  publishedParamsB: 120,
  sources: [aiConfigurator('nvidia--NVIDIA-Nemotron-3-Super-120B-A12B-FP8')],
};
