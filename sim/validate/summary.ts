/** Errors over many cases: medians and spreads by group and metric. */
import { statistic } from './observed.ts';
import type { CaseReport, Point } from './validate.ts';

/** One row: a metric in a group of cases. */
export interface SummaryRow {
  /** `all`, `tier:1`, `family:...`, `gpu:...`, `model:...`, `engine:...`, `pd`. */
  readonly group: string;
  readonly metric: string;
  /** Points. */
  readonly n: number;
  /** Of the absolute error, percent. */
  readonly medianPct: number;
  readonly meanPct: number;
  readonly p90Pct: number;
  /** Mean of the signed error, percent. */
  readonly biasPct: number;
  /** Median of the formula's absolute error over the points it predicts; null when there are none. */
  readonly naiveMedianPct: number | null;
}

/** Summarises by group, in the order in which groups first appear, `all` and tiers first. */
export function summarise(cases: readonly CaseReport[]): SummaryRow[] {
  const groups = new Map<string, Map<string, Point[]>>();
  for (const first of ['all', 'tier:1', 'tier:2', 'tier:3', 'pd']) groups.set(first, new Map());
  for (const report of cases) {
    for (const group of groupsOf(report)) {
      const metrics = groups.get(group) ?? new Map<string, Point[]>();
      groups.set(group, metrics);
      for (const point of report.points) {
        const list = metrics.get(point.metric);
        if (list === undefined) metrics.set(point.metric, [point]);
        else list.push(point);
      }
    }
  }
  return [...groups].flatMap(([group, metrics]) =>
    [...metrics].map(([metric, points]) => row(group, metric, points)),
  );
}

function groupsOf(report: CaseReport): string[] {
  return [
    'all',
    `tier:${report.tier}`,
    ...(report.disaggregated ? ['pd'] : []),
    `family:${report.family}`,
    `gpu:${report.gpu}`,
    `model:${report.model}`,
    `engine:${report.engine}`,
    `workload:${report.workload}`,
  ];
}

function row(group: string, metric: string, points: readonly Point[]): SummaryRow {
  const absolute = points.map((p) => Math.abs(p.errorPct));
  const straw = points.flatMap((p) => (p.naivePct === null ? [] : [Math.abs(p.naivePct)]));
  return {
    group,
    metric,
    n: points.length,
    medianPct: statistic(absolute, 'p50')!,
    meanPct: statistic(absolute, 'mean')!,
    p90Pct: statistic(absolute, 'p90')!,
    biasPct: points.reduce((sum, p) => sum + p.errorPct, 0) / points.length,
    naiveMedianPct: statistic(straw, 'p50') ?? null,
  };
}
