import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3.5-35B-A3B. */
export const qwen3535bA3b: LlmSpec = {
  id: 'qwen3.5-35b-a3b',
  name: 'Qwen3.5-35B-A3B',
  huggingFace: ['Qwen/Qwen3.5-35B-A3B', 'Qwen/Qwen3.6-35B-A3B', 'Qwen/Qwen3.5-35B-A3B-FP8'],
  layers: 40,
  hiddenSize: 2048,
  attentionHeads: 16,
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
      layers: 30,
      kind: 'linear',
      linear: {
        variant: 'gated-deltanet',
        keyHeads: 16,
        valueHeads: 32,
        keyHeadDim: 128,
        valueHeadDim: 128,
        convKernel: 4,
      },
    },
    { layers: 10, kind: 'full' },
  ],
  moe: { experts: 256, expertsPerToken: 8, expertIntermediateSize: 512, sharedExperts: 1, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 35,
  sources: [aiConfigurator('Qwen--Qwen3.5-35B-A3B')],
  notes: 'Text model; three linear layers to one of full attention.',
};
