/**
 * Decode attention by GPU and KV format (vLLM kernels), for KV that does not fit the L2 cache, which is how
 * serving runs. Source: `AI_CONFIGURATOR` in sources.ts.
 */
import {
  type DecodeAttentionCoefficients,
  type FitRow,
  fitError,
  type KernelKv,
  type ProfiledGpu,
} from './types.ts';

type Row = readonly [
  fixedUs: number,
  perLogContextUs: number,
  perHeadUs: number,
  memoryEfficiency: number,
  computeEfficiency: number,
  blendExponent: number,
];

function decode(row: Row, fit: FitRow): DecodeAttentionCoefficients {
  const [fixedUs, perLogContextUs, perHeadUs, memoryEfficiency, computeEfficiency, blendExponent] = row;
  return {
    fixedUs,
    perLogContextUs,
    perHeadUs,
    memoryEfficiency,
    computeEfficiency,
    blendExponent,
    fit: fitError(fit),
  };
}

/** By GPU and KV format. */
export const DECODE_ATTENTION: Readonly<
  Record<ProfiledGpu, Readonly<Partial<Record<KernelKv, DecodeAttentionCoefficients>>>>
> = {
  a100: {
    bf16: decode([12.66, 2.448, 2.431, 0.7859, 1, 1.72], [3184, 7.4, 25.4]),
  },
  h100: {
    bf16: decode([11, 0.8597, 2.822, 0.9563, 0.5648, 1.628], [4106, 2.6, 10.7]),
    fp8: decode([12.59, 0.9697, 3.532, 0.8796, 0.857, 1.27], [4096, 2.7, 9.5]),
  },
  h200: {
    bf16: decode([10.79, 0.9046, 3.063, 0.9519, 1, 1.325], [4106, 2.7, 9.4]),
    fp8: decode([12.37, 0.9731, 3.648, 0.6779, 0.5197, 2.264], [4096, 2.5, 9.2]),
  },
  l40s: {
    bf16: decode([8.733, 1.679, 2.871, 0.8249, 0.3992, 8], [4096, 7.4, 30.5]),
    fp8: decode([11.26, 0.3105, 1.827, 0.814, 0.1548, 8], [3913, 5.1, 17.4]),
  },
  b200: {
    bf16: decode([8.683, 0.6193, 1.37, 0.9887, 0.1115, 8], [3970, 4.8, 15]),
    fp8: decode([9.044, 0.635, 1.216, 0.9898, 0.1939, 8], [4052, 5.9, 16.7]),
  },
  b300: {
    bf16: decode([8.27, 0.6022, 1.285, 0.9767, 0.1319, 4.579], [3666, 4.3, 14.8]),
    fp8: decode([8.264, 0.7066, 1.211, 0.9911, 0.2331, 8], [3752, 5.1, 15.5]),
  },
  gb200: {
    fp8: decode([9.82, 0.6261, 1.162, 1.004, 0.1977, 2.663], [3752, 5, 16.9]),
    bf16: decode([9.543, 0.5885, 1.285, 1.001, 0.1176, 4.478], [3666, 4.3, 16.3]),
  },
  gb300: {
    bf16: decode([8.985, 0.6206, 1.312, 0.9658, 0.1142, 5.175], [3666, 4.9, 15.1]),
    fp8: decode([9.203, 0.6415, 1.15, 0.9732, 0.1973, 2.669], [3752, 5.5, 15.6]),
  },
  rtx6000: {
    bf16: decode([9.22, 2.143, 2.926, 0.8666, 0.3869, 8], [3662, 6.9, 30.7]),
    fp8: decode([11.8, 0.2952, 2.022, 0.8579, 0.176, 6.631], [3474, 4, 15.6]),
  },
  b60: {
    bf16: decode([40, 6.515, 0.2618, 1.05, 1, 8], [2389, 9.6, 28.9]),
    fp8: decode([40, 10, 0.001, 0.7337, 0.04408, 8], [2337, 21.9, 50.7]),
  },
};

/**
 * Decodes that share a step with prompt chunks on GPUs with FlashAttention 2 kernels (A100, L40S, RTX PRO
 * 6000) run through the prefill kernel: `perHeadUs b heads / SM + 4 heads tileRows headDim context / (peak
 * prefillEfficiency)`. Fitted to `LLM_SERVING_SIM` in sources.ts (648 points, median error 10 %, p90 48 %).
 * Hopper and Blackwell: not measured.
 */
export const MIXED_STEP = {
  appliesTo: ['a100', 'l40s', 'rtx6000'] as readonly ProfiledGpu[],
  tileRows: 96,
  perHeadUs: 3.3,
  fit: fitError([648, 10, 48]),
} as const;
