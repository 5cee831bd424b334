import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3.5-397B-A17B. */
export const qwen35397bA17b: LlmSpec = {
  id: 'qwen3.5-397b-a17b',
  name: 'Qwen3.5-397B-A17B',
  huggingFace: ['Qwen/Qwen3.5-397B-A17B'],
  layers: 60,
  hiddenSize: 4096,
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
      layers: 45,
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
    { layers: 15, kind: 'full' },
  ],
  moe: { experts: 512, expertsPerToken: 10, expertIntermediateSize: 1024, sharedExperts: 1, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 397,
  sources: [aiConfigurator('Qwen--Qwen3.5-397B-A17B')],
  notes: 'Text model; three linear layers to one of full attention.',
};
