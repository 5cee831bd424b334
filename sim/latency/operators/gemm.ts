/** Time of a matrix product of M rows by an N x K weight; the formula is documented at `GemmCoefficients`. */
import { KERNEL_TRAFFIC } from '../../../models/coefficients/kernel-traffic.ts';
import type { GemmCoefficients, KernelPrecision } from '../../../models/coefficients/types.ts';
import { type Hardware, peakOf } from '../hardware.ts';
import { blend } from './blend.ts';

/** Rows of the tile that M is padded to. */
const TILE_ROWS = 128;

/** Matrix kernels of one weight format on one GPU. */
export interface GemmKernel {
  readonly format: KernelPrecision;
  readonly coefficients: GemmCoefficients;
  /** Peak operations per µs of the unit the kernel runs on. */
  readonly peak: number;
  readonly bytesPerUs: number;
  /** Factor on the time but for its fixed part (TensorRT-LLM's fp8 kernels are faster). */
  readonly factor: number;
}

/** Puts a kernel together. */
export function gemmKernel(
  format: KernelPrecision,
  coefficients: GemmCoefficients,
  hardware: Hardware,
  factor: number,
): GemmKernel {
  return {
    format,
    coefficients,
    peak: peakOf(hardware, KERNEL_TRAFFIC[format].peak),
    bytesPerUs: hardware.bytesPerUs,
    factor,
  };
}

/** Time in µs; 0 for no rows. */
export function gemmUs(kernel: GemmKernel, rows: number, columns: number, depth: number): number {
  if (rows <= 0) return 0;
  const c = kernel.coefficients;
  const traffic = KERNEL_TRAFFIC[kernel.format];
  const tiled = Math.ceil(rows / TILE_ROWS) * TILE_ROWS;
  const paidRows = rows + c.padShare * (tiled - rows) + c.padRows;
  const flop = 2 * paidRows * (columns + c.padColumns) * (depth + c.padDepth);
  const bytes =
    traffic.weightBytes * columns * depth +
    traffic.activationBytes * rows * depth +
    traffic.outputBytes * rows * columns;
  const compute = flop / (kernel.peak * c.computeEfficiency);
  const memory = bytes / (kernel.bytesPerUs * c.memoryEfficiency);
  return c.fixedUs + kernel.factor * blend(compute, memory, c.blendExponent);
}
