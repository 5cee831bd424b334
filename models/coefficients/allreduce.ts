/**
 * Tensor-parallel all-reduce inside a node, by GPU, launch mode and number of GPUs: vLLM's own kernels inside
 * a CUDA graph or launched eagerly (20 µs floor and more). In-sample fits of 20 sizes each. L40S and RTX PRO
 * 6000 boxes are PCIe only, measured on one host each. Source: `AI_CONFIGURATOR` in sources.ts.
 */
import { type AllReduceCoefficients, type FitRow, fitError, type ProfiledGpu } from './types.ts';

type Row = readonly [
  oneShotUs: number,
  oneShotUsPerByte: number,
  twoShotUs: number,
  twoShotUsPerByte: number,
  blendExponent: number,
];

function allReduce(row: Row, fit: FitRow): AllReduceCoefficients {
  const [oneShotUs, oneShotUsPerByte, twoShotUs, twoShotUsPerByte, blendExponent] = row;
  return { oneShotUs, oneShotUsPerByte, twoShotUs, twoShotUsPerByte, blendExponent, fit: fitError(fit) };
}

/** Group sizes that were measured. */
export type GroupSize = 2 | 4 | 8;

/** All-reduce of one GPU type, by launch mode and group size. */
export interface AllReduceTable {
  readonly graph: Readonly<Partial<Record<GroupSize, AllReduceCoefficients>>>;
  readonly eager: Readonly<Partial<Record<GroupSize, AllReduceCoefficients>>>;
}

/** By GPU. */
export const ALL_REDUCE: Readonly<Record<ProfiledGpu, AllReduceTable>> = {
  a100: {
    graph: {
      2: allReduce([64.31, 7.697e-5, 5.198, 6.222e-6, 1.159], [20, 2.7, 18.5]),
      4: allReduce([5.275, 1.935e-5, 9.944, 8.331e-6, 12], [20, 2.3, 18]),
      8: allReduce([5.821, 4.333e-5, 13.2, 9.383e-6, 12], [20, 5.1, 28.8]),
    },
    eager: {
      2: allReduce([100, 1.407e-5, 42.38, 6.164e-6, 12], [20, 3.7, 25.3]),
      4: allReduce([100, 1.936e-5, 44.13, 8.501e-6, 12], [20, 3.9, 24.6]),
      8: allReduce([48.83, 1.111e-5, 47.73, 1.086e-5, 6.551], [20, 4, 43.8]),
    },
  },
  h100: {
    graph: {
      2: allReduce([8.905, 8.935e-6, 4.858, 4.877e-6, 1.95], [20, 2.4, 9]),
      4: allReduce([4.56, 1.159e-5, 8.445, 5.052e-6, 12], [20, 2.3, 6.9]),
      8: allReduce([4.808, 2.471e-5, 9.824, 4.784e-6, 12], [20, 2.4, 4.9]),
    },
    eager: {
      2: allReduce([100, 0.01, 19.55, 4.375e-6, 12], [20, 5, 38]),
      4: allReduce([100, 0.01, 20.86, 5.165e-6, 12], [20, 5.8, 25.4]),
      8: allReduce([22.49, 3.92e-5, 33.66, 4.74e-6, 12], [20, 5.5, 23.9]),
    },
  },
  h200: {
    graph: {
      2: allReduce([7.84, 7.117e-6, 5.871, 5.331e-6, 1.689], [20, 2.9, 6.2]),
      4: allReduce([6.387, 2.393e-5, 15.48, 5.969e-6, 1], [20, 3, 6.2]),
      8: allReduce([4.75, 2.783e-5, 9.068, 4.539e-6, 7.443], [20, 1.5, 2.7]),
    },
    eager: {
      2: allReduce([100, 0.01, 19.91, 3.964e-6, 12], [20, 4.9, 33.9]),
      4: allReduce([100, 0.01, 19.99, 4.853e-6, 12], [20, 3.8, 19.8]),
      8: allReduce([20.51, 6.88e-5, 30.91, 4.352e-6, 12], [20, 6.1, 35.3]),
    },
  },
  l40s: {
    graph: {
      2: allReduce([7.895, 7.764e-5, 16.28, 0.0001604, 1.003], [20, 1.4, 11]),
      4: allReduce([12.63, 0.0003868, 57.12, 0.003758, 12], [20, 2.9, 10.3]),
      8: allReduce([23.15, 0.0008529, 235.3, 0.008519, 12], [20, 9.1, 35.6]),
    },
    eager: {
      2: allReduce([100, 7.979e-5, 62.11, 4.44e-5, 12], [20, 25.5, 72.1]),
      4: allReduce([100, 0.0008071, 54.7, 0.00036, 12], [20, 10.9, 55]),
      8: allReduce([59.47, 0.0004812, 147.2, 0.0006033, 12], [20, 25.4, 48.7]),
    },
  },
  b200: {
    graph: {
      2: allReduce([6.694, 6.922e-6, 31.83, 1.786e-6, 10.2], [20, 4.1, 11.1]),
      4: allReduce([6.88, 1.249e-5, 20.1, 2.645e-6, 5.276], [20, 3.3, 17.2]),
      8: allReduce([7.49, 2.617e-5, 15.4, 2.967e-6, 12], [20, 3.3, 35.5]),
    },
    eager: {
      2: allReduce([19.45, 5.381e-6, 35.5, 2.031e-6, 12], [20, 3.6, 15]),
      4: allReduce([27.1, 5.23e-6, 150.3, 5.43e-6, 1], [20, 10.5, 42.2]),
      8: allReduce([21.27, 3.238e-5, 29.93, 3.005e-6, 12], [20, 4, 16.7]),
    },
  },
  b300: {
    graph: {
      2: allReduce([6.727, 6.103e-6, 28.72, 1.824e-6, 12], [20, 2.7, 4.1]),
      4: allReduce([6.785, 1.227e-5, 20.87, 2.598e-6, 12], [20, 3.5, 15.3]),
      8: allReduce([6.96, 3.968e-5, 22.4, 2.615e-6, 12], [20, 4.2, 29.6]),
    },
    eager: {
      2: allReduce([20.22, 3.793e-6, 30.05, 2.108e-6, 12], [20, 2.8, 15.7]),
      4: allReduce([19.69, 8.085e-6, 26.82, 2.839e-6, 12], [20, 1.9, 8.7]),
      8: allReduce([21.98, 2.879e-5, 29.85, 2.807e-6, 12], [20, 7.4, 15.5]),
    },
  },
  gb200: {
    graph: {
      2: allReduce([100, 0.0002558, 5.076, 5.773e-6, 12], [20, 3, 13.9]),
      4: allReduce([5.555, 8.521e-6, 82.4, 3.64e-6, 1], [20, 3.7, 13.8]),
    },
    eager: {
      2: allReduce([100, 1.105e-5, 46.11, 4.891e-6, 12], [20, 8.3, 34]),
      4: allReduce([100, 0.01, 42.36, 2.63e-6, 12], [20, 4, 7.9]),
    },
  },
  gb300: {
    graph: {
      2: allReduce([7.001, 6.221e-6, 27.15, 1.8e-6, 12], [20, 4.2, 5.6]),
      4: allReduce([7.06, 1.293e-5, 22, 2.522e-6, 12], [20, 4.2, 23.1]),
    },
    eager: {
      2: allReduce([100, 4.777e-6, 48.76, 1.838e-6, 12], [20, 2.7, 15.8]),
      4: allReduce([46.04, 5.077e-6, 58.4, 2.307e-6, 12], [20, 3.4, 16.8]),
    },
  },
  rtx6000: {
    graph: {
      2: allReduce([4.283, 0.0001236, 4.485, 2.643e-5, 12], [20, 2.8, 7.6]),
      4: allReduce([12.36, 0.0001201, 43.11, 5.061e-5, 12], [20, 2.8, 19.4]),
      8: allReduce([24.22, 0.0002025, 76.45, 7.144e-5, 12], [20, 2.9, 20.2]),
    },
    eager: {
      2: allReduce([100, 0.01, 19.64, 2.536e-5, 12], [20, 6.8, 39.5]),
      4: allReduce([45.47, 5.114e-5, 28.1, 6.397e-5, 12], [20, 3.6, 21.9]),
      8: allReduce([76.86, 7.144e-5, 27.89, 0.0001913, 12], [20, 6, 22.3]),
    },
  },
  b60: {
    graph: {},
    eager: {
      2: allReduce([100, 0.01, 35.74, 5.264e-5, 12], [20, 5.7, 43.8]),
      4: allReduce([41.62, 8.003e-5, 400, 0.001895, 11.51], [20, 8.7, 58.8]),
      8: allReduce([49.18, 7.909e-5, 400, 0.003464, 12], [20, 6, 28.6]),
    },
  },
};
