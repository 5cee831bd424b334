/**
 * Matrix-product coefficients by GPU and weight format, fitted to kernel timings of vLLM (fp8_block:
 * TensorRT-LLM, whose rows are free of launch overhead; A100 integer formats: TensorRT-LLM). fp8 includes the
 * kernel that quantises activations. The caps 0.95 (memoryEfficiency) and 1024 (padColumns) were active in
 * fp8 fits: read rows as a whole. Source: `AI_CONFIGURATOR` in sources.ts; fit errors are of held-out shapes
 * that serving meets.
 */
import {
  type FitRow,
  fitError,
  type GemmCoefficients,
  type KernelPrecision,
  type ProfiledGpu,
} from './types.ts';

type Row = readonly [
  fixedUs: number,
  computeEfficiency: number,
  memoryEfficiency: number,
  blendExponent: number,
  padRows: number,
  padColumns: number,
  padDepth: number,
  padShare: number,
];

function gemm(row: Row, fit: FitRow): GemmCoefficients {
  const [
    fixedUs,
    computeEfficiency,
    memoryEfficiency,
    blendExponent,
    padRows,
    padColumns,
    padDepth,
    padShare,
  ] = row;
  return {
    fixedUs,
    computeEfficiency,
    memoryEfficiency,
    blendExponent,
    padRows,
    padColumns,
    padDepth,
    padShare,
    fit: fitError(fit),
  };
}

/** By GPU and weight format; a missing format was not measured there. */
export const GEMM: Readonly<
  Record<ProfiledGpu, Readonly<Partial<Record<KernelPrecision, GemmCoefficients>>>>
> = {
  a100: {
    bf16: gemm([5.585, 0.9079, 0.8146, 2.881, 48.35, 131, 173, 0.3601], [4509, 6, 15.5]),
    int8_wo: gemm([13.52, 0.8746, 0.8146, 8, 46.51, 212, 71, 0.01713], [2434, 4.3, 15.9]),
    int4_wo: gemm([14.94, 0.8324, 0.8146, 8, 42.87, 266.7, 28.32, 0.001], [2954, 5.7, 22.8]),
    int8: gemm([11.47, 0.9538, 0.8146, 8, 123.3, 494.1, 326.6, 0.001], [1943, 7, 19.8]),
  },
  h100: {
    bf16: gemm([3.295, 0.828, 0.8584, 3.511, 0.1, 0.1, 125.6, 0.1109], [1.794e4, 4.9, 12]),
    fp8: gemm([5.554, 0.5863, 0.9339, 8, 72.6, 1024, 2.025, 0.9996], [1.4e4, 8.2, 23.2]),
    fp8_block: gemm([5.289, 0.597, 0.95, 1.694, 0.1, 1024, 0.1, 0.7235], [8275, 7.4, 16.3]),
  },
  h200: {
    bf16: gemm([3.692, 0.8174, 0.8248, 3.44, 0.1, 0.1, 91.62, 0.03358], [1.974e4, 5.3, 12.4]),
    fp8: gemm([5.888, 0.6342, 0.95, 8, 64.17, 1024, 61.76, 0.791], [1.603e4, 10.7, 25.5]),
    fp8_block: gemm([5.171, 0.6248, 0.95, 8, 78.42, 1024, 184.6, 0.586], [1.096e4, 6.7, 16.2]),
  },
  l40s: {
    bf16: gemm([2.825, 0.6788, 0.7791, 3.021, 0.1, 72.24, 245.1, 0.6655], [1.332e4, 7.5, 16.7]),
    fp8: gemm([4.893, 0.6086, 0.7033, 2.956, 0.1, 1024, 609.3, 0.5929], [8542, 5.6, 13.5]),
    fp8_block: gemm([4.521, 0.2911, 0.774, 3.188, 2.003, 731.5, 0.1, 0.1078], [3856, 7.1, 17.4]),
  },
  b200: {
    bf16: gemm([3.038, 0.7224, 0.8217, 2.786, 0.1, 43.18, 0.1, 0.4821], [1.609e4, 5, 14.6]),
    nvfp4: gemm([7.501, 0.5402, 0.8217, 8, 125.1, 1024, 0.1, 0.9167], [7888, 6.4, 14.8]),
    fp8: gemm([6.536, 0.5638, 0.95, 1.599, 5.078, 1024, 0.1, 0.8188], [1.247e4, 11, 27.6]),
    fp8_block: gemm([6.52, 0.7085, 0.95, 8, 125.9, 1024, 0.1, 0.6831], [9229, 4.2, 12.3]),
  },
  b300: {
    bf16: gemm([2.825, 0.7862, 0.8098, 2.818, 0.1, 14.17, 0.1, 0.4963], [1.609e4, 5.2, 14.7]),
    nvfp4: gemm([7.136, 0.4066, 0.8098, 8, 161, 1024, 0.1, 0.9075], [6607, 8.3, 19.6]),
    fp8: gemm([6.078, 0.6115, 0.95, 1.513, 0.1, 1024, 0.1, 0.83], [1.247e4, 11.1, 25.5]),
    fp8_block: gemm([5.988, 0.7827, 0.929, 8, 143.5, 1024, 20, 0.7527], [9229, 3.7, 11.1]),
  },
  gb200: {
    bf16: gemm([3.003, 0.6888, 0.8079, 2.93, 0.6183, 0.1, 0.1, 0.5384], [1.587e4, 7.1, 21.7]),
    nvfp4: gemm([8.093, 0.5123, 0.8079, 8, 113.1, 1024, 0.1, 0.9029], [7727, 5.5, 16.9]),
    fp8: gemm([6.655, 0.5738, 0.95, 1.506, 10.02, 1024, 0.1, 0.8509], [1.231e4, 11.8, 28]),
    fp8_block: gemm([6.265, 0.683, 0.95, 8, 141.1, 1024, 0.1, 0.659], [8991, 3.6, 13.7]),
  },
  gb300: {
    bf16: gemm([2.946, 0.8007, 0.8045, 2.494, 2.51, 54.43, 0.1, 0.6586], [1.587e4, 4.6, 12.8]),
    nvfp4: gemm([8.01, 0.3999, 0.8045, 8, 165.4, 1024, 0.1, 0.9356], [6605, 5.3, 17.4]),
    fp8: gemm([6.56, 0.6155, 0.95, 1.5, 15.57, 1024, 0.1, 0.8881], [1.231e4, 11.9, 27]),
    fp8_block: gemm([6.145, 0.7888, 0.95, 8, 176.6, 1024, 0.1, 0.7285], [8991, 3.8, 12.5]),
  },
  rtx6000: {
    bf16: gemm([3.557, 0.9154, 0.8259, 5.918, 73.65, 125.1, 180.3, 0.7104], [1.453e4, 3.7, 10.1]),
    fp8: gemm([5.128, 0.921, 0.863, 8, 173.1, 1024, 85.67, 0.4125], [9939, 3.6, 11.7]),
    nvfp4: gemm([8.427, 0.8018, 0.8259, 2.118, 203.1, 1024, 0.1, 1], [4446, 3.9, 15.3]),
    fp8_block: gemm([7.297, 0.6959, 0.8326, 2.973, 38.93, 1024, 741.5, 0.2197], [6831, 2.6, 9.2]),
  },
  b60: {
    bf16: gemm([10.87, 0.944, 0.9057, 2.831, 0.1, 7.746, 12.99, 0.06541], [6624, 8.2, 26]),
  },
};
