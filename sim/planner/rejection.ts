/** Fleets that are out, in the report's form. */
import { checkLabel } from '../compare/decision.ts';
import { findFigure } from '../metrics/figures.ts';
import { formatFigure } from '../metrics/format-figure.ts';
import type { Interval } from '../metrics/report.ts';
import type { Rejected, RejectReason, StageName } from './report.ts';
import type { FleetChoice } from './space.ts';

/** A fleet that was run and missed; `worst` is the largest share of a limit that it takes, above 1 where it misses. */
export interface Miss {
  readonly choice: FleetChoice;
  readonly worst: number;
  readonly rejected: Rejected;
}

/** A rejection. */
export function reject(
  choice: FleetChoice,
  stage: StageName,
  reason: RejectReason,
  detail: string,
): Rejected {
  const { name, gpus, costPerHour } = choice;
  return { fleet: name, gpus, costPerHour, reason, detail, stage };
}

/** A figure against its limit: `ITL p95 63.7 ms [51.4 ms to 76.1 ms] against 50.0 ms`. */
export function limitWords(
  metric: string,
  value: number | null,
  limit: number,
  interval: Interval | null = null,
): string {
  const unit = findFigure(metric)?.unit ?? (metric.endsWith('attainment') ? 'share' : 'ms');
  const label = checkLabel(metric);
  if (value === null) return `${label} has no value`;
  const [low, high] = [interval?.low, interval?.high].map((end) => formatFigure(end ?? null, unit));
  const range = interval === null ? '' : ` [${low} to ${high}]`;
  return `${label} ${formatFigure(value, unit)}${range} against ${formatFigure(limit, unit)}`;
}
