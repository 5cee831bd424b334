import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3.5-9B. */
export const qwen359b: LlmSpec = {
  id: 'qwen3.5-9b',
  name: 'Qwen3.5-9B',
  huggingFace: ['Qwen/Qwen3.5-9B', 'Qwen/Qwen3.5-9B-Base'],
  layers: 32,
  hiddenSize: 4096,
  attentionHeads: 16,
  kvHeads: 4,
  headDim: 256,
  intermediateSize: 12288,
  gatedMlp: true,
  vocabSize: 248320,
  tiedEmbeddings: false,
  maxContextTokens: 262144,
  qkNorm: true,
  outputGate: true,
  attention: [
    {
      layers: 24,
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
    { layers: 8, kind: 'full' },
  ],
  nativePrecision: 'bf16',
  publishedParamsB: 9.0,
  sources: [config('Qwen/Qwen3.5-9B config.json as copied in public code')],
  notes: 'Text model; three linear layers to one of full attention.',
};
