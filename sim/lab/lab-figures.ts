/** What the figures of labs are: those of reports, and some that only labs compare. How these are computed is in lab-run.ts. */
import { type Figure, findFigure } from '../metrics/figures.ts';

export type LabFigurePath =
  | 'fairness.endpoints'
  | 'fairness.tenants'
  | 'kv.sentGB'
  | 'kv.tierGB'
  | 'slo.goodputPerUsd';

interface LabFigureKind extends Figure {
  readonly path: LabFigurePath;
}

/** Figures of a lab that no report has. */
export const LAB_FIGURES: readonly LabFigureKind[] = [
  { path: 'fairness.endpoints', label: 'Jain, endpoints', unit: 'share', better: 'higher', digits: 3 },
  { path: 'fairness.tenants', label: 'Jain, tenants', unit: 'share', better: 'higher', digits: 3 },
  { path: 'kv.sentGB', label: 'KV sent, GB', unit: 'count', better: 'lower', digits: 3 },
  { path: 'kv.tierGB', label: 'KV to and from tiers, GB', unit: 'count', better: 'lower', digits: 3 },
  { path: 'slo.goodputPerUsd', label: 'within SLO per USD', unit: 'count', better: 'higher', digits: 3 },
];

/** What the metrics of classes begin with. */
export const ATTAINMENT = 'attainment.';

/** What a metric of labs is; undefined for one that there is not. `attainment.<class>` is one for any class. */
export function labFigureOf(metric: string): Figure | undefined {
  if (metric.startsWith(ATTAINMENT)) {
    const label = `within SLO, ${metric.slice(ATTAINMENT.length)}`;
    return { path: metric, label, unit: 'share', better: 'higher', digits: 3 };
  }
  return LAB_FIGURES.find(({ path }) => path === metric) ?? findFigure(metric);
}
