/**
 * What an engine adds to the time of its kernels: every number of this kind in one table, with unit, the runs
 * it was fitted to, and where it stops to hold. `drydock calibrate --leave-out model` refits the vLLM ones
 * without each model in turn (docs/validation.md has the result). Parts of them may be kernel error.
 */
import type { Source } from '../schema.ts';

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

/** Host time, all µs. */
export interface OverheadConstants {
  /**
   * Synchronous vLLM (to 0.14): scheduling and launch on the critical path of every step, and per sequence.
   * Fit: Qwen3-32B on H100 at TP 2, 4, 8 with 0.12, median error 16 to 1.3 %. With asynchronous scheduling
   * (from 0.15) a dense model shows none: any positive value raises the error of 20 points at 0.15.1.
   */
  readonly syncBaseUs: number;
  readonly syncPerSequenceUs: number;
  /**
   * Asynchronous vLLM with experts. Fit: gpt-oss at 0.18 on H100; MiniMax-M2.5 alone fits 600 to 2000 and 15
   * to 35.
   */
  readonly asyncMoeBaseUs: number;
  readonly asyncMoePerSequenceUs: number;
  /**
   * Per layer of a decode step in eager mode, which waits for its launches. Fit to 0.8: Llama-3.1-8B at 0.8.5
   * (gaps of 11.2 ms over 32 layers); from 0.11: Llama-3.1-70B (22.7 to 26.7 ms over 80 layers), H100 hosts.
   */
  readonly eagerLayerOldUs: number;
  readonly eagerLayerUs: number;
  /**
   * Per layer of a step that holds prompts and runs outside of CUDA graphs: it lasts at least so long. Fit:
   * TTFT of 324 InferenceX points, where prompts of 1,024 tokens take as long at TP 8 as at TP 1 (80 layers,
   * B200: 80 to 90 ms throughout). Dense layers and layers with experts.
   */
  readonly promptLayerUs: number;
  readonly promptMoeLayerUs: number;
  /**
   * Asynchronous scheduling: share of a step of 16 sequences that passes between a first token and its
   * delivery besides waiting and computing. Fit: prompts found whole in the prefix cache have TTFT = 2.3 ms +
   * 3.03 TPOT (29 runs of vLLM 0.15.1, 7B to 70B, H100 and A100).
   */
  readonly asyncLagSteps: number;
  /** Front end of a request (HTTP, template), synchronous and asynchronous versions. Fit: as asyncLagSteps. */
  readonly syncFrontEndUs: number;
  readonly asyncFrontEndUs: number;
  /** Tokenisation per prompt token of natural text, and what random token sequences cost more: 36 ms for
   * 8,000 tokens and 48 ms for 10,000 (llm-d benchmarks on H100). */
  readonly perTokenUs: number;
  readonly randomTextPerTokenUs: number;
  /**
   * A burst of requests occupies the API server one after the other. Fit: bursts of 1,000 short requests at
   * vLLM 0.11 end at about 200 a second on H100 whatever the model's size.
   */
  readonly serverUs: number;
}

/** The values in use. */
export const OVERHEAD: OverheadConstants = {
  syncBaseUs: 1000,
  syncPerSequenceUs: 45,
  asyncMoeBaseUs: 200,
  asyncMoePerSequenceUs: 10,
  eagerLayerOldUs: 350,
  eagerLayerUs: 300,
  promptLayerUs: 600,
  promptMoeLayerUs: 1000,
  asyncLagSteps: 0.35,
  syncFrontEndUs: 5000,
  asyncFrontEndUs: 3000,
  perTokenUs: 1,
  randomTextPerTokenUs: 3.5,
  serverUs: 4500,
};

/**
 * TensorRT-LLM with overlap scheduler: a step lasts max(GPU, base + perSequence b) + tail. Fit: Llama-3.1-8B on
 * H100 from TP 1 (GPU bound) to TP 8 (host bound), 3.6 % median, 8.9 % p90.
 */
export const TRTLLM_OVERLAP = { baseUs: 1800, perSequenceUs: 65, tailUs: 600 } as const;

/**
 * SGLang 0.5, added to the GPU's time. Fit: Llama-3.1-8B and Qwen3-235B on H200, 3.1 % and 5.9 %; range 0 to
 * 1000 + 0 to 15.
 */
export const SGLANG_HOST = { baseUs: 600, perSequenceUs: 15, frontEndUs: 6000 } as const;

/** From the end of a prefill leg to the decode engine's queue (proxy, response, second front end), µs. */
export const HANDOVER_US = 5000;

/**
 * Time of TensorRT-LLM's dense fp8 products relative to vLLM's (inferred from 0.80 to 0.85 on 70B models).
 */
export const TRTLLM_FP8_GEMM_FACTOR = 0.8;
