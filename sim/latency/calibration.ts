/** A calibration: what stands between the kernels' time on the GPU and the time of a step and a request. */
import type { SamplerCost } from './sampler.ts';

/**
 * Host time of a step: `add`: on top of the GPU's; `max`: in parallel with it, `tailUs` on top. Times in µs.
 */
export interface HostOverhead {
  readonly mode: 'add' | 'max';
  readonly baseUs: number;
  readonly perSequenceUs: number;
  readonly tailUs: number;
}

/** Factors on the time of each class of kernels. */
export interface KernelFactors {
  /** Matrix products. */
  readonly gemm: number;
  /** Attention over the KV cache, prompts and decodes. */
  readonly attention: number;
  readonly experts: number;
  /** All-reduces of tensor parallelism. */
  readonly collectives: number;
}

/** Kernels as the coefficients have them. */
export const UNSCALED: KernelFactors = { gemm: 1, attention: 1, experts: 1, collectives: 1 };

/** Corrections that can be left out, to see what each is worth. */
export const CORRECTIONS = [
  'graph-padding',
  'front-end',
  'first-token-lag',
  'mixed-attention',
  'host',
  'prompt-launch',
  'sampler',
  'expert-imbalance',
] as const;
/** One of them. */
export type Correction = (typeof CORRECTIONS)[number];

/** A calibration. Times in µs. */
export interface Calibration {
  /** `builtin/<engine>@<version>`, or a user's own name. */
  readonly name: string;
  readonly engine: string;
  readonly dense: HostOverhead;
  readonly moe: HostOverhead;
  /** Host time per layer of decode steps in eager mode; the step takes at least layers times this. */
  readonly eagerLayerUs: number;
  /** The same of steps that hold prompts and run outside of CUDA graphs, dense models and experts. */
  readonly promptLayerUs: number;
  readonly promptMoeLayerUs: number;
  /**
   * Part of a step that passes between a first token and its delivery, besides waiting and computing; charged
   * at the length of a step of 16 sequences.
   */
  readonly firstTokenLagSteps: number;
  readonly sampler: SamplerCost;
  /** Before a request is queued: fixed, and per prompt token (template, tokenisation, serialisation). */
  readonly frontEndUs: number;
  readonly frontEndPerTokenUs: number;
  /** From the end of a prefill leg to the decode engine's queue (proxy, response, second front end). */
  readonly handoverUs: number;
  readonly kernels: KernelFactors;
  /** Corrections left out. */
  readonly without: readonly Correction[];
  readonly notes: readonly string[];
}
