import { aiConfigurator } from '../llm-sources.ts';
import type { LlmSpec } from '../schema.ts';

/** DeepSeek-V3. */
export const deepseekV3: LlmSpec = {
  id: 'deepseek-v3',
  name: 'DeepSeek-V3',
  huggingFace: [
    'deepseek-ai/DeepSeek-V3',
    'deepseek-ai/DeepSeek-V3-0324',
    'deepseek-ai/DeepSeek-R1',
    'deepseek-ai/DeepSeek-R1-0528',
    'deepseek-ai/DeepSeek-V3.1',
    'nvidia/DeepSeek-R1-FP4',
    'nvidia/DeepSeek-R1-0528-FP4',
  ],
  layers: 61,
  hiddenSize: 7168,
  attentionHeads: 128,
  kvHeads: 128,
  headDim: 192,
  valueHeadDim: 128,
  intermediateSize: 18432,
  gatedMlp: true,
  vocabSize: 129280,
  tiedEmbeddings: false,
  maxContextTokens: 163840,
  qkNorm: false,
  attention: [{ layers: 61, kind: 'mla' }],
  moe: { experts: 256, expertsPerToken: 8, expertIntermediateSize: 2048, sharedExperts: 1, denseLayers: 3 },
  mla: { kvLoraRank: 512, qLoraRank: 1536, ropeHeadDim: 64, nopeHeadDim: 128, valueHeadDim: 128 },
  nativePrecision: 'fp8_block',
  publishedParamsB: 671,
  sources: [aiConfigurator('deepseek-ai--DeepSeek-V3')],
  notes: 'Published without the multi-token prediction module.',
};
