import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** Llama-3.3-Nemotron-Super-49B. */
export const llama33NemotronSuper49b: LlmSpec = {
  id: 'llama-3.3-nemotron-super-49b',
  name: 'Llama-3.3-Nemotron-Super-49B',
  huggingFace: ['nvidia/Llama-3_3-Nemotron-Super-49B-v1', 'nvidia/Llama-3_3-Nemotron-Super-49B-v1_5'],
  layers: 80,
  hiddenSize: 8192,
  attentionHeads: 64,
  kvHeads: 8,
  headDim: 128,
  intermediateSize: 20531.2,
  gatedMlp: true,
  vocabSize: 128256,
  tiedEmbeddings: false,
  maxContextTokens: 131072,
  qkNorm: false,
  attention: [{ layers: 49, kind: 'full' }],
  nativePrecision: 'bf16',
  publishedParamsB: 49.867,
  sources: [aiConfigurator('nvidia--Llama-3_3-Nemotron-Super-49B-v1')],
  notes: 'Blocks differ: 49 of 80 layers keep attention; the MLP width is the mean of all layers.',
};
