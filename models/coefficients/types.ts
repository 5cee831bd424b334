/**
 * Types of the fitted kernel coefficients: one interface per operator. Times are µs, sizes bytes;
 * efficiencies are fractions of the peaks in `profiled-gpus.ts` (the peaks that the fit used, not necessarily
 * those of the catalogue). The formulas that take these coefficients live in `sim/latency`; a set of
 * coefficients is only meaningful as a whole.
 */

/** GPUs whose kernels were measured. */
export type ProfiledGpu =
  | 'a100'
  | 'h100'
  | 'h200'
  | 'l40s'
  | 'b200'
  | 'b300'
  | 'gb200'
  | 'gb300'
  | 'rtx6000'
  | 'b60';

/** Weight formats that matrix kernels were measured in. */
export type KernelPrecision =
  | 'bf16'
  | 'fp8'
  | 'fp8_block'
  | 'nvfp4'
  | 'mxfp4'
  | 'int8'
  | 'int8_wo'
  | 'int4_wo';

/** KV formats that attention kernels were measured in; queries and accumulators stay 16 bit. */
export type KernelKv = 'bf16' | 'fp8';

/** Engines whose kernels were timed. */
export type KernelEngine = 'vllm' | 'trtllm' | 'sglang';

/** How well a fit reproduces the measured shapes that serving meets: absolute error in percent. */
export interface FitError {
  /** Measurements fitted. */
  readonly rows: number;
  readonly medianPct: number;
  readonly p90Pct: number;
}

/**
 * Matrix product of M rows by an N x K weight: `fixedUs + blend(2 M' (N + padColumns) (K + padDepth) / (peak
 * computeEfficiency), bytes / (bandwidth memoryEfficiency))` with `M' = M + padShare (ceil128(M) - M) +
 * padRows` and `blend(a, b) = (a^q + b^q)^(1/q)`, q = `blendExponent`.
 */
export interface GemmCoefficients {
  readonly fixedUs: number;
  readonly computeEfficiency: number;
  readonly memoryEfficiency: number;
  readonly blendExponent: number;
  readonly padRows: number;
  readonly padColumns: number;
  readonly padDepth: number;
  /** Share of the padding of M to a multiple of 128 that is paid for. */
  readonly padShare: number;
  readonly fit: FitError;
}

/** Attention of prompt tokens. */
export interface PrefillAttentionCoefficients {
  readonly fixedUs: number;
  /** Per query head and SM. */
  readonly perHeadUs: number;
  readonly memoryEfficiency: number;
  readonly computeEfficiency: number;
  /** Rows of the query tile that one SM computes after all others are done (tail latency). */
  readonly tailRows: number;
  /** Multipliers of `computeEfficiency` at head sizes 64 and 256; 1 at 128. */
  readonly headDim64: number;
  readonly headDim256: number;
  readonly fit: FitError;
}

/** Attention of decoded tokens. */
export interface DecodeAttentionCoefficients {
  readonly fixedUs: number;
  /** Per log2(1 + context / 128): split-KV reduction. */
  readonly perLogContextUs: number;
  /** Per sequence and KV head per SM. */
  readonly perHeadUs: number;
  readonly memoryEfficiency: number;
  readonly computeEfficiency: number;
  readonly blendExponent: number;
  readonly fit: FitError;
}

/** Decode attention over a latent KV vector (MLA); `perHeadUs` counts sequences per SM. */
export interface MlaDecodeCoefficients extends DecodeAttentionCoefficients {
  readonly engine: KernelEngine;
}

/** Prefill attention of MLA: heads of 192 (keys) and 128 (values). */
export interface MlaPrefillCoefficients {
  readonly engine: KernelEngine;
  readonly fixedUs: number;
  readonly perHeadUs: number;
  readonly memoryEfficiency: number;
  readonly computeEfficiency: number;
  readonly tailRows: number;
  readonly fit: FitError;
}

/** Routed experts: router, permutation, two grouped products, activation, combination. */
export interface MoeCoefficients {
  readonly fixedUs: number;
  /** Per 100 experts. */
  readonly per100ExpertsUs: number;
  /** Efficiency of activation traffic, fraction of peak bandwidth (above 1: partly in cache). */
  readonly activationEfficiency: number;
  /** Rows of padding per expert that has any. */
  readonly padRowsPerExpert: number;
  readonly computeEfficiency: number;
  readonly memoryEfficiency: number;
  readonly blendExponent: number;
  readonly fit: FitError;
}

/**
 * All-reduce as the faster of two algorithms, blended: `((a1 + b1 x)^-q + (a2 + b2 x)^-q)^(-1/q)`, x in
 * bytes.
 */
export interface AllReduceCoefficients {
  readonly oneShotUs: number;
  readonly oneShotUsPerByte: number;
  readonly twoShotUs: number;
  readonly twoShotUsPerByte: number;
  readonly blendExponent: number;
  readonly fit: FitError;
}

/** NCCL collective: `fixedUs + usPerSqrtByte sqrt(x) + usPerByte x`, x in bytes. */
export interface NcclCoefficients {
  readonly fixedUs: number;
  readonly usPerSqrtByte: number;
  readonly usPerByte: number;
  readonly fit: FitError;
}

/** A time linear in a count: `fixedUs + usPerElement x`; error as a median in percent. */
export interface LinearCoefficients {
  readonly fixedUs: number;
  readonly usPerElement: number;
  readonly medianPct: number;
}

/** Numbers of fitted rows and their median and 90th-percentile error, as the tables write them. */
export type FitRow = readonly [rows: number, medianPct: number, p90Pct: number];

/** A FitError from its table form. */
export function fitError([rows, medianPct, p90Pct]: FitRow): FitError {
  return { rows, medianPct, p90Pct };
}
