/** How far a prediction is from a measured case, as fits and summaries count it. */
import type { CaseReport, Point } from '../validate/validate.ts';

/** Metrics that overhead shows in. Throughput of an open loop is the workload's own. */
const FITTED = /^(tpotMs|ttftMs|e2eMs)\.(mean|p50)$/;

/** A point that is further off than this factor counts as this far: one broken point must not steer a fit. */
const FURTHEST = 2;

/** Mean of |ln(predicted / measured)| over a case's points of the fitted metrics; null when it has none. */
export function caseLoss(report: CaseReport): number | null {
  const points = fittedPoints(report);
  if (points.length === 0) return null;
  return points.reduce((sum, p) => sum + distance(p), 0) / points.length;
}

/** Points of the fitted metrics. */
export function fittedPoints(report: CaseReport): readonly Point[] {
  return report.points.filter((point) => FITTED.test(point.metric));
}

function distance(point: Point): number {
  return Math.min(Math.log(FURTHEST), Math.abs(Math.log(point.predicted / point.measured)));
}

/** Median of absolute errors in percent, by metric, in order of first appearance. */
export function medianErrors(reports: readonly CaseReport[]): ReadonlyMap<string, MetricError> {
  const errors = new Map<string, number[]>();
  for (const point of reports.flatMap(fittedPoints)) {
    const list = errors.get(point.metric);
    if (list === undefined) errors.set(point.metric, [Math.abs(point.errorPct)]);
    else list.push(Math.abs(point.errorPct));
  }
  return new Map([...errors].map(([metric, list]) => [metric, { n: list.length, medianPct: median(list) }]));
}

/** Error of a metric over some cases. */
export interface MetricError {
  readonly n: number;
  readonly medianPct: number;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
