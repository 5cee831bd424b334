/**
 * Prefill attention by GPU and KV format (vLLM kernels). Measured without a cached prefix; `prefix` enters
 * through the formula and was checked on one RTX PRO 6000 only (median error 12 %). Source: `AI_CONFIGURATOR`
 * in sources.ts.
 */
import {
  type FitRow,
  fitError,
  type KernelKv,
  type PrefillAttentionCoefficients,
  type ProfiledGpu,
} from './types.ts';

type Row = readonly [
  fixedUs: number,
  perHeadUs: number,
  memoryEfficiency: number,
  computeEfficiency: number,
  tailRows: number,
  headDim64: number,
  headDim256: number,
];

function prefill(row: Row, fit: FitRow): PrefillAttentionCoefficients {
  const [fixedUs, perHeadUs, memoryEfficiency, computeEfficiency, tailRows, headDim64, headDim256] = row;
  return {
    fixedUs,
    perHeadUs,
    memoryEfficiency,
    computeEfficiency,
    tailRows,
    headDim64,
    headDim256,
    fit: fitError(fit),
  };
}

/** By GPU and KV format. */
export const PREFILL_ATTENTION: Readonly<
  Record<ProfiledGpu, Readonly<Partial<Record<KernelKv, PrefillAttentionCoefficients>>>>
> = {
  a100: {
    bf16: prefill([9.661, 2.513, 0.6166, 0.5811, 58.36, 0.8, 1], [5040, 5.2, 19.4]),
  },
  h100: {
    fp8: prefill([14.02, 0.02264, 0.3089, 0.7064, 70.34, 0.8387, 0.7528], [1.14e4, 6.6, 20.3]),
    bf16: prefill([12.7, 0.2434, 0.4505, 0.738, 46.18, 0.694, 1.198], [1.14e4, 5.8, 18.3]),
  },
  h200: {
    fp8: prefill([14.03, 0.04499, 0.2235, 0.6896, 67.42, 0.8409, 0.7635], [1.14e4, 6.5, 20]),
    bf16: prefill([12.6, 0.2447, 0.3299, 0.7226, 44.3, 0.691, 1.192], [1.14e4, 5.7, 21.7]),
  },
  l40s: {
    bf16: prefill([6.774, 2.821, 1.407, 0.5373, 20.67, 0.8027, 1.015], [1.138e4, 7.5, 34.7]),
    fp8: prefill([8.09, 0.001, 1.282, 0.4662, 57.75, 0.9885, 0.7687], [1.14e4, 7.8, 29.1]),
  },
  b200: {
    fp8: prefill([10.39, 2.037, 0.2455, 0.7771, 204.2, 0.5239, 1.439], [1.15e4, 8.1, 24.7]),
    bf16: prefill([10.09, 2.428, 0.425, 0.6255, 159.4, 0.5402, 1.293], [1.15e4, 4.9, 14.6]),
  },
  b300: {
    bf16: prefill([9.456, 1.996, 0.4467, 0.792, 153.8, 0.587, 1.123], [1.14e4, 5.2, 16.3]),
    fp8: prefill([9.911, 1.627, 0.2755, 1, 181.9, 0.5721, 1.412], [1.14e4, 10.8, 28.4]),
  },
  gb200: {
    fp8: prefill([11.06, 1.898, 0.2503, 0.7533, 209.1, 0.5274, 1.44], [1.14e4, 7.8, 25.4]),
    bf16: prefill([10.6, 2.253, 0.4221, 0.5972, 158.8, 0.5401, 1.325], [1.14e4, 5.3, 15.4]),
  },
  gb300: {
    bf16: prefill([10.18, 1.955, 0.4405, 0.8068, 166.4, 0.562, 1.127], [1.14e4, 4.6, 15.6]),
    fp8: prefill([10.56, 1.589, 0.2746, 1, 195.7, 0.5517, 1.452], [1.14e4, 10, 27.7]),
  },
  rtx6000: {
    bf16: prefill([7.156, 2.674, 0.9889, 0.6562, 33.84, 0.8286, 1.031], [1.14e4, 3, 19.8]),
    fp8: prefill([8.27, 0.001, 1.068, 0.6001, 99.97, 0.9808, 0.9555], [1.139e4, 5.9, 20.8]),
  },
  b60: {
    bf16: prefill([44.22, 0.1502, 1.5, 0.6735, 60.94, 0.8106, 1], [5048, 5.5, 28.2]),
    fp8: prefill([44.76, 0.8212, 1.312, 0.1612, 212.2, 1.351, 1], [5048, 5, 25.6]),
  },
};
