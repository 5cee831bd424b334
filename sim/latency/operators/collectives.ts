/**
 * Collectives inside one instance: tensor-parallel all-reduce (vLLM's kernels in a CUDA graph, or eager),
 * NCCL all-gather and reduce-scatter, transfers between pipeline stages. Unmeasured GPUs and group sizes fall
 * back to a ring over the scale-up link, or over PCIe when the GPU has none.
 */
import { ALL_REDUCE, type GroupSize } from '../../../models/coefficients/allreduce.ts';
import { NCCL, type NcclOperation } from '../../../models/coefficients/nccl.ts';
import type { AllReduceCoefficients, NcclCoefficients } from '../../../models/coefficients/types.ts';
import type { Hardware } from '../hardware.ts';
import { blendDown } from './blend.ts';

/**
 * Start of a collective and of a hop where nothing was measured, µs (median of measured GPUs with NVLink).
 */
const UNMEASURED_FIXED_US = 10;
/** Share of link bandwidth that a ring reaches (H100 all-reduce of 64 MiB: 0.45 to 0.55 of 450 GB/s). */
const RING_EFFICIENCY = 0.5;

/** An all-reduce over `ranks`, resolved once. */
export interface AllReduce {
  readonly ranks: number;
  readonly measured: AllReduceCoefficients | undefined;
  readonly usPerByte: number;
  /** Factor on the time. */
  readonly factor: number;
}

/** Picks the measured kernel, or the ring that stands in for it. */
export function allReduceOf(hardware: Hardware, ranks: number, eager: boolean, factor = 1): AllReduce {
  const table = hardware.profile === undefined ? undefined : ALL_REDUCE[hardware.profile];
  // Another variant of the chip may lack the link: its all-reduce is not the measured one.
  const sameLink = hardware.measured || hardware.gpu.scaleUpGBps !== null;
  const size = groupSize(ranks);
  const kernels = eager ? table?.eager : table?.graph;
  return {
    ranks,
    measured: sameLink && size !== undefined ? (kernels?.[size] ?? table?.eager[size]) : undefined,
    usPerByte: ringUsPerByte(hardware, ranks),
    factor,
  };
}

/** Time in µs of reducing `bytes` on every rank; 0 for a single rank. */
export function allReduceUs(reduce: AllReduce, bytes: number): number {
  if (reduce.ranks <= 1) return 0;
  const c = reduce.measured;
  if (c === undefined) return reduce.factor * (UNMEASURED_FIXED_US + 2 * bytes * reduce.usPerByte);
  return (
    reduce.factor *
    blendDown(
      c.oneShotUs + bytes * c.oneShotUsPerByte,
      c.twoShotUs + bytes * c.twoShotUsPerByte,
      c.blendExponent,
    )
  );
}

/** Time in µs of a NCCL all-gather or reduce-scatter whose full message is `bytes`; 0 for a single rank. */
export function gatherUs(hardware: Hardware, operation: NcclOperation, ranks: number, bytes: number): number {
  if (ranks <= 1) return 0;
  const c = ncclOf(hardware, operation, ranks);
  if (c === undefined) return UNMEASURED_FIXED_US + bytes * ringUsPerByte(hardware, ranks);
  return c.fixedUs + c.usPerSqrtByte * Math.sqrt(bytes) + c.usPerByte * bytes;
}

/** Time in µs of handing `bytes` to the next pipeline stage. */
export function stageHandoverUs(hardware: Hardware, bytes: number): number {
  return UNMEASURED_FIXED_US + bytes / linkBytesPerUs(hardware);
}

function ncclOf(hardware: Hardware, operation: NcclOperation, ranks: number): NcclCoefficients | undefined {
  if (hardware.profile === undefined) return undefined;
  const table = NCCL[hardware.profile]?.[operation];
  return table?.[groupSize(Math.min(8, ranks)) ?? 8] ?? table?.[4] ?? table?.[2];
}

function groupSize(ranks: number): GroupSize | undefined {
  return ranks === 2 || ranks === 4 || ranks === 8 ? ranks : undefined;
}

function linkBytesPerUs(hardware: Hardware): number {
  const { gpu } = hardware;
  return (gpu.scaleUpGBps ?? gpu.pcieGBps) * 1e3 * RING_EFFICIENCY;
}

function ringUsPerByte(hardware: Hardware, ranks: number): number {
  return (ranks - 1) / ranks / linkBytesPerUs(hardware);
}
