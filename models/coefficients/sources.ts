/** Where the fitted kernel coefficients come from. */
import type { Source } from '../schema.ts';

/**
 * Kernel timings that the fits used (vLLM 0.24.0, on A100 0.14.0, on B60 0.20.0; TRT-LLM and SGLang where
 * noted).
 */
export const AI_CONFIGURATOR: Source = {
  ref: 'ai-dynamo/aiconfigurator@095f58a aic-core systems data (Apache-2.0)',
  date: '2026-11-22',
};

/** Point-to-point timings between GPUs and nodes. */
export const VIDUR: Source = {
  ref: 'microsoft/vidur data/profiling/network send_recv.csv (MIT)',
  date: '2026-11-22',
};

/** Attention of mixed prefill and decode steps on one RTX PRO 6000. */
export const LLM_SERVING_SIM: Source = {
  ref: 'casys-kaist/LLMServingSim attention.csv, RTX PRO 6000 (MIT)',
  date: '2026-11-22',
};
