/**
 * Linear attention and state-space layers, approximately: no kernel of theirs was fitted. Projections are
 * ordinary matrix products; a decode reads and writes each sequence's state once; a prompt's tokens cost
 * their state updates on tensor cores at the efficiency of prefill attention, in chunks of 64.
 */
import type { LinearAttention } from '../../../models/schema.ts';
import { type Hardware, peakOf } from '../hardware.ts';
import { elementwiseUs } from './elementwise.ts';
import { type GemmKernel, gemmUs } from './gemm.ts';

/** State elements are kept in fp32. */
const STATE_BYTES = 4;
/** Tokens of a chunk in the chunked form of the recurrence. */
const CHUNK_TOKENS = 64;
/** Share of 16-bit peak that chunked kernels reach; assumption (published kernels: 20 to 40 %). */
const PREFILL_EFFICIENCY = 0.3;
/** Kernels of a layer besides its products: convolution, gates and norms, recurrence. */
const KERNELS = 3;

/** Projections of one layer for `rows` tokens on one of `tp` ranks. */
export function linearProjectionUs(
  gemm: GemmKernel,
  hardware: Hardware,
  linear: LinearAttention,
  hiddenSize: number,
  tp: number,
  rows: number,
): number {
  const keys = (linear.keyHeads * linear.keyHeadDim) / tp;
  const values = (linear.valueHeads * linear.valueHeadDim) / tp;
  // Queries and keys, values, output gate; then the output projection.
  const inward = 2 * keys + 2 * values;
  return (
    gemmUs(gemm, rows, inward, hiddenSize) +
    gemmUs(gemm, rows, hiddenSize, values) +
    KERNELS * elementwiseUs(hardware, rows * inward * 4)
  );
}

/** State traffic of one decoding sequence in one layer, µs. */
export function linearDecodeUs(hardware: Hardware, linear: LinearAttention, tp: number): number {
  return elementwiseUs(hardware, 2 * STATE_BYTES * stateElements(linear, tp)) - elementwiseUs(hardware, 0);
}

/** Recurrence over `tokens` prompt tokens in one layer, µs. */
export function linearPrefillUs(
  hardware: Hardware,
  linear: LinearAttention,
  tp: number,
  tokens: number,
): number {
  const values = (linear.valueHeads * linear.valueHeadDim) / tp;
  // Per token: state update and read, and attention inside the chunk.
  const flopPerToken =
    4 * stateElements(linear, tp) + 2 * CHUNK_TOKENS * values * (1 + linear.keyHeadDim / linear.valueHeadDim);
  return (tokens * flopPerToken) / (peakOf(hardware, 'bf16') * PREFILL_EFFICIENCY);
}

function stateElements(linear: LinearAttention, tp: number): number {
  return (linear.valueHeads * linear.keyHeadDim * linear.valueHeadDim) / tp;
}
