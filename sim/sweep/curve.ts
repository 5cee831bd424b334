/**
 * The load curve of one cell: which loads to try, given what came of those before. A generator that hands out loads and is
 * told the points, so that it knows nothing of threads, and takes the same path whoever runs the points.
 *
 * Listed loads come first. Then the load doubles while the SLO holds or throughput still rises, halves while it does not
 * hold, and is bisected between the last load that holds and the first that does not: the SLO knee. Last, loads are put in
 * between on both sides of where throughput stops rising: the peak. Knee and peak are two points: a fleet goes on gaining
 * throughput long after its latencies have left the SLO, or gains none long before.
 */
import type { LoadAxisSpec } from './schema.ts';

/** What came of one load. */
export interface CurvePoint {
  /** In the unit of the load axis: a factor, or requests per second. */
  readonly load: number;
  /** Whether the run is within the SLO; null without an SLO. */
  readonly meets: boolean | null;
  readonly outputTokensPerS: number;
}

/** Highest load up to which every tried load is within the SLO. */
export interface Knee {
  /** 0 where no tried load is within the SLO. */
  readonly load: number;
  /** Lowest load tried that is not within the SLO; null where every tried one is: the knee is further up. */
  readonly above: number | null;
}

/**
 * The lowest load that gives the most output tokens per second, to within 2 %: beyond saturation throughput is flat, and
 * which of its points is the highest is chance.
 */
export interface Peak {
  readonly load: number;
  readonly outputTokensPerS: number;
  /** True when it is the highest load tried and throughput was still rising. */
  readonly isRising: boolean;
}

export interface Curve<Point extends CurvePoint> {
  /** By load, ascending. */
  readonly points: readonly Point[];
  /** Null without an SLO. */
  readonly knee: Knee | null;
  readonly peak: Peak;
}

const DEFAULT_WIDTH = 0.05;
/** Relative distance of loads around the peak. */
const PEAK_WIDTH = 0.25;
/** Throughput that rises by less between neighbours does not rise. */
const RISE = 0.02;
const FURTHEST = 64;

/** Traces the curve: yields loads to be run, is sent their points in the same order. */
export function* traceCurve<Point extends CurvePoint>(
  axis: LoadAxisSpec | undefined,
): Generator<readonly number[], Curve<Point>, readonly Point[]> {
  const listed = [...new Set(axis?.rps ?? axis?.factors ?? [1])].sort((a, b) => a - b);
  const points = [...(yield listed)];
  if (axis !== undefined && axis.adaptive !== false) {
    const least = axis.least ?? listed[0]! / FURTHEST;
    const most = axis.most ?? listed.at(-1)! * FURTHEST;
    yield* widen(points, least, most);
    yield* narrowKnee(points, axis.width ?? DEFAULT_WIDTH);
    yield* narrowPeak(points);
  }
  return { points, knee: kneeOf(points), peak: peakOf(points) };
}

type Trace<Point> = Generator<readonly number[], void, readonly Point[]>;

function* add<Point extends CurvePoint>(points: Point[], load: number): Trace<Point> {
  points.push(...(yield [load]));
  points.sort((a, b) => a.load - b.load);
}

function* widen<Point extends CurvePoint>(points: Point[], least: number, most: number): Trace<Point> {
  for (;;) {
    const { load, meets } = points.at(-1)!;
    if (load >= most || (meets !== true && !isRising(points))) break;
    yield* add(points, Math.min(most, load * 2));
  }
  while (points[0]!.meets === false && points[0]!.load > least) {
    yield* add(points, Math.max(least, points[0]!.load / 2));
  }
}

function* narrowKnee<Point extends CurvePoint>(points: Point[], width: number): Trace<Point> {
  for (;;) {
    const knee = kneeOf(points);
    if (knee === null || knee.load === 0 || knee.above === null || knee.above / knee.load <= 1 + width)
      return;
    yield* add(points, Math.sqrt(knee.load * knee.above));
  }
}

function* narrowPeak<Point extends CurvePoint>(points: Point[]): Trace<Point> {
  for (;;) {
    const { load } = peakOf(points);
    const at = points.findIndex((point) => point.load === load);
    const neighbour = [points[at - 1], points[at + 1]].find(
      (point) => point !== undefined && Math.max(point.load / load, load / point.load) > 1 + PEAK_WIDTH,
    );
    if (neighbour === undefined) return;
    yield* add(points, Math.sqrt(load * neighbour.load));
  }
}

/** Throughput rises up to the last point; with a single one that is not known. */
function isRising(points: readonly CurvePoint[]): boolean {
  const [before, last] = points.slice(-2);
  return last === undefined || last.outputTokensPerS > before!.outputTokensPerS * (1 + RISE);
}

function kneeOf(points: readonly CurvePoint[]): Knee | null {
  if (points[0]!.meets === null) return null;
  const above = points.findIndex((point) => point.meets === false);
  if (above < 0) return { load: points.at(-1)!.load, above: null };
  return { load: above === 0 ? 0 : points[above - 1]!.load, above: points[above]!.load };
}

function peakOf(points: readonly CurvePoint[]): Peak {
  const most = points.reduce((high, one) => Math.max(high, one.outputTokensPerS), 0);
  const best = points.find((one) => one.outputTokensPerS * (1 + RISE) >= most)!;
  const isLast = best === points.at(-1);
  return {
    load: best.load,
    outputTokensPerS: best.outputTokensPerS,
    isRising: isLast && points.length > 1 && isRising(points),
  };
}
