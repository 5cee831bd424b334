/** The lab's result in a sentence: whether some policy is shown to be better, and whether the control allows to say so. */
import type { LabFigure, LabReport } from '../../sim/lab/lab-report.ts';
import { findFigure } from '../../sim/metrics/figures.ts';
import { formatDifference } from '../../sim/metrics/format-figure.ts';

export function metricLabel(metric: string): string {
  if (metric === 'fairness.endpoints') return 'Jain index, instances';
  if (metric === 'fairness.tenants') return 'Jain index, tenants';
  if (metric.startsWith('attainment.')) return `within SLO, ${metric.slice('attainment.'.length)}`;
  const label = findFigure(metric)?.label ?? metric;
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** Metrics of a report in their order, those of the baseline. */
export function metricsOf({ cells, baseline }: LabReport): string[] {
  return [...new Set(cells.filter(({ policy }) => policy === baseline).map(({ metric }) => metric))];
}

/** `x2`, as documents say it, is `2× load`. */
export function loadText(load: string): string {
  return /^x\d/.test(load) ? `${load.slice(1)}× load` : load;
}

/** Places of a report: workload at a load. */
export function placesOf({ cells }: LabReport): { readonly workload: string; readonly load: string }[] {
  const seen = new Map(cells.map(({ workload, load }) => [`${workload}\n${load}`, { workload, load }]));
  return [...seen.values()];
}

export function labSentence(report: LabReport, metric: string): string {
  const own = report.cells.filter((one) => one.metric === metric);
  const wins = own.filter((one) => one.corrected === 'win' && !one.greyed);
  const greyed = own.filter((one) => one.greyed && one.corrected === 'win');
  const best = [...wins].sort((a, b) => gain(b) - gain(a))[0];
  const label = metricLabel(metric);
  if (best !== undefined) {
    const difference = formatDifference(best.diff!, best.unit, intervalOf(best));
    return `${best.policy} beats ${report.baseline} on ${label} at ${loadText(best.load)}: ${difference}`;
  }
  if (greyed.length > 0)
    return `Nothing is shown on ${label}: the baseline beats itself under other ties, so a win may be noise`;
  const nothing = `No policy is shown to beat ${report.baseline} on ${label}`;
  const isAhead = own.some((one) => one.verdict === 'win' && !one.greyed);
  const compared = report.cells.filter(({ pHolm }) => pHolm !== null).length;
  return isAhead ? `${nothing} once corrected for all ${compared} comparisons; more seeds may` : nothing;
}

/** Relative to the baseline's size, so that loads compare. */
function gain(figure: LabFigure): number {
  return Math.abs(figure.diff ?? 0) / Math.max(1e-9, Math.abs((figure.mean ?? 0) - (figure.diff ?? 0)));
}

export function intervalOf({ low, high }: LabFigure) {
  return low === null || high === null ? null : { low, high, confidence: 0.95 };
}
