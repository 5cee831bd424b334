/**
 * Host time per step that kernels do not explain, by engine and version range. `add`: step = gpu + base +
 * perSequence b; `max`: step = max(gpu, base + perSequence b) + tail. Fitted in-sample to measured end-to-end
 * rows, so part of it may be kernel error.
 */
import type { Source } from '../schema.ts';

/** Overhead of one engine. */
export interface FrameworkOverhead {
  readonly mode: 'add' | 'max';
  readonly baseUs: number;
  readonly perSequenceUs: number;
  readonly tailUs: number;
  readonly evidence: string;
}

const SILICON_SAMPLE: Source = {
  ref: 'ai-dynamo/aiconfigurator@095f58a silicon_sample.csv (Apache-2.0)',
  date: '2026-11-22',
};
const INFERENCE_SIM: Source = {
  ref: 'inference-sim/training@ed5c1d2, vLLM 0.15.1 on H100, 20 points',
  date: '2026-11-22',
};

/** Sources of all entries. */
export const OVERHEAD_SOURCES: readonly Source[] = [SILICON_SAMPLE, INFERENCE_SIM];

/** By engine and version range. */
export const FRAMEWORK_OVERHEAD = {
  /** vLLM up to 0.12: scheduling and launch on the critical path. */
  vllmSync: {
    mode: 'add',
    baseUs: 1000,
    perSequenceUs: 45,
    tailUs: 0,
    evidence: 'Qwen3-32B on H100, TP 2/4/8: median error 16 % to 1.3 %',
  },
  /** vLLM from 0.15, dense models: asynchronous scheduling hides the host. */
  vllmAsyncDense: {
    mode: 'add',
    baseUs: 0,
    perSequenceUs: 0,
    tailUs: 0,
    evidence: '20 points at 0.15.1 on H100: any positive value raises the 2.8 % error',
  },
  /** vLLM from 0.15, mixture-of-experts models. */
  vllmAsyncMoe: {
    mode: 'add',
    baseUs: 200,
    perSequenceUs: 10,
    tailUs: 0,
    evidence: 'gpt-oss at 0.18 on H100; MiniMax-M2.5 fits 600 to 2000 + 15 to 35 per sequence',
  },
  /** TensorRT-LLM with overlap scheduler. */
  trtllmOverlap: {
    mode: 'max',
    baseUs: 1800,
    perSequenceUs: 65,
    tailUs: 600,
    evidence: 'Llama-3.1-8B TP1 (GPU bound) to TP8 (host bound): 3.6 % median, 8.9 % p90',
  },
  /** SGLang 0.5. */
  sglang: {
    mode: 'add',
    baseUs: 600,
    perSequenceUs: 15,
    tailUs: 0,
    evidence: 'Llama-3.1-8B and Qwen3-235B on H200: 3.1 % and 5.9 %; range 0 to 1000 + 0 to 15',
  },
} as const satisfies Record<string, FrameworkOverhead>;

/**
 * Time of TensorRT-LLM's dense fp8 products relative to vLLM's (inferred from 0.80 to 0.85 on 70B models).
 */
export const TRTLLM_FP8_GEMM_FACTOR = 0.8;
