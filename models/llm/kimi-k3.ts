import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Kimi-K3. */
export const kimiK3: LlmSpec = {
  id: 'kimi-k3',
  name: 'Kimi-K3',
  huggingFace: ['moonshotai/Kimi-K3'],
  layers: 93,
  hiddenSize: 7168,
  attentionHeads: 96,
  kvHeads: 96,
  headDim: 192,
  valueHeadDim: 128,
  intermediateSize: 33792,
  gatedMlp: true,
  vocabSize: 163840,
  tiedEmbeddings: false,
  maxContextTokens: 1048576,
  qkNorm: false,
  outputGate: true,
  attention: [
    {
      layers: 69,
      kind: 'linear',
      linear: {
        variant: 'kimi-delta',
        keyHeads: 96,
        valueHeads: 96,
        keyHeadDim: 128,
        valueHeadDim: 128,
        convKernel: 4,
      },
    },
    { layers: 24, kind: 'mla' },
  ],
  moe: {
    experts: 896,
    expertsPerToken: 16,
    expertIntermediateSize: 3072,
    sharedExperts: 2,
    latentSize: 3584,
    denseLayers: 1,
  },
  mla: { kvLoraRank: 512, qLoraRank: 1536, ropeHeadDim: 64, nopeHeadDim: 128, valueHeadDim: 128 },
  nativePrecision: 'mxfp4',
  publishedParamsB: 2800,
  sources: [aiConfigurator('moonshotai--Kimi-K3')],
  notes: 'Three linear layers to one of latent attention; experts work on a projection.',
};
