import { config } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Qwen3-Next-80B-A3B. */
export const qwen3Next80bA3b: LlmSpec = {
  id: 'qwen3-next-80b-a3b',
  name: 'Qwen3-Next-80B-A3B',
  huggingFace: ['Qwen/Qwen3-Next-80B-A3B-Instruct', 'Qwen/Qwen3-Next-80B-A3B-Thinking'],
  layers: 48,
  hiddenSize: 2048,
  attentionHeads: 16,
  kvHeads: 2,
  headDim: 256,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 151936,
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
        valueHeads: 32,
        keyHeadDim: 128,
        valueHeadDim: 128,
        convKernel: 4,
      },
    },
    { layers: 12, kind: 'full' },
  ],
  moe: { experts: 512, expertsPerToken: 10, expertIntermediateSize: 512, sharedExperts: 1, denseLayers: 0 },
  nativePrecision: 'bf16',
  publishedParamsB: 80,
  sources: [config('huggingface/transformers configuration_qwen3_next.py defaults')],
  notes: 'Three linear layers to one of full attention.',
};
