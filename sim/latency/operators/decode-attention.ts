/**
 * Attention of decoding sequences in one layer: a fixed part, a part per sequence, a part per context token,
 * and a slowly growing split-KV part in log2(1 + mean context / 128).
 */
import { MIXED_STEP } from '../../../models/coefficients/attention-decode.ts';
import type {
  DecodeAttentionCoefficients,
  PrefillAttentionCoefficients,
} from '../../../models/coefficients/types.ts';
import { type Hardware, peakOf } from '../hardware.ts';
import { blend } from './blend.ts';
import type { HeadShape } from './prefill-attention.ts';

/** One layer's decode attention, µs: `fixed + perLog2 log2(1 + c / 128) + perSequence b + perContext sum`. */
export interface DecodeAttentionTerms {
  readonly fixedUs: number;
  readonly perLogContextUs: number;
  readonly perSequenceUs: number;
  readonly perContextUs: number;
}

/**
 * KV heads per rank up to which the time per sequence and head was measured; with more heads the tiles of a
 * sequence overlap, and the time per sequence is kept (Llama-2-7B with 32 KV heads: measured 16.6 ms at batch
 * 83, 17 with the cap, 19 without).
 */
const MOST_MEASURED_KV_HEADS = 8;

/** Terms of a pure decode step. */
export function decodeAttentionTerms(
  c: DecodeAttentionCoefficients,
  hardware: Hardware,
  shape: HeadShape,
): DecodeAttentionTerms {
  const { queryHeads, kvHeads, headDim, kvBytes } = shape;
  const bandwidth = hardware.bytesPerUs * c.memoryEfficiency;
  const memory = (2 * kvHeads * headDim * kvBytes) / bandwidth;
  const compute = (4 * queryHeads * headDim) / (peakOf(hardware, 'bf16') * c.computeEfficiency);
  return {
    fixedUs: c.fixedUs,
    perLogContextUs: c.perLogContextUs,
    perSequenceUs:
      (c.perHeadUs * Math.min(kvHeads, MOST_MEASURED_KV_HEADS)) / hardware.smCount +
      (4 * queryHeads * headDim) / bandwidth,
    perContextUs: blend(memory, compute, c.blendExponent),
  };
}

/**
 * Terms of decodes that share a step with prompt chunks where they run through the prefill kernel
 * (`MIXED_STEP`).
 */
export function mixedDecodeTerms(
  c: PrefillAttentionCoefficients,
  hardware: Hardware,
  shape: HeadShape,
): DecodeAttentionTerms {
  const { queryHeads, headDim } = shape;
  return {
    fixedUs: 0,
    perLogContextUs: 0,
    perSequenceUs: (MIXED_STEP.perHeadUs * queryHeads) / hardware.smCount,
    perContextUs:
      (4 * queryHeads * MIXED_STEP.tileRows * headDim) / (peakOf(hardware, 'bf16') * c.computeEfficiency),
  };
}
