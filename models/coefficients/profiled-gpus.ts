/**
 * Profiled GPUs: the peaks that the efficiencies of the fits refer to, and which catalogue entries they stand
 * for. A time is peak x efficiency, so a fit is used with its own peaks even where the catalogue quotes
 * another figure (B200 7.7 or 8.0 TB/s, RTX PRO 6000 1792 or 1597 GB/s).
 */
import type { ProfiledGpu } from './types.ts';

/** What the fits assumed about a GPU. Rates in FLOP/s (OP/s for int8), dense; null: no such unit. */
export interface ProfiledGpuSpec {
  /** Catalogue entry that was measured; null when the catalogue lacks it (Intel Arc Pro B60). */
  readonly gpuId: string | null;
  /** Catalogue entries of the same chip with other memory or power limits: same efficiencies, own peaks. */
  readonly sameChip: readonly string[];
  readonly generation: 'ampere' | 'hopper' | 'ada' | 'blackwell' | 'blackwell-gddr' | 'xe2';
  readonly bf16FlopPerSecond: number;
  readonly fp8FlopPerSecond: number | null;
  readonly fp4FlopPerSecond: number | null;
  readonly int8OpPerSecond: number | null;
  readonly bytesPerSecond: number;
  readonly smCount: number;
  readonly l2Bytes: number;
}

/** The profiled GPUs in the order of the tables. */
export const PROFILED_GPUS: readonly ProfiledGpu[] = [
  'a100',
  'h100',
  'h200',
  'l40s',
  'b200',
  'b300',
  'gb200',
  'gb300',
  'rtx6000',
  'b60',
];

/** Peaks by profiled GPU. */
export const PROFILED_GPU_SPECS: Readonly<Record<ProfiledGpu, ProfiledGpuSpec>> = {
  a100: {
    gpuId: 'a100-80gb-sxm',
    sameChip: ['a100-40gb-sxm', 'a100-80gb-pcie', 'a100-40gb-pcie'],
    generation: 'ampere',
    bf16FlopPerSecond: 3.12e14,
    fp8FlopPerSecond: null,
    fp4FlopPerSecond: null,
    int8OpPerSecond: 6.24e14,
    bytesPerSecond: 2.039e12,
    smCount: 108,
    l2Bytes: 4e7,
  },
  h100: {
    gpuId: 'h100-sxm',
    sameChip: ['h100-pcie', 'h100-nvl', 'gh200-96gb'],
    generation: 'hopper',
    bf16FlopPerSecond: 9.89e14,
    fp8FlopPerSecond: 1.979e15,
    fp4FlopPerSecond: null,
    int8OpPerSecond: null,
    bytesPerSecond: 3.35e12,
    smCount: 132,
    l2Bytes: 5e7,
  },
  h200: {
    gpuId: 'h200-sxm',
    sameChip: [],
    generation: 'hopper',
    bf16FlopPerSecond: 9.89e14,
    fp8FlopPerSecond: 1.979e15,
    fp4FlopPerSecond: null,
    int8OpPerSecond: null,
    bytesPerSecond: 4.8e12,
    smCount: 132,
    l2Bytes: 5e7,
  },
  l40s: {
    gpuId: 'l40s',
    sameChip: ['rtx-6000-ada', 'rtx-4090', 'l4'],
    generation: 'ada',
    bf16FlopPerSecond: 3.62e14,
    fp8FlopPerSecond: 7.33e14,
    fp4FlopPerSecond: null,
    int8OpPerSecond: null,
    bytesPerSecond: 8.64e11,
    smCount: 142,
    l2Bytes: 9.6e7,
  },
  b200: {
    gpuId: 'b200-sxm',
    sameChip: [],
    generation: 'blackwell',
    bf16FlopPerSecond: 2.25e15,
    fp8FlopPerSecond: 4.5e15,
    fp4FlopPerSecond: 9e15,
    int8OpPerSecond: null,
    bytesPerSecond: 7.7e12,
    smCount: 148,
    l2Bytes: 1.26e8,
  },
  b300: {
    gpuId: 'b300-sxm',
    sameChip: [],
    generation: 'blackwell',
    bf16FlopPerSecond: 2.25e15,
    fp8FlopPerSecond: 4.5e15,
    fp4FlopPerSecond: 1.35e16,
    int8OpPerSecond: null,
    bytesPerSecond: 7.7e12,
    smCount: 148,
    l2Bytes: 1.26e8,
  },
  gb200: {
    gpuId: 'gb200-nvl72',
    sameChip: [],
    generation: 'blackwell',
    bf16FlopPerSecond: 2.5e15,
    fp8FlopPerSecond: 5e15,
    fp4FlopPerSecond: 1e16,
    int8OpPerSecond: null,
    bytesPerSecond: 8e12,
    smCount: 152,
    l2Bytes: 1.26e8,
  },
  gb300: {
    gpuId: 'gb300-nvl72',
    sameChip: [],
    generation: 'blackwell',
    bf16FlopPerSecond: 2.5e15,
    fp8FlopPerSecond: 5e15,
    fp4FlopPerSecond: 1.5e16,
    int8OpPerSecond: null,
    bytesPerSecond: 8e12,
    smCount: 152,
    l2Bytes: 1.26e8,
  },
  rtx6000: {
    gpuId: 'rtx-pro-6000-server',
    sameChip: [],
    generation: 'blackwell-gddr',
    bf16FlopPerSecond: 4.68e14,
    fp8FlopPerSecond: 9.36e14,
    fp4FlopPerSecond: 1.871e15,
    int8OpPerSecond: null,
    bytesPerSecond: 1.792e12,
    smCount: 188,
    l2Bytes: 1.28e8,
  },
  b60: {
    gpuId: null,
    sameChip: [],
    generation: 'xe2',
    bf16FlopPerSecond: 9.6e13,
    fp8FlopPerSecond: null,
    fp4FlopPerSecond: null,
    int8OpPerSecond: 1.97e14,
    bytesPerSecond: 4.56e11,
    smCount: 20,
    l2Bytes: 1.8e7,
  },
};

/** How a catalogue GPU relates to the measurements. */
export interface ProfileMatch {
  readonly profile: ProfiledGpu;
  /** True for the measured GPU itself, false for another variant of its chip. */
  readonly exact: boolean;
}

/** The profile of a catalogue GPU, or undefined where only the defaults for unprofiled GPUs apply. */
export function profileOf(gpuId: string): ProfileMatch | undefined {
  for (const profile of PROFILED_GPUS) {
    const spec = PROFILED_GPU_SPECS[profile];
    if (spec.gpuId === gpuId) return { profile, exact: true };
    if (spec.sameChip.includes(gpuId)) return { profile, exact: false };
  }
  return undefined;
}
