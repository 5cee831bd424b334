/**
 * Routed experts of one layer on one rank: permutation, two grouped products, activation, combination. The
 * efficiencies are documented at `MoeCoefficients`; expert parallelism multiplies rows and read weights by
 * the load of the busiest rank over the mean, as all ranks wait for it.
 */
import { KERNEL_TRAFFIC } from '../../../models/coefficients/kernel-traffic.ts';
import type { KernelPrecision, MoeCoefficients } from '../../../models/coefficients/types.ts';
import { type Hardware, peakOf } from '../hardware.ts';
import { blend } from './blend.ts';
import { activeExperts, rankImbalance } from './expert-loads.ts';

/** Experts of one layer; sizes of the whole layer, divided inside. */
export interface MoeShape {
  readonly hiddenSize: number;
  readonly expertWidth: number;
  readonly experts: number;
  readonly expertsPerToken: number;
  /** Matrices of an expert: 3 when gated, else 2. */
  readonly matrices: number;
  /** Ranks that the experts are spread over, and ranks that split each expert. */
  readonly expertRanks: number;
  readonly tensorRanks: number;
  /** Every expert is as popular as any other. */
  readonly evenLoads: boolean;
}

/** Time in µs for `tokens` tokens of all data-parallel ranks together. */
export function moeUs(
  c: MoeCoefficients,
  hardware: Hardware,
  format: KernelPrecision,
  shape: MoeShape,
  tokens: number,
): number {
  const { hiddenSize, matrices, expertRanks } = shape;
  const traffic = KERNEL_TRAFFIC[format];
  const width = shape.expertWidth / shape.tensorRanks;
  const experts = shape.experts / expertRanks;
  const even = shape.evenLoads;
  const imbalance = even ? 1 : rankImbalance(tokens, shape.experts, expertRanks);
  const perRank = shape.expertsPerToken / expertRanks;
  const rows = tokens * perRank * imbalance;
  const active = Math.min(experts, activeExperts(tokens, perRank, experts, even) * imbalance);
  const activationBytes =
    rows * (hiddenSize * (traffic.activationBytes + 4) + 6 * width) + 4 * tokens * hiddenSize;
  const flop = 2 * matrices * (rows + c.padRowsPerExpert * active) * hiddenSize * width;
  const weightBytes = active * matrices * hiddenSize * width * traffic.weightBytes;
  return (
    c.fixedUs +
    (c.per100ExpertsUs * experts) / 100 +
    activationBytes / (hardware.bytesPerUs * c.activationEfficiency) +
    blend(
      flop / (peakOf(hardware, traffic.peak) * c.computeEfficiency),
      weightBytes / (hardware.bytesPerUs * c.memoryEfficiency),
      c.blendExponent,
    )
  );
}
