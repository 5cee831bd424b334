/** From a sweep's cells to its answer: per variant the curve over loads, the SLO knee and the throughput peak, each with an interval. */
import { assert } from '../../src/core/check.ts';
import type { Interval } from '../metrics/report.ts';
import { studentInterval } from '../metrics/student-t.ts';
import { ENGINE_DIGEST } from '../run/engine-digest.ts';
import { type CellResult, type SweepPoint, sweepName } from './blob.ts';
import type { Curve } from './curve.ts';
import { axisName, gridOf, seedsOf, type Variant } from './grid.ts';
import type { Sweep } from './schema.ts';

/** Mean over seeds, with an interval where there are two or more. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | null;
}

/** All seeds that were run at a load. Adaptive loads differ between seeds: `seeds` says how many stand behind a row. */
export interface LoadRow {
  readonly load: number;
  readonly seeds: number;
  /** Seeds within the SLO; null without an SLO. */
  readonly meeting: number | null;
  /** By figure path; those that some seed lacked are left out. */
  readonly figures: Readonly<Record<string, Estimate>>;
}

/** Highest load within the SLO: found for each seed, then averaged. */
export interface KneeReport extends Estimate {
  /** Offered load at the knee, requests per second. */
  readonly offeredPerS: Estimate | null;
  /** Output tokens per second there. */
  readonly outputTokensPerS: Estimate | null;
  /** Relative distance between the knee and the load above it that misses the SLO: its own error, beside the interval. */
  readonly resolution: number;
  /** True where some seed met the SLO at every load tried: the knee is further up. */
  readonly isLowerBound: boolean;
  /** Seeds that met the SLO at no load tried; they count as 0. */
  readonly seedsWithout: number;
}

/** Lowest load of (to within 2 %) the highest output-token rate: found for each seed, then averaged. */
export interface PeakReport extends Estimate {
  readonly offeredPerS: Estimate | null;
  readonly outputTokensPerS: Estimate;
  /** True where some seed's throughput was still rising at the highest load tried. */
  readonly isLowerBound: boolean;
}

export type VariantReport = {
  readonly variant: string;
  /** Point of each axis. */
  readonly point: Readonly<Record<string, string>>;
} & (
  | {
      readonly status: 'done';
      readonly knee: KneeReport | null;
      readonly peak: PeakReport;
      readonly loads: readonly LoadRow[];
    }
  | { readonly status: 'invalid'; readonly reason: string }
);

export interface SweepReport {
  readonly schemaVersion: 1;
  readonly sweep: string;
  readonly engineDigest: string;
  readonly seeds: readonly number[];
  /** Unit of loads: a factor of the workload's own rate, or requests per second. */
  readonly loadUnit: 'factor' | 'rps';
  readonly axes: readonly string[];
  readonly variants: readonly VariantReport[];
  readonly notes: readonly string[];
}

/** The answer; `results` of every cell, in any order. */
export function sweepReport(sweep: Sweep, results: readonly CellResult[]): SweepReport {
  const variants = gridOf(sweep);
  const seeds = seedsOf(sweep);
  const byCell = new Map(results.map((result) => [result.cell, result]));
  assert(byCell.size === variants.length * seeds.length, 'every cell is there once');
  const axes = (sweep.axes ?? []).map(axisName);
  return {
    schemaVersion: 1,
    sweep: sweepName(sweep),
    engineDigest: ENGINE_DIGEST,
    seeds,
    loadUnit: sweep.load?.rps === undefined ? 'factor' : 'rps',
    axes,
    variants: variants.map((variant) => {
      const ofSeeds = seeds.map((_, s) => byCell.get(s * variants.length + variant.index)!);
      return variantReport(variant, axes, ofSeeds);
    }),
    notes: [
      'knee: highest load up to which every tried load is within the SLO; peak: lowest load that gives, to within 2 %, the most output tokens per second (over the whole run, drain included)',
      'simulated estimates: validate before production',
    ],
  };
}

function variantReport(
  { name, labels }: Variant,
  axes: readonly string[],
  results: readonly CellResult[],
): VariantReport {
  const point = Object.fromEntries(labels.map((label, i) => [axes[i]!, label]));
  const invalid = results.find((result) => result.status === 'invalid');
  if (invalid !== undefined) return { variant: name, point, status: 'invalid', reason: invalid.reason };
  const curves = results.flatMap((result) => (result.status === 'done' ? [result.curve] : []));
  return {
    variant: name,
    point,
    status: 'done',
    knee: kneeReport(curves),
    peak: peakReport(curves),
    loads: loadRows(curves),
  };
}

function kneeReport(curves: readonly Curve<SweepPoint>[]): KneeReport | null {
  const knees = curves.flatMap(({ knee }) => (knee === null ? [] : [knee]));
  if (knees.length < curves.length) return null;
  const at = curves.map((curve, i) => curve.points.find((point) => point.load === knees[i]!.load));
  const found = at.filter((point) => point !== undefined);
  return {
    ...estimate(knees.map((knee) => knee.load)),
    offeredPerS: found.length < at.length ? null : offered(found),
    outputTokensPerS:
      found.length < at.length ? null : estimate(found.map((point) => point.outputTokensPerS)),
    resolution: Math.max(
      0,
      ...knees.map(({ load, above }) => (above === null || load === 0 ? 0 : above / load - 1)),
    ),
    isLowerBound: knees.some((knee) => knee.above === null),
    seedsWithout: knees.filter((knee) => knee.load === 0).length,
  };
}

function peakReport(curves: readonly Curve<SweepPoint>[]): PeakReport {
  const at = curves.map(({ points, peak }) => points.find((point) => point.load === peak.load)!);
  return {
    ...estimate(curves.map(({ peak }) => peak.load)),
    offeredPerS: offered(at),
    outputTokensPerS: estimate(curves.map(({ peak }) => peak.outputTokensPerS)),
    isLowerBound: curves.some(({ peak }) => peak.isRising),
  };
}

function offered(points: readonly SweepPoint[]): Estimate | null {
  const rates = points.flatMap(({ figures }) => figures['arrivalWindow.arrivedPerS'] ?? []);
  return rates.length < points.length ? null : estimate(rates);
}

function loadRows(curves: readonly Curve<SweepPoint>[]): LoadRow[] {
  const loads = [...new Set(curves.flatMap(({ points }) => points.map((point) => point.load)))];
  return loads
    .sort((a, b) => a - b)
    .map((load) => {
      const points = curves.flatMap((curve) => curve.points.filter((point) => point.load === load));
      const hasSlo = points[0]!.meets !== null;
      return {
        load,
        seeds: points.length,
        meeting: hasSlo ? points.filter((point) => point.meets === true).length : null,
        figures: estimates(points),
      };
    });
}

function estimates(points: readonly SweepPoint[]): Record<string, Estimate> {
  const all: Record<string, Estimate> = {};
  for (const path of Object.keys(points[0]!.figures)) {
    const values = points.flatMap(({ figures }) => figures[path] ?? []);
    if (values.length === points.length) all[path] = estimate(values);
  }
  return all;
}

function estimate(values: readonly number[]): Estimate {
  return {
    value: values.reduce((sum, value) => sum + value, 0) / values.length,
    interval: studentInterval(values),
  };
}
