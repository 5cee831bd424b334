/** Points of the load charts: what was offered and what came of it, and the knee and peak over seeds. */
import { mean } from 'd3-array';
import type { Interval } from '../../sim/metrics/report.ts';
import type { SweepPoint } from '../../sim/sweep/blob.ts';
import type { FleetLoads } from '../../sim/worker/load-worker.ts';

/** Requests per second that were offered. Arrival times scale with the load, so one point of a curve tells of all. */
function rpsPerLoad({ curves }: FleetLoads): number {
  const rates = curves.flatMap(({ points }) =>
    points.map(({ load, figures }) => (figures['arrivalWindow.arrivedPerS'] ?? 0) / load),
  );
  return mean(rates) ?? 0;
}

export interface LoadPoint {
  readonly rps: number;
  readonly value: number;
  readonly meets: boolean | null;
}

/** A figure over offered load, one list per seed, by load. */
export function seedLines(fleet: FleetLoads, figure: string): LoadPoint[][] {
  const factor = rpsPerLoad(fleet);
  return fleet.curves.map(({ points }) =>
    points.flatMap((point) => {
      const value = figureOf(point, figure);
      return value === null ? [] : [{ rps: point.load * factor, value, meets: point.meets }];
    }),
  );
}

/** The knee, requests per second; null without an SLO. */
export function kneeOf(
  fleet: FleetLoads,
): { rps: number; interval: Interval | null; isLowerBound: boolean } | null {
  const { knee } = fleet;
  if (knee === null) return null;
  const factor = rpsPerLoad(fleet);
  const { interval } = knee;
  return {
    rps: knee.load * factor,
    interval:
      interval === null ? null : { ...interval, low: interval.low * factor, high: interval.high * factor },
    isLowerBound: knee.isLowerBound,
  };
}

/** The peak, as the mean over seeds. */
export function peakOf(fleet: FleetLoads): { rps: number; tokensPerS: number; isRising: boolean } {
  const peaks = fleet.curves.map(({ peak }) => peak);
  return {
    rps: (mean(peaks, ({ load }) => load) ?? 0) * rpsPerLoad(fleet),
    tokensPerS: mean(peaks, ({ outputTokensPerS }) => outputTokensPerS) ?? 0,
    isRising: peaks.some(({ isRising }) => isRising),
  };
}

/** Value at a load on a list by load, straight between its points; null outside of them. */
export function valueAt(points: readonly LoadPoint[], rps: number): number | null {
  const next = points.findIndex((point) => point.rps >= rps);
  if (next < 0) return null;
  const [after, before] = [points[next]!, points[next - 1]];
  if (before === undefined) return after.rps === rps ? after.value : null;
  return before.value + ((after.value - before.value) * (rps - before.rps)) / (after.rps - before.rps);
}

function figureOf({ figures, meets }: SweepPoint, figure: string): number | null {
  const value = figures[figure];
  if (value !== undefined) return value;
  // Without an SLO every answered request is a good one.
  if (figure === 'arrivalWindow.goodputRps' && meets === null)
    return figures['arrivalWindow.requestsPerS'] ?? null;
  return null;
}
