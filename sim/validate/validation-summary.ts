/**
 * What is kept of a validation: errors in percent by group, the peers' beside ours, what each correction is
 * worth, how the numbers fare on what they were not fitted to, the worst cases. Figures of ours only; no
 * measurement is copied. Committed as models/validation.json, from which docs/validation.md and the
 * dashboard's library are made.
 */
import type { Correction } from '../latency/calibration.ts';
import type { MeasuredCase } from './case.ts';
import { type PeerPoint, peerPoints } from './peers.ts';
import { type SummaryRow, summarise } from './summary.ts';
import type { CaseReport, SkippedCase } from './validate.ts';

/** Metrics of the summary. */
export const SUMMARY_METRICS = [
  'tpotMs.mean',
  'ttftMs.mean',
  'ttftMs.p99',
  'e2eMs.mean',
  'e2eMs.p99',
  'outputTokensPerS',
] as const;

/** A peer on the cases that it predicted. */
export interface PeerRow {
  readonly peer: string;
  readonly metric: string;
  readonly n: number;
  /** Medians of absolute errors on the same points, percent. */
  readonly peerPct: number;
  readonly ownPct: number;
  readonly naivePct: number | null;
}

/** A case far off: mean of |ln(predicted / measured)| over its means and medians, and signed errors. */
export interface WorstCase {
  readonly id: string;
  readonly family: string;
  readonly loss: number;
  /** Mean signed error by metric, percent. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Medians without a correction. */
export interface AblationRow {
  readonly without: Correction | 'none';
  readonly group: string;
  readonly metric: string;
  readonly medianPct: number;
}

/** One group of a leave-out; see sim/calibrate. */
export interface LeaveOutFigures {
  readonly by: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly constantRows: readonly (readonly string[])[];
}

/** All of it. */
export interface ValidationSummary {
  readonly cases: { readonly given: number; readonly predicted: number };
  readonly skipped: readonly SkippedCase[];
  readonly rows: readonly SummaryRow[];
  readonly peers: readonly PeerRow[];
  readonly ablation: readonly AblationRow[];
  readonly leaveOut: readonly LeaveOutFigures[];
  readonly worst: readonly WorstCase[];
  /** Absolute error in percent at 5, 10, ... 100 % of the points, by metric, tiers 1 and 2. */
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
}

/** Groups that are kept. */
const GROUPS = /^(all|tier:|pd|family:|gpu:|model:|engine:)/;
const WORST = 10;
/** Of one family, model and GPU: they share their cause. */
const MOST_OF_A_KIND = 2;
const CENTRAL = /^(tpotMs|ttftMs|e2eMs)\.(mean|p50)$/;
/** Points of a kind that peers must have predicted to be shown. */
const FEWEST_PEER_POINTS = 4;

/** Puts the summary together; `ablation` and `leaveOut` are made apart, as they take longer. */
export function validationSummary(
  cases: readonly MeasuredCase[],
  reports: readonly CaseReport[],
  skipped: readonly SkippedCase[],
  apart: Pick<ValidationSummary, 'ablation' | 'leaveOut'>,
): ValidationSummary {
  const byId = new Map(cases.map((measured) => [measured.id, measured]));
  const rows = summarise(reports)
    .filter((row) => GROUPS.test(row.group) && isShown(row.metric))
    .map(rounded);
  const points = reports.flatMap((report) => peerPoints(byId.get(report.id)!, report));
  const ranked = reports.filter((report) => report.tier <= 2);
  return {
    cases: { given: cases.length, predicted: reports.length },
    skipped,
    rows,
    peers: peerRows(points),
    ...apart,
    worst: worstCases(ranked),
    quantiles: Object.fromEntries(SUMMARY_METRICS.map((metric) => [metric, quantilesOf(ranked, metric)])),
  };
}

/** Medians of tiers 1 and 2 and of disaggregated fleets, for one setting of an ablation. */
export function ablationRows(without: Correction | 'none', reports: readonly CaseReport[]): AblationRow[] {
  return summarise(reports)
    .filter((row) => /^(tier:1|tier:2|pd)$/.test(row.group) && isShown(row.metric))
    .map(({ group, metric, medianPct }) => ({ without, group, metric, medianPct: round(medianPct) }));
}

function isShown(metric: string): boolean {
  return (SUMMARY_METRICS as readonly string[]).includes(metric);
}

function rounded(row: SummaryRow): SummaryRow {
  return {
    ...row,
    medianPct: round(row.medianPct),
    meanPct: round(row.meanPct),
    p90Pct: round(row.p90Pct),
    biasPct: round(row.biasPct),
    naiveMedianPct: row.naiveMedianPct === null ? null : round(row.naiveMedianPct),
  };
}

function peerRows(points: readonly PeerPoint[]): PeerRow[] {
  const kinds = [...new Set(points.map((p) => `${p.peer}\n${p.metric}`))].sort();
  return kinds.flatMap((kind): PeerRow[] => {
    const [peer = '', metric = ''] = kind.split('\n');
    const own = points.filter((p) => p.peer === peer && p.metric === metric);
    if (own.length < FEWEST_PEER_POINTS) return [];
    const straw = own.flatMap((p) => (p.naivePct === null ? [] : [p.naivePct]));
    return [
      {
        peer,
        metric,
        n: own.length,
        peerPct: medianOf(own.map((p) => p.errorPct)),
        ownPct: medianOf(own.map((p) => p.ownPct)),
        naivePct: straw.length === 0 ? null : medianOf(straw),
      },
    ];
  });
}

function worstCases(reports: readonly CaseReport[]): WorstCase[] {
  const ranked = reports
    .flatMap((report): WorstCase[] => {
      const points = report.points.filter((p) => CENTRAL.test(p.metric));
      if (points.length === 0) return [];
      const loss =
        points.reduce((sum, p) => sum + Math.abs(Math.log(p.predicted / p.measured)), 0) / points.length;
      const metrics = [...new Set(points.map((p) => p.metric))];
      const errors = Object.fromEntries(
        metrics.map((metric) => {
          const own = points.filter((p) => p.metric === metric);
          return [metric, round(own.reduce((sum, p) => sum + p.errorPct, 0) / own.length)];
        }),
      );
      return [{ id: report.id, family: report.family, loss: Number(loss.toFixed(2)), errors }];
    })
    .sort((a, b) => b.loss - a.loss || (a.id < b.id ? -1 : 1));
  const kinds = new Map<string, number>();
  const kindOf = new Map(reports.map((r) => [r.id, `${r.family} ${r.model} ${r.gpu}`]));
  return ranked
    .filter(({ id }) => {
      const kind = kindOf.get(id)!;
      const count = (kinds.get(kind) ?? 0) + 1;
      kinds.set(kind, count);
      return count <= MOST_OF_A_KIND;
    })
    .slice(0, WORST);
}

function quantilesOf(reports: readonly CaseReport[], metric: string): number[] {
  const errors = reports
    .flatMap((report) => report.points.filter((p) => p.metric === metric).map((p) => Math.abs(p.errorPct)))
    .sort((a, b) => a - b);
  if (errors.length === 0) return [];
  return Array.from({ length: 20 }, (_, i) => {
    const position = ((i + 1) / 20) * (errors.length - 1);
    return round(errors[Math.floor(position)]!);
  });
}

function medianOf(errors: readonly number[]): number {
  const sorted = errors.map(Math.abs).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return round(sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2);
}

function round(value: number): number {
  return Number(value.toFixed(1));
}
