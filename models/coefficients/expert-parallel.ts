/**
 * Expert-parallel all-to-all: DeepEP kernels (SGLang 0.5) by GPU and number of nodes, and TensorRT-LLM's
 * NVLink all-to-all on GB200 by payload and number of ranks. Linear in `tokens per rank x experts per token x
 * hidden size`; dispatch of DeepEP carries one byte per element, combination two. Several-node rows are the
 * same for H100 and H200 in the source. In-sample fits. Source: `AI_CONFIGURATOR` in sources.ts.
 */
import type { LinearCoefficients, ProfiledGpu } from './types.ts';

function linear(fixedUs: number, usPerElement: number, medianPct: number): LinearCoefficients {
  return { fixedUs, usPerElement, medianPct };
}

/** One exchange there and back. */
export interface ExpertExchange {
  readonly dispatch: LinearCoefficients;
  readonly combine: LinearCoefficients;
}

/** Nodes that the ranks span. */
export type NodeCount = 1 | 2 | 4 | 8;

/** DeepEP in its low-latency (decode) and normal (prefill) mode. */
export interface DeepEpTable {
  readonly lowLatency: Readonly<Partial<Record<NodeCount, ExpertExchange>>>;
  readonly normal: Readonly<Partial<Record<NodeCount, ExpertExchange>>>;
}

/** DeepEP by GPU. */
export const DEEP_EP: Readonly<Partial<Record<ProfiledGpu, DeepEpTable>>> = {
  h100: {
    lowLatency: {
      1: { dispatch: linear(11.61, 3.769e-6, 8.5), combine: linear(11.26, 8.172e-6, 5.4) },
      2: { dispatch: linear(20.17, 1.096e-5, 1.8), combine: linear(24.9, 2.129e-5, 3.2) },
      4: { dispatch: linear(25.73, 1.6e-5, 1.2), combine: linear(25.96, 3.275e-5, 1.3) },
      8: { dispatch: linear(27.79, 1.877e-5, 1.4), combine: linear(26.43, 3.759e-5, 1.4) },
    },
    normal: {
      1: { dispatch: linear(27.18, 2.053e-6, 6.8), combine: linear(39.14, 3.731e-6, 10.9) },
      2: { dispatch: linear(61.28, 3.311e-6, 7.7), combine: linear(91.89, 7.938e-6, 9.8) },
      4: { dispatch: linear(92.29, 7.636e-6, 3.9), combine: linear(120.1, 1.53e-5, 5.8) },
      8: { dispatch: linear(118.4, 2.657e-5, 3.5), combine: linear(133.4, 5.384e-5, 2.2) },
    },
  },
  h200: {
    lowLatency: {
      1: { dispatch: linear(10.3, 3.699e-6, 8.4), combine: linear(10.2, 8.012e-6, 5.3) },
      2: { dispatch: linear(20.17, 1.096e-5, 1.8), combine: linear(24.9, 2.129e-5, 3.2) },
      4: { dispatch: linear(25.73, 1.6e-5, 1.2), combine: linear(25.96, 3.275e-5, 1.3) },
      8: { dispatch: linear(27.79, 1.877e-5, 1.4), combine: linear(26.43, 3.759e-5, 1.4) },
    },
    normal: {
      1: { dispatch: linear(27.49, 2.05e-6, 6.4), combine: linear(38.76, 3.712e-6, 11.1) },
      2: { dispatch: linear(61.28, 3.311e-6, 7.7), combine: linear(91.89, 7.938e-6, 9.8) },
      4: { dispatch: linear(92.29, 7.636e-6, 3.9), combine: linear(120.1, 1.53e-5, 5.8) },
      8: { dispatch: linear(118.4, 2.657e-5, 3.5), combine: linear(133.4, 5.384e-5, 2.2) },
    },
  },
  b200: {
    lowLatency: {
      1: { dispatch: linear(18.96, 2.025e-6, 10.8), combine: linear(18.05, 3.045e-6, 7.9) },
    },
    normal: {
      1: { dispatch: linear(36.81, 1.98e-6, 7.3), combine: linear(48.39, 3.044e-6, 12.1) },
    },
  },
  b300: {
    lowLatency: {
      1: { dispatch: linear(19.43, 2.023e-6, 9.9), combine: linear(18.71, 3.038e-6, 9.7) },
    },
    normal: {
      1: { dispatch: linear(38, 1.936e-6, 7), combine: linear(48.87, 3.01e-6, 11.2) },
    },
  },
  gb200: {
    lowLatency: {
      1: { dispatch: linear(14.52, 1.885e-6, 11.6), combine: linear(13.48, 2.798e-6, 11.8) },
    },
    normal: {
      1: { dispatch: linear(34.19, 1.607e-6, 5.7), combine: linear(42.08, 2.513e-6, 10.5) },
    },
  },
  gb300: {
    lowLatency: {
      1: { dispatch: linear(14.27, 1.856e-6, 11.9), combine: linear(13.32, 2.797e-6, 12.2) },
    },
    normal: {
      1: { dispatch: linear(36.79, 1.557e-6, 11.2), combine: linear(41.37, 2.485e-6, 10.4) },
    },
  },
};

/** Ranks of TensorRT-LLM's all-to-all. */
export type RankCount = 2 | 4 | 8 | 16 | 32 | 64;

type ByRanks = Readonly<Partial<Record<RankCount, LinearCoefficients>>>;

/** Steps of TensorRT-LLM's all-to-all; times by payload format and ranks. */
export interface NvlinkAllToAll {
  readonly prepare?: Readonly<Partial<Record<'bf16' | 'fp8' | 'nvfp4', ByRanks>>>;
  readonly dispatch: Readonly<Partial<Record<'bf16' | 'fp8' | 'nvfp4', ByRanks>>>;
  readonly combine: Readonly<Partial<Record<'bf16' | 'fp8' | 'nvfp4', ByRanks>>>;
  readonly combineLowPrecision?: Readonly<Partial<Record<'bf16' | 'fp8' | 'nvfp4', ByRanks>>>;
}

/** One-sided variant, GB200 NVL72. */
export const TRTLLM_ONE_SIDED: NvlinkAllToAll = {
  dispatch: {
    nvfp4: {
      2: linear(13.48, 1.774e-7, 7.3),
      4: linear(15.16, 3.175e-7, 1.5),
      8: linear(17.7, 7.5e-7, 3.1),
      16: linear(18.39, 8.185e-7, 2.7),
      32: linear(20.55, 8.698e-7, 1.7),
    },
  },
  combine: {
    nvfp4: {
      2: linear(15.81, 3.67e-7, 4.4),
      4: linear(16.22, 1.088e-6, 4.2),
      8: linear(23.04, 2.621e-6, 6.4),
      16: linear(24.23, 2.849e-6, 4.7),
      32: linear(31.56, 2.962e-6, 5.2),
    },
  },
};

/** Two-sided variant, GB200 NVL72. */
export const TRTLLM_TWO_SIDED: NvlinkAllToAll = {
  prepare: {
    bf16: {
      2: linear(11.5, 1.238e-7, 1.8),
      4: linear(12.15, 1.253e-7, 2.1),
      8: linear(13.12, 1.24e-7, 1.8),
      16: linear(14.32, 1.122e-7, 1.4),
      32: linear(14.86, 1.068e-7, 1.8),
      64: linear(15.34, 1.067e-7, 1.5),
    },
    fp8: {
      2: linear(11.6, 1.233e-7, 1.6),
      4: linear(12.42, 1.239e-7, 0.9),
      8: linear(13.06, 1.247e-7, 0.5),
      16: linear(14.21, 1.133e-7, 2.7),
      32: linear(14.92, 1.062e-7, 1.1),
      64: linear(15.87, 1.055e-7, 2.2),
    },
    nvfp4: {
      2: linear(11.67, 1.226e-7, 1.6),
      4: linear(12.2, 1.237e-7, 1.6),
      8: linear(13.34, 1.232e-7, 1.6),
      16: linear(14.07, 1.132e-7, 2.4),
      32: linear(14.69, 1.063e-7, 0.7),
      64: linear(15.37, 1.071e-7, 1.2),
    },
  },
  dispatch: {
    bf16: {
      2: linear(10.21, 9.218e-7, 3.3),
      4: linear(11.54, 1.432e-6, 2.7),
      8: linear(13.27, 2.942e-6, 0.4),
      16: linear(13.72, 3.147e-6, 0.7),
      32: linear(13.57, 3.4e-6, 0.6),
      64: linear(14.02, 3.735e-6, 4.2),
    },
    fp8: {
      2: linear(9.89, 6.378e-7, 1.6),
      4: linear(10.67, 7.71e-7, 3.9),
      8: linear(11.95, 1.567e-6, 0.9),
      16: linear(12.38, 1.659e-6, 0.7),
      32: linear(12.51, 1.802e-6, 1),
      64: linear(12.22, 1.957e-6, 3.2),
    },
    nvfp4: {
      2: linear(10.05, 7.068e-7, 2.8),
      4: linear(10.83, 7.419e-7, 5.9),
      8: linear(12.39, 1.034e-6, 1.1),
      16: linear(13.17, 1.104e-6, 1.6),
      32: linear(12.74, 1.194e-6, 1.2),
      64: linear(13.06, 1.253e-6, 3.4),
    },
  },
  combine: {
    bf16: {
      2: linear(11, 1.421e-6, 3.4),
      4: linear(12.01, 1.892e-6, 0.9),
      8: linear(13.71, 3.396e-6, 0.9),
      16: linear(15.5, 3.554e-6, 2.5),
      32: linear(14.61, 3.874e-6, 1),
      64: linear(21.05, 3.954e-6, 8.1),
    },
    fp8: {
      2: linear(11.18, 1.415e-6, 3.9),
      4: linear(12.29, 1.887e-6, 1.3),
      8: linear(13.74, 3.391e-6, 1.4),
      16: linear(14.79, 3.574e-6, 1.7),
      32: linear(14.49, 3.843e-6, 0.9),
      64: linear(20.56, 4.01e-6, 7.2),
    },
    nvfp4: {
      2: linear(11.15, 1.416e-6, 3.5),
      4: linear(12.18, 1.887e-6, 1.6),
      8: linear(13.83, 3.389e-6, 1.1),
      16: linear(14.71, 3.58e-6, 1.6),
      32: linear(14.39, 3.851e-6, 0.7),
      64: linear(19.85, 3.999e-6, 7.1),
    },
  },
  combineLowPrecision: {
    nvfp4: {
      2: linear(13.89, 2.346e-6, 2.6),
      4: linear(14.62, 2.39e-6, 2.6),
      8: linear(17.06, 2.732e-6, 1.7),
      16: linear(18.31, 2.704e-6, 2),
      32: linear(18.26, 2.831e-6, 2.3),
      64: linear(20.81, 3.038e-6, 3.4),
    },
  },
};
