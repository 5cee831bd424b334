/**
 * Multi-head latent attention in one layer. Decode attends over the latent vector (shared by all heads of the
 * rank) after two small products that absorb the up-projections; prefill expands the latent vectors of prefix
 * and chunk to full heads.
 */
import type { MlaDecodeCoefficients, MlaPrefillCoefficients } from '../../../models/coefficients/types.ts';
import { type Hardware, peakOf } from '../hardware.ts';
import { blend } from './blend.ts';
import type { DecodeAttentionTerms } from './decode-attention.ts';
import { elementwiseUs } from './elementwise.ts';
import { type GemmKernel, gemmUs } from './gemm.ts';
import { visiblePairs } from './prefill-attention.ts';

/** MLA shape on one rank. */
export interface MlaShape {
  readonly heads: number;
  readonly latentRank: number;
  readonly ropeHeadDim: number;
  readonly nopeHeadDim: number;
  readonly valueHeadDim: number;
  readonly kvBytes: number;
  /** Tokens a query attends to at most (sparse attention); Infinity for dense attention. */
  readonly windowTokens: number;
}

/**
 * Share of peak bandwidth and of peak compute that the absorbing products reach (assumption of the prototype
 * fits).
 */
const ABSORB_MEMORY_EFFICIENCY = 0.8;
const ABSORB_COMPUTE_EFFICIENCY = 0.5;

/** Terms of decode; the absorbing products are part of them. */
export function mlaDecodeTerms(
  c: MlaDecodeCoefficients,
  hardware: Hardware,
  shape: MlaShape,
  smallGemmFixedUs: number,
): DecodeAttentionTerms {
  const { heads, latentRank, ropeHeadDim, nopeHeadDim, kvBytes } = shape;
  const peak = peakOf(hardware, 'bf16');
  const bandwidth = hardware.bytesPerUs * c.memoryEfficiency;
  const width = latentRank + ropeHeadDim;
  const memory = (width * kvBytes) / bandwidth;
  const compute = (2 * heads * (width + latentRank)) / (peak * c.computeEfficiency);
  const absorbWeights = heads * nopeHeadDim * latentRank;
  const absorbFixed =
    smallGemmFixedUs + (2 * absorbWeights) / (hardware.bytesPerUs * ABSORB_MEMORY_EFFICIENCY);
  const absorbPerSequence = (2 * absorbWeights) / (peak * ABSORB_COMPUTE_EFFICIENCY);
  return {
    fixedUs: c.fixedUs + 2 * absorbFixed,
    perLogContextUs: c.perLogContextUs,
    perSequenceUs:
      c.perHeadUs / hardware.smCount + (2 * heads * (width + latentRank)) / bandwidth + 2 * absorbPerSequence,
    perContextUs: blend(memory, compute, c.blendExponent),
  };
}

/**
 * Time in µs that a chunk of `tokens` after `prefix` adds to one layer, up-projection of prefix and chunk
 * included.
 */
export function mlaPrefillUs(
  c: MlaPrefillCoefficients,
  hardware: Hardware,
  shape: MlaShape,
  gemm: GemmKernel,
  prefix: number,
  tokens: number,
): number {
  const { heads, latentRank, ropeHeadDim, nopeHeadDim, valueHeadDim } = shape;
  const width = nopeHeadDim + ropeHeadDim + valueHeadDim;
  const seen = prefix + tokens;
  const flop = 2 * heads * width * visiblePairs(prefix, tokens, shape.windowTokens);
  const longest = Math.min(seen, shape.windowTokens);
  const tail = 2 * c.tailRows * width * longest * hardware.smCount;
  const bytes = heads * 2 * width * (tokens + seen);
  return (
    (c.perHeadUs * heads) / hardware.smCount +
    bytes / (hardware.bytesPerUs * c.memoryEfficiency) +
    (flop + tail) / (peakOf(hardware, 'bf16') * c.computeEfficiency) +
    gemmUs(gemm, seen, heads * (nopeHeadDim + valueHeadDim), latentRank) +
    elementwiseUs(hardware, seen * heads * (nopeHeadDim + ropeHeadDim) * 4)
  );
}
