import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** MiMo-7B-Base. */
export const mimo7b: LlmSpec = {
  id: 'mimo-7b',
  name: 'MiMo-7B-Base',
  huggingFace: ['XiaomiMiMo/MiMo-7B-Base', 'XiaomiMiMo/MiMo-7B-RL'],
  layers: 36,
  hiddenSize: 4096,
  attentionHeads: 32,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 11008,
  gatedMlp: true,
  vocabSize: 151680,
  tiedEmbeddings: false,
  maxContextTokens: 32768,
  qkNorm: false,
  attention: [{ layers: 36, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 7.833,
  unloadedParams: 210_778_112,
  sources: [aiConfigurator('XiaomiMiMo--MiMo-7B-Base')],
  notes: 'Published total counts the multi-token prediction layer.',
};
