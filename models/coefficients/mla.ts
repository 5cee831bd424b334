/**
 * Attention over a latent KV vector (DeepSeek shape: 512 + 64), decode and prefill, by GPU and KV format. The
 * decode fits of A100, L40S and RTX PRO 6000 are poor (see their errors). Source: `AI_CONFIGURATOR` in
 * sources.ts.
 */
import {
  type FitRow,
  fitError,
  type KernelEngine,
  type KernelKv,
  type MlaDecodeCoefficients,
  type MlaPrefillCoefficients,
  type ProfiledGpu,
} from './types.ts';

type DecodeRow = readonly [
  fixedUs: number,
  perLogContextUs: number,
  perHeadUs: number,
  memoryEfficiency: number,
  computeEfficiency: number,
  blendExponent: number,
];

type PrefillRow = readonly [
  fixedUs: number,
  perHeadUs: number,
  memoryEfficiency: number,
  computeEfficiency: number,
  tailRows: number,
];

function decode(engine: KernelEngine, row: DecodeRow, fit: FitRow): MlaDecodeCoefficients {
  const [fixedUs, perLogContextUs, perHeadUs, memoryEfficiency, computeEfficiency, blendExponent] = row;
  return {
    engine,
    fixedUs,
    perLogContextUs,
    perHeadUs,
    memoryEfficiency,
    computeEfficiency,
    blendExponent,
    fit: fitError(fit),
  };
}

function prefill(engine: KernelEngine, row: PrefillRow, fit: FitRow): MlaPrefillCoefficients {
  const [fixedUs, perHeadUs, memoryEfficiency, computeEfficiency, tailRows] = row;
  return { engine, fixedUs, perHeadUs, memoryEfficiency, computeEfficiency, tailRows, fit: fitError(fit) };
}

/** Decode, by GPU and KV format. */
export const MLA_DECODE: Readonly<
  Partial<Record<ProfiledGpu, Readonly<Partial<Record<KernelKv, MlaDecodeCoefficients>>>>>
> = {
  a100: {
    bf16: decode('trtllm', [11.31, 10, 0.001, 0.2835, 0.2129, 7.194], [1044, 30.1, 85.3]),
  },
  h100: {
    bf16: decode('trtllm', [12.46, 1.205, 3.567, 0.9343, 1, 1.976], [630, 4.3, 13.4]),
    fp8: decode('trtllm', [11.91, 1.325, 4.928, 0.8652, 0.3828, 3.898], [630, 5.1, 14.8]),
  },
  h200: {
    bf16: decode('trtllm', [12.37, 1.33, 4.843, 0.9476, 0.6283, 4.837], [630, 5.7, 14.5]),
    fp8: decode('trtllm', [11.98, 1.092, 4.485, 0.6471, 0.36, 8], [630, 5.4, 18.7]),
  },
  l40s: {
    bf16: decode('sglang', [15.81, 0.1835, 20, 0.8373, 0.1193, 2.054], [501, 20.2, 51.9]),
  },
  b200: {
    bf16: decode('trtllm', [9.537, 1.176, 3.194, 0.718, 1, 8], [575, 5, 24.9]),
    fp8: decode('trtllm', [8.623, 1.015, 4.092, 0.8999, 1, 1], [580, 8.6, 36.2]),
  },
  b300: {
    bf16: decode('trtllm', [8.561, 1.222, 3.28, 0.7154, 1, 8], [575, 5.3, 21.9]),
    fp8: decode('trtllm', [8.12, 0.982, 3.889, 0.8759, 1, 1.021], [580, 8.4, 35.9]),
  },
  gb200: {
    bf16: decode('trtllm', [10.02, 1.208, 3.212, 0.7155, 1, 8], [575, 4.9, 23.4]),
    fp8: decode('trtllm', [9.471, 1.022, 3.95, 0.8782, 1, 1.058], [580, 7, 30.4]),
  },
  gb300: {
    bf16: decode('trtllm', [9.805, 1.246, 3.18, 0.7119, 1, 8], [575, 6.4, 23.8]),
    fp8: decode('trtllm', [9.042, 1.072, 4.055, 0.8551, 1, 1.081], [580, 7.4, 28.4]),
  },
  rtx6000: {
    bf16: decode('trtllm', [7.31, 10, 0.001, 0.6071, 0.2586, 8], [575, 40.1, 87.9]),
    fp8: decode('trtllm', [5.36, 10, 0.001, 0.3702, 0.47, 8], [580, 37.8, 94.5]),
  },
};

/** Prefill, by GPU and KV format. */
export const MLA_PREFILL: Readonly<
  Partial<Record<ProfiledGpu, Readonly<Partial<Record<KernelKv, MlaPrefillCoefficients>>>>>
> = {
  a100: {
    bf16: prefill('trtllm', [12.89, 3.439, 0.9981, 0.5174, 48.72], [783, 2.1, 8]),
  },
  h100: {
    bf16: prefill('trtllm', [14.5, 2.684, 0.9887, 0.6343, 59.66], [505, 5.1, 8.1]),
    fp8: prefill('trtllm', [17.13, 2.379, 0.4481, 0.3777, 73.58], [505, 1.9, 11.3]),
  },
  h200: {
    bf16: prefill('trtllm', [14.63, 2.66, 0.9006, 0.6202, 63.25], [505, 3.6, 8.1]),
    fp8: prefill('trtllm', [17.39, 2.442, 0.4086, 0.3734, 79.73], [505, 2.5, 11.1]),
  },
  l40s: {
    bf16: prefill('sglang', [6.517, 2.362, 0.9992, 0.06249, 8.966], [505, 2.1, 17.7]),
  },
  b200: {
    bf16: prefill('trtllm', [13.22, 2.691, 0.7401, 0.6001, 98.2], [505, 5.8, 15.5]),
    fp8: prefill('trtllm', [17.52, 2.482, 0.3429, 0.4093, 120.6], [505, 3.5, 11.7]),
  },
  b300: {
    bf16: prefill('trtllm', [12.02, 2.249, 0.7815, 0.6783, 98.39], [505, 5, 16.7]),
    fp8: prefill('trtllm', [15.97, 1.712, 0.3562, 0.5408, 120.5], [505, 3.9, 11.9]),
  },
  gb200: {
    bf16: prefill('trtllm', [13.96, 2.589, 0.7243, 0.588, 118.4], [505, 7.4, 16.7]),
    fp8: prefill('trtllm', [17.98, 2.341, 0.3362, 0.4277, 158.4], [505, 4, 15.7]),
  },
  gb300: {
    bf16: prefill('trtllm', [13.37, 2.129, 0.7536, 0.6904, 119.6], [505, 3.2, 16.1]),
    fp8: prefill('trtllm', [17.1, 1.681, 0.3477, 0.5405, 142.9], [505, 3.5, 11.3]),
  },
  rtx6000: {
    bf16: prefill('trtllm', [11.59, 2.98, 1.081, 0.5643, 23.07], [505, 5, 29.1]),
    fp8: prefill('trtllm', [12.49, 0.001, 0.4903, 0.469, 1.761], [505, 4.6, 62.1]),
  },
};
