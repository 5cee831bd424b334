/** Sources that the link files share. */
import type { Source } from './schema.ts';

const READ = '2026-11-22';

export const ML_ENGINEERING_NETWORK: Source = {
  ref: 'stas00/ml-engineering@744d01e network (cites vendor pages)',
  date: READ,
};
export const AI_CONFIGURATOR_COMM: Source = {
  ref: 'ai-dynamo/aiconfigurator@095f58a collectives: peak bus bandwidth, latency of 256 bytes on 2 GPUs',
  date: READ,
};
export const SCALING_BOOK: Source = { ref: 'jax-ml/scaling-book@0819a7d tpus.md', date: READ };
export const LLMD_SIM: Source = { ref: 'llm-d/llm-d-inference-sim@eec055a docs (assumed rates)', date: READ };
export const MOONCAKE: Source = {
  ref: 'kvcache-ai/Mooncake@3b5a594 docs, transfer measurements',
  date: READ,
};
export const INFERENCEX_APP: Source = {
  ref: 'SemiAnalysisAI/InferenceX-app@77ca49a packages/app/src/lib/gpu-specs.ts',
  date: READ,
};
