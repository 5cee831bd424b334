/** What the distribution chart shows: shares below a time, ticks of its logarithmic axis, and its table twin. */
import { bisectRight, max, min } from 'd3-array';
import type { QuantileCurve } from '../../sim/worker/api.ts';

export interface CdfLine {
  readonly letter: string;
  readonly name: string;
  readonly curve: QuantileCurve;
  /** Place of the fleet, whose colour and dash it has; omitted: that of the line. */
  readonly place?: number;
}

/** Share of observations at or below `ms`, 0..1; null where there are none. */
export function shareWithin(curve: QuantileCurve, ms: number): number | null {
  return curve.ms.length === 0 ? null : bisectRight(curve.ms, ms) / curve.ms.length;
}

/** The quantile, ms; null where nothing was observed. */
export function quantileMs(curve: QuantileCurve, quantile: number): number | null {
  if (curve.ms.length === 0) return null;
  return curve.ms[Math.min(curve.ms.length - 1, Math.floor(quantile * curve.ms.length))]!;
}

/** Range that holds every curve and the limit, ms; never empty, never from zero (the axis is logarithmic). */
export function timeDomain(curves: readonly QuantileCurve[], limitMs: number | null): [number, number] {
  const low = min([...curves.map((curve) => curve.ms[0]), limitMs ?? undefined].filter(isPositive)) ?? 1;
  const high =
    max([...curves.map((curve) => curve.ms.at(-1)), limitMs ?? undefined].filter(isPositive)) ?? 10;
  return [low * 0.9, Math.max(high * 1.1, low * 2)];
}

/** Round times of a logarithmic axis: 1, 2, 5 of each decade, or only the decades where that would crowd. */
export function timeTicks([low, high]: readonly [number, number], most: number): number[] {
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, i) => 10 ** (Math.floor(Math.log10(low)) + i),
  );
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const ticks = decades
      .flatMap((decade) => steps.map((step) => step * decade))
      .filter((tick) => tick >= low && tick <= high);
    if (ticks.length <= most) return ticks;
  }
  return decades.filter((tick) => tick >= low && tick <= high);
}

/** Nines of a share: 0.9 is 1, 0.99 is 2; no more than the axis has. */
export const MOST_NINES = 3;
export function ninesOf(share: number): number {
  return Math.min(MOST_NINES, -Math.log10(Math.max(1 - share, Number.MIN_VALUE)));
}

/**
 * Half-width of the 95 % band about a whole distribution of n independent observations, as a share (Dvoretzky, Kiefer and
 * Wolfowitz 1956, with Massart's constant of 1990).
 */
export function bandHalfWidth(n: number): number {
  return n === 0 ? 1 : Math.min(1, Math.sqrt(Math.log(2 / 0.05) / (2 * n)));
}

function isPositive(value: number | undefined): value is number {
  return value !== undefined && value > 0;
}
