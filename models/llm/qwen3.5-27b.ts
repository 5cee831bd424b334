import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3.5-27B. */
export const qwen3527b: LlmSpec = {
  id: 'qwen3.5-27b',
  name: 'Qwen3.5-27B',
  huggingFace: ['Qwen/Qwen3.5-27B', 'Qwen/Qwen3.6-27B', 'Qwen/Qwen3.5-27B-FP8'],
  layers: 64,
  hiddenSize: 5120,
  attentionHeads: 24,
  kvHeads: 4,
  headDim: 256,
  intermediateSize: 17408,
  gatedMlp: true,
  vocabSize: 248320,
  tiedEmbeddings: false,
  maxContextTokens: 262144,
  qkNorm: true,
  outputGate: true,
  attention: [
    {
      layers: 48,
      kind: 'linear',
      linear: {
        variant: 'gated-deltanet',
        keyHeads: 16,
        valueHeads: 48,
        keyHeadDim: 128,
        valueHeadDim: 128,
        convKernel: 4,
      },
    },
    { layers: 16, kind: 'full' },
  ],
  nativePrecision: 'bf16',
  publishedParamsB: 27,
  sources: [aiConfigurator('Qwen--Qwen3.5-27B')],
  notes: 'Text model; three linear layers to one of full attention.',
};
