/**
 * Coefficients for GPUs that nobody profiled: the mean over profiled GPUs, used with the peaks of the
 * catalogue. `fit` is the leave-one-GPU-out error: rows counts the GPUs left out in turn, the percentages are
 * medians over them. Whole steps composed that way fall within 0.81 to 1.12 of a step with own coefficients.
 * Source: `AI_CONFIGURATOR` in sources.ts.
 */
import type {
  DecodeAttentionCoefficients,
  FitError,
  GemmCoefficients,
  KernelKv,
  KernelPrecision,
  MlaDecodeCoefficients,
  MlaPrefillCoefficients,
  MoeCoefficients,
  PrefillAttentionCoefficients,
} from './types.ts';

function leftOut(gpus: number, medianPct: number, p90Pct: number): FitError {
  return { rows: gpus, medianPct, p90Pct };
}

/** Matrix products, by weight format. */
export const DEFAULT_GEMM: Readonly<Partial<Record<KernelPrecision, GemmCoefficients>>> = {
  bf16: {
    fixedUs: 3.341,
    computeEfficiency: 0.7898,
    memoryEfficiency: 0.8161,
    blendExponent: 3.205,
    padRows: 0.7249,
    padColumns: 6.982,
    padDepth: 5.91,
    padShare: 0.3355,
    fit: leftOut(10, 7.6, 16.65),
  },
  fp8: {
    fixedUs: 5.877,
    computeEfficiency: 0.6318,
    memoryEfficiency: 0.9021,
    blendExponent: 3.088,
    padRows: 7.09,
    padColumns: 1024,
    padDepth: 2.248,
    padShare: 0.7492,
    fit: leftOut(8, 15.35, 32.25),
  },
  fp8_block: {
    fixedUs: 5.842,
    computeEfficiency: 0.6226,
    memoryEfficiency: 0.9083,
    blendExponent: 5.19,
    padRows: 26.91,
    padColumns: 981.8,
    padDepth: 1.512,
    padShare: 0.4724,
    fit: leftOut(8, 9.2, 20.75),
  },
  nvfp4: {
    fixedUs: 7.82,
    computeEfficiency: 0.5146,
    memoryEfficiency: 0.8139,
    blendExponent: 6.133,
    padRows: 150.2,
    padColumns: 1024,
    padDepth: 0.1,
    padShare: 0.9319,
    fit: leftOut(5, 8.7, 23.8),
  },
};

/** Prefill attention, by KV format. */
export const DEFAULT_PREFILL_ATTENTION: Readonly<Partial<Record<KernelKv, PrefillAttentionCoefficients>>> = {
  bf16: {
    fixedUs: 9.716,
    perHeadUs: 1.424,
    memoryEfficiency: 0.5486,
    computeEfficiency: 0.6669,
    tailRows: 72.32,
    headDim64: 0.6624,
    headDim256: 1.14,
    fit: leftOut(10, 14.75, 27.5),
  },
  fp8: {
    fixedUs: 10.59,
    perHeadUs: 0.1002,
    memoryEfficiency: 0.3805,
    computeEfficiency: 0.729,
    tailRows: 119.5,
    headDim64: 0.703,
    headDim256: 1.076,
    fit: leftOut(9, 19.6, 39.2),
  },
};

/** Decode attention, by KV format. */
export const DEFAULT_DECODE_ATTENTION: Readonly<Partial<Record<KernelKv, DecodeAttentionCoefficients>>> = {
  bf16: {
    fixedUs: 9.678,
    perLogContextUs: 0.9923,
    perHeadUs: 2.005,
    memoryEfficiency: 0.9211,
    computeEfficiency: 0.2956,
    blendExponent: 3.885,
    fit: leftOut(10, 14.85, 37.4),
  },
  fp8: {
    fixedUs: 10.43,
    perLogContextUs: 0.5944,
    perHeadUs: 1.764,
    memoryEfficiency: 0.8915,
    computeEfficiency: 0.2608,
    blendExponent: 4.029,
    fit: leftOut(9, 16.8, 32.8),
  },
};

/** Routed experts, by weight format. */
export const DEFAULT_MOE: Readonly<Partial<Record<KernelPrecision, MoeCoefficients>>> = {
  bf16: {
    fixedUs: 12.23,
    per100ExpertsUs: 0.01091,
    activationEfficiency: 1.063,
    padRowsPerExpert: 69.88,
    computeEfficiency: 0.5338,
    memoryEfficiency: 0.9352,
    blendExponent: 1.68,
    fit: leftOut(10, 9.85, 27.85),
  },
  fp8_block: {
    fixedUs: 19.27,
    per100ExpertsUs: 0.001,
    activationEfficiency: 0.7805,
    padRowsPerExpert: 24.75,
    computeEfficiency: 0.3042,
    memoryEfficiency: 0.946,
    blendExponent: 1.374,
    fit: leftOut(7, 16.5, 34.7),
  },
  nvfp4: {
    fixedUs: 17.06,
    per100ExpertsUs: 1.161,
    activationEfficiency: 0.8119,
    padRowsPerExpert: 127.9,
    computeEfficiency: 0.5764,
    memoryEfficiency: 0.987,
    blendExponent: 1.876,
    fit: leftOut(5, 13.1, 31.4),
  },
  int4_wo: {
    fixedUs: 15.33,
    per100ExpertsUs: 0.433,
    activationEfficiency: 0.3387,
    padRowsPerExpert: 27.96,
    computeEfficiency: 0.2619,
    memoryEfficiency: 0.9922,
    blendExponent: 6.988,
    fit: leftOut(8, 42.35, 53.85),
  },
  mxfp4: {
    fixedUs: 10.39,
    per100ExpertsUs: 4.863,
    activationEfficiency: 0.4874,
    padRowsPerExpert: 31.84,
    computeEfficiency: 0.4292,
    memoryEfficiency: 0.9392,
    blendExponent: 1.957,
    fit: leftOut(9, 39.6, 62.1),
  },
};

/** MLA decode, by KV format. */
export const DEFAULT_MLA_DECODE: Readonly<Partial<Record<KernelKv, MlaDecodeCoefficients>>> = {
  bf16: {
    engine: 'trtllm',
    fixedUs: 10.36,
    perLogContextUs: 1.23,
    perHeadUs: 3.503,
    memoryEfficiency: 0.7837,
    computeEfficiency: 0.9255,
    blendExponent: 5.827,
    fit: leftOut(8, 18.75, 40.25),
  },
  fp8: {
    engine: 'trtllm',
    fixedUs: 9.743,
    perLogContextUs: 1.079,
    perHeadUs: 4.218,
    memoryEfficiency: 0.8319,
    computeEfficiency: 0.7187,
    blendExponent: 1.821,
    fit: leftOut(7, 16.9, 30.3),
  },
};

/** MLA prefill, by KV format. */
export const DEFAULT_MLA_PREFILL: Readonly<Partial<Record<KernelKv, MlaPrefillCoefficients>>> = {
  bf16: {
    engine: 'trtllm',
    fixedUs: 13.59,
    perHeadUs: 2.49,
    memoryEfficiency: 0.8094,
    computeEfficiency: 0.6341,
    tailRows: 89.57,
    fit: leftOut(8, 8.75, 16.2),
  },
};
