/**
 * Attention of prompt chunks in one layer. One kernel serves all chunks of a step, so its fixed time is paid
 * once a step; everything else is paid per chunk and is a polynomial in the chunk's length and its computed
 * prefix.
 */
import type { PrefillAttentionCoefficients } from '../../../models/coefficients/types.ts';
import { type Hardware, peakOf } from '../hardware.ts';

/** Heads of one layer on one rank. */
export interface HeadShape {
  readonly queryHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Bytes of one KV element. */
  readonly kvBytes: number;
  /** Tokens a query sees at most; Infinity for full attention. */
  readonly windowTokens: number;
}

/** Time in µs that a chunk of `tokens` after `prefix` computed ones adds to one layer's kernel. */
export function prefillAttentionUs(
  c: PrefillAttentionCoefficients,
  hardware: Hardware,
  shape: HeadShape,
  prefix: number,
  tokens: number,
): number {
  const { queryHeads, kvHeads, headDim, windowTokens } = shape;
  const rate = peakOf(hardware, 'bf16') * c.computeEfficiency * headDimFactor(c, headDim);
  const seen = Math.min(prefix, windowTokens) + tokens;
  const pairs = visiblePairs(prefix, tokens, windowTokens);
  const flop = 4 * queryHeads * headDim * pairs;
  const longest = Math.min(prefix + tokens, windowTokens);
  const tail = 4 * c.tailRows * headDim * longest * hardware.smCount;
  const bytes = headDim * (4 * tokens * (queryHeads + kvHeads) + 2 * shape.kvBytes * seen * kvHeads);
  return (
    (c.perHeadUs * queryHeads) / hardware.smCount +
    bytes / (hardware.bytesPerUs * c.memoryEfficiency) +
    (flop + tail) / rate
  );
}

/**
 * Query-key pairs that the kernel computes: `S (p + S/2)` under the causal mask; with a window each query
 * sees at most `window` keys.
 */
export function visiblePairs(prefix: number, tokens: number, window: number): number {
  if (prefix + tokens <= window) return tokens * (prefix + tokens / 2);
  const growing = Math.max(0, window - prefix);
  return growing * (prefix + growing / 2) + (tokens - growing) * window;
}

/**
 * Efficiency relative to heads of 128; linear in log2 between the measured sizes 64, 128 and 256, flat
 * outside.
 */
function headDimFactor(c: PrefillAttentionCoefficients, headDim: number): number {
  const position = Math.min(1, Math.max(-1, Math.log2(headDim / 128)));
  return position < 0 ? 1 + (1 - c.headDim64) * position : 1 + (c.headDim256 - 1) * position;
}
