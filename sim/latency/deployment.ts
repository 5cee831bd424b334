/**
 * What a step model is compiled for: one engine instance. For data-parallel attention the model describes one
 * rank, whose peers are assumed to carry the same load.
 */
import type { GpuSpec, LlmSpec } from '../../models/schema.ts';
import type { CudaGraphs } from './cuda-graphs.ts';

/** A drafter of speculative decoding: forward passes one after the other, after the target's own. */
export interface DrafterCost {
  readonly passes: number;
  /** Tokens per sequence in each pass but the first, which computes what was verified. */
  readonly width: number;
  /** A model of its own; otherwise `layers` layers like the target's, with the target's head. */
  readonly model?: LlmSpec;
  readonly layers: number;
}

/** One engine instance, resolved. */
export interface Deployment {
  readonly gpu: GpuSpec;
  readonly model: LlmSpec;
  readonly engine: { readonly name: string; readonly version: string };
  /** Tensor, pipeline, (attention) data and expert parallel sizes. */
  readonly tp: number;
  readonly pp: number;
  readonly dp: number;
  readonly ep: number;
  /** Micro-batches that a step's batch is cut into; undefined: as many as there are pipeline stages. */
  readonly microBatches?: number;
  readonly precision: { readonly weights: string; readonly kv: string };
  /** Token budget of a step, and sequences in it at most. */
  readonly maxBatchedTokens: number;
  readonly maxSeqs: number;
  /** No CUDA graphs: kernels are launched one by one and nothing is padded. */
  readonly enforceEager: boolean;
  /** Captured graphs; undefined: vLLM's default list. Of no effect with `enforceEager`. */
  readonly cudaGraphs?: CudaGraphs;
  /** What proposing drafts costs; undefined: no drafts. */
  readonly drafter?: DrafterCost;
}
