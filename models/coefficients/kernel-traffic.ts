/**
 * Bytes that the matrix kernels move per element, by weight format: weights including scales, activations
 * read (quantised formats also write and read the quantised copy), outputs written; and the peak rate they
 * are limited by. Assumptions of the fits in gemm.ts and moe.ts, not measurements.
 */
import type { KernelPrecision } from './types.ts';

/** Traffic of one weight format. */
export interface KernelTraffic {
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly outputBytes: number;
  readonly peak: 'bf16' | 'fp8' | 'fp4' | 'int8';
}

/** By weight format. */
export const KERNEL_TRAFFIC: Readonly<Record<KernelPrecision, KernelTraffic>> = {
  bf16: { weightBytes: 2, activationBytes: 2, outputBytes: 2, peak: 'bf16' },
  fp8: { weightBytes: 1, activationBytes: 3, outputBytes: 2, peak: 'fp8' },
  fp8_block: { weightBytes: 1, activationBytes: 3, outputBytes: 2, peak: 'fp8' },
  nvfp4: { weightBytes: 0.5625, activationBytes: 2.6, outputBytes: 2, peak: 'fp4' },
  int8_wo: { weightBytes: 1, activationBytes: 2, outputBytes: 2, peak: 'bf16' },
  int4_wo: { weightBytes: 0.52, activationBytes: 2, outputBytes: 2, peak: 'bf16' },
  mxfp4: { weightBytes: 0.53, activationBytes: 2, outputBytes: 2, peak: 'bf16' },
  int8: { weightBytes: 1, activationBytes: 1, outputBytes: 2, peak: 'int8' },
};
