/** Quantile curves for charts: cumulative distributions as columns, out of the sketches of a recorder. */
import { overTimeOf } from '../metrics/over-time.ts';
import type { Recorder } from '../metrics/recorder.ts';
import type { RunResult } from '../metrics/run-result.ts';
import type { QuantileSketch } from '../metrics/sketch.ts';
import type { FleetCurves, QuantileCurve } from './api.ts';

/** Points of a curve; more than a chart has pixels per half. */
export const CURVE_POINTS = 400;

/** Curves of one fleet under one workload: `recorder` has taken in all `runs`. */
export function fleetCurves(
  workload: string,
  fleet: string,
  recorder: Recorder,
  runs: readonly RunResult[],
): FleetCurves {
  const timed = runs.flatMap(({ overTime }) => (overTime === undefined ? [] : [overTime]));
  return {
    workload,
    fleet,
    ttft: quantileCurve(recorder.total.ttft),
    itl: quantileCurve(recorder.itl),
    e2e: quantileCurve(recorder.total.e2e),
    overTime: overTimeOf(timed, recorder.warmupUs),
  };
}

function quantileCurve(sketch: QuantileSketch): QuantileCurve {
  if (sketch.count === 0) return { ms: new Float64Array(0), n: 0 };
  const at = Array.from({ length: CURVE_POINTS }, (_, i) => (i + 0.5) / CURVE_POINTS);
  return { ms: Float64Array.from(sketch.quantiles(at), (us) => us! / 1e3), n: sketch.count };
}
