import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** MiniMax-M3. */
export const minimaxM3: LlmSpec = {
  id: 'minimax-m3',
  name: 'MiniMax-M3',
  huggingFace: ['MiniMaxAI/MiniMax-M3'],
  layers: 60,
  hiddenSize: 6144,
  attentionHeads: 64,
  kvHeads: 4,
  headDim: 128,
  intermediateSize: 12288,
  gatedMlp: true,
  vocabSize: 200064,
  tiedEmbeddings: false,
  maxContextTokens: 1048576,
  qkNorm: true,
  attention: [
    { layers: 3, kind: 'full' },
    { layers: 57, kind: 'full' },
  ],
  moe: { experts: 128, expertsPerToken: 4, expertIntermediateSize: 3072, sharedExperts: 1, denseLayers: 3 },
  nativePrecision: 'bf16',
  publishedParamsB: 428,
  extraParams: 224_140_416,
  sources: [aiConfigurator('MiniMaxAI--MiniMax-M3')],
  notes: 'Block-sparse; all KV is stored. extraParams: indexers. Published total has a vision tower.',
};
