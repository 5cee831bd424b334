import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Nemotron-H-56B-Base-8K. */
export const nemotronH56b: LlmSpec = {
  id: 'nemotron-h-56b',
  name: 'Nemotron-H-56B-Base-8K',
  huggingFace: ['nvidia/Nemotron-H-56B-Base-8K'],
  layers: 118,
  hiddenSize: 8192,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 32768,
  gatedMlp: false,
  vocabSize: 131072,
  tiedEmbeddings: false,
  maxContextTokens: 8192,
  qkNorm: false,
  attention: [
    {
      layers: 54,
      kind: 'linear',
      linear: {
        variant: 'mamba2',
        keyHeads: 8,
        valueHeads: 256,
        keyHeadDim: 256,
        valueHeadDim: 64,
        convKernel: 4,
      },
    },
    { layers: 10, kind: 'full' },
  ],
  mlpLayers: 54,
  nativePrecision: 'bf16',
  publishedParamsB: 56,
  sources: [aiConfigurator('nvidia--Nemotron-H-56B-Base-8K')],
};
