/**
 * Scores of a group of endpoints by predicted headroom: |headroom| min-max normalised per dimension and blended. A
 * dimension without extent (<= 1e-9) counts 0.5 and gives its weight to the other. `least` prefers small headroom
 * (packs), `most` large headroom (spreads). Scores are steps of 1/100 from 0.01 to 1.01; the core clamps them.
 * Source: router specification 3.3, latency-scorer.
 */
import type { LatencyColumn } from '../columns.ts';

const EXTENT_MIN = 1e-9;

/** Weights of the two dimensions. */
export interface HeadroomWeights {
  readonly ttft: number;
  readonly tpot: number;
}

interface Extent {
  readonly min: number;
  readonly size: number;
}

/** Writes out[i] for the indexes in `group`; `rows[i]` is the row of index i. */
export function scoreByHeadroom(
  latency: LatencyColumn,
  rows: Int32Array,
  group: readonly number[],
  options: { readonly weights: HeadroomWeights; readonly prefersMost: boolean },
  out: Float64Array,
): void {
  const ttft = extentOf(latency.ttftHeadroomMs, rows, group);
  const tpot = extentOf(latency.tpotHeadroomMs, rows, group);
  const { alpha, beta } = blend(options.weights, ttft, tpot);
  for (const i of group) {
    const row = rows[i]!;
    const blended =
      alpha * normalised(latency.ttftHeadroomMs[row]!, ttft) +
      beta * normalised(latency.tpotHeadroomMs[row]!, tpot);
    const wanted = options.prefersMost ? blended : 1 - blended;
    out[i] = (Math.trunc(wanted * 100) + 1) / 100;
  }
}

function extentOf(column: Float64Array, rows: Int32Array, group: readonly number[]): Extent {
  const values = group.map((i) => Math.abs(column[rows[i]!]!));
  const min = Math.min(...values);
  return { min, size: Math.max(...values) - min };
}

function normalised(headroom: number, extent: Extent): number {
  return extent.size <= EXTENT_MIN ? 0.5 : (Math.abs(headroom) - extent.min) / extent.size;
}

function blend(weights: HeadroomWeights, ttft: Extent, tpot: Extent): { alpha: number; beta: number } {
  const sum = weights.ttft + weights.tpot;
  const alpha = sum <= 0 ? 1 : weights.ttft / sum;
  const beta = sum <= 0 ? 0 : weights.tpot / sum;
  const ttftFlat = ttft.size <= EXTENT_MIN;
  const tpotFlat = tpot.size <= EXTENT_MIN;
  if (ttftFlat && !tpotFlat) return { alpha: 0, beta: 1 };
  if (tpotFlat && !ttftFlat) return { alpha: 1, beta: 0 };
  return { alpha, beta };
}
