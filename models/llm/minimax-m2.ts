import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** MiniMax-M2. */
export const minimaxM2: LlmSpec = {
  id: 'minimax-m2',
  name: 'MiniMax-M2',
  huggingFace: ['MiniMaxAI/MiniMax-M2', 'MiniMaxAI/MiniMax-M2.5', 'MiniMaxAI/MiniMax-M2.7'],
  layers: 62,
  hiddenSize: 3072,
  attentionHeads: 48,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 0,
  gatedMlp: true,
  vocabSize: 200064,
  tiedEmbeddings: false,
  maxContextTokens: 196608,
  qkNorm: true,
  attention: [{ layers: 62, kind: 'full' }],
  moe: { experts: 256, expertsPerToken: 8, expertIntermediateSize: 1536, sharedExperts: 0, denseLayers: 0 },
  nativePrecision: 'fp8_block',
  publishedParamsB: 230,
  sources: [aiConfigurator('MiniMaxAI--MiniMax-M2.5')],
};
