/**
 * A GPU as the operators see it: rates per microsecond, and which measured kernels stand for it. A profiled
 * GPU is used with the peaks its fit assumed; another variant of its chip with the catalogue's peaks and the
 * same efficiencies; any other GPU with the catalogue's peaks and the mean efficiencies of profiled GPUs.
 */
import { PROFILED_GPU_SPECS, profileOf } from '../../models/coefficients/profiled-gpus.ts';
import type { ProfiledGpu } from '../../models/coefficients/types.ts';
import type { GpuSpec } from '../../models/schema.ts';

/** Peak classes that kernels are limited by. */
export type PeakClass = 'bf16' | 'fp8' | 'fp4' | 'int8';

/** A GPU for the operators. */
export interface Hardware {
  readonly gpu: GpuSpec;
  /** Measured kernels that stand for it; undefined: the defaults for unprofiled GPUs. */
  readonly profile: ProfiledGpu | undefined;
  /** True when GPU and profile are the same product. */
  readonly measured: boolean;
  /** Peaks in operations per µs; null where the chip has no such unit. */
  readonly peak: Readonly<Record<PeakClass, number | null>>;
  /** Memory bandwidth, bytes per µs. */
  readonly bytesPerUs: number;
  /** Units that work in parallel on one kernel. */
  readonly smCount: number;
  /** Mixed steps run decodes through the prefill kernel (FlashAttention 2: before and beside Hopper). */
  readonly mixedStepPenalty: boolean;
}

/**
 * Accelerators with a few large cores (TPU, Gaudi, Trainium) still work on many tiles at once; per-unit terms
 * that were fitted on GPUs of 100 and more units would grow out of bounds. Assumption.
 */
const FEWEST_PARALLEL_UNITS = 64;

/** Architectures whose vLLM attention kernels are FlashAttention 2. */
const FLASH_ATTENTION_2 = ['ampere', 'ada', 'blackwell-gddr'];

/** Resolves a catalogue GPU. */
export function hardwareOf(gpu: GpuSpec): Hardware {
  const match = profileOf(gpu.id);
  if (match?.exact === true) {
    const spec = PROFILED_GPU_SPECS[match.profile];
    return {
      gpu,
      profile: match.profile,
      measured: true,
      peak: {
        bf16: spec.bf16FlopPerSecond * 1e-6,
        fp8: perUs(spec.fp8FlopPerSecond),
        fp4: perUs(spec.fp4FlopPerSecond),
        int8: perUs(spec.int8OpPerSecond),
      },
      bytesPerUs: spec.bytesPerSecond * 1e-6,
      smCount: spec.smCount,
      mixedStepPenalty: FLASH_ATTENTION_2.includes(spec.generation),
    };
  }
  const profile = match?.profile;
  return {
    gpu,
    profile,
    measured: false,
    peak: {
      bf16: teraPerUs(gpu.peak.bf16),
      fp8: teraPerUs(gpu.peak.fp8),
      fp4: teraPerUs(gpu.peak.fp4),
      int8: teraPerUs(gpu.peak.int8),
    },
    bytesPerUs: gpu.memoryGBps * 1e3,
    smCount: Math.max(FEWEST_PARALLEL_UNITS, gpu.smCount),
    mixedStepPenalty:
      profile !== undefined && FLASH_ATTENTION_2.includes(PROFILED_GPU_SPECS[profile].generation),
  };
}

/** Peak of a class in operations per µs, falling back to the 16-bit peak where the chip lacks the unit. */
export function peakOf(hardware: Hardware, wanted: PeakClass): number {
  return hardware.peak[wanted] ?? hardware.peak.bf16 ?? hardware.peak.fp8! / 2;
}

function perUs(perSecond: number | null): number | null {
  return perSecond === null ? null : perSecond * 1e-6;
}

function teraPerUs(tera: number | null): number | null {
  return tera === null ? null : tera * 1e6;
}
