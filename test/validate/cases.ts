/** Measured cases made up for tests. */
import type { CaseStage, MeasuredCase } from '../../sim/validate/case.ts';

/** A case of one H100 with Llama-3.1-8B; `changes` replaces top-level fields. */
export function measuredCase(
  changes: Partial<MeasuredCase> = {},
  stages: readonly CaseStage[] = [STAGE],
): MeasuredCase {
  return {
    id: 'made-up',
    tier: 1,
    family: 'test',
    model: 'meta-llama/Llama-3.1-8B-Instruct',
    hardware: { gpu: 'H100-SXM-80GB', count: 1, tp: 1, replicas: 1 },
    engine: { name: 'vllm', version: '0.15.1 (a fork)' },
    precision: { weights: 'FP16', kv: 'auto' },
    engine_args: { max_num_seqs: 64, max_model_len: null },
    workload: {
      arrival: { process: 'poisson' },
      stages,
      input_len: { kind: 'constant', value: 500 },
      output_len: { kind: 'constant', value: 20 },
    },
    measured: {
      summary: { ttft_ms: { mean: 30 }, tpot_engine_ms: { mean: 8 }, output_tok_s: 100 },
      stages: [],
    },
    ...changes,
  };
}

const STAGE: CaseStage = { index: 0, rate: 5, duration_s: 20, num_requests: 100 };
