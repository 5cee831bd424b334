/** A sweep's answer as tables for a terminal or Markdown, and as CSV. */

import type { Block } from '../export/report/report-tables.ts';
import type { Table } from '../export/report/table.ts';
import { findFigure } from '../metrics/figures.ts';
import { formatFigure, formatWithInterval } from '../metrics/format-figure.ts';
import type { Estimate, LoadRow, SweepReport, VariantReport } from '../sweep/report.ts';
import { csv } from './output.ts';

/** Figures of a curve's table. */
const SHOWN = ['ttftMs.p95', 'itlMs.p95', 'slo.attainment', 'slo.goodputRps', 'throughput.outputTokensPerS'];

type Done = Extract<VariantReport, { status: 'done' }>;

/** Everything about one sweep: knees and peaks, then the curves. */
export function sweepBlocks(report: SweepReport): Block[] {
  const done = report.variants.filter((one) => one.status === 'done');
  const invalid = report.variants.filter((one) => one.status === 'invalid');
  const blocks: Block[] = [`${report.sweep}: seeds ${report.seeds.join(', ')}`];
  if (done.length > 0) blocks.push(answerTable(done, report));
  if (done.length > 0) blocks.push(curveTable(done, report));
  if (invalid.length > 0) {
    blocks.push(invalid.map(({ variant, reason }) => `cannot be run: ${variant}: ${reason}`).join('\n'));
  }
  blocks.push(report.notes.map((note) => `note: ${note}`).join('\n'));
  return blocks;
}

function answerTable(variants: readonly Done[], { loadUnit }: SweepReport): Table {
  const hasSlo = variants.some(({ knee }) => knee !== null);
  const columns = loadUnit === 'rps' ? ['output tokens'] : ['offered there', 'output tokens'];
  const of = (load: Estimate, at: Rates): string[] => [
    `${at.isLowerBound ? '>= ' : ''}${loadText(load, loadUnit)}`,
    ...(loadUnit === 'rps' ? [] : [rateText(at.offeredPerS)]),
    rateText(at.outputTokensPerS),
  ];
  const none = ['none', ...columns.map(() => '-')];
  return {
    title: 'SLO knee and throughput peak',
    header: ['variant', ...(hasSlo ? ['knee', ...columns] : []), 'peak', ...columns],
    rows: variants.map(({ variant, knee, peak }) => [
      variant,
      ...(hasSlo ? (knee === null || knee.value === 0 ? none : of(knee, knee)) : []),
      ...of(peak, peak),
    ]),
  };
}

type Rates = Pick<NonNullable<Done['knee']>, 'isLowerBound' | 'offeredPerS' | 'outputTokensPerS'>;

function loadText({ value, interval }: Estimate, unit: SweepReport['loadUnit']): string {
  if (unit === 'rps') return formatWithInterval(value, 'perS', interval);
  const half = interval === null ? '' : ` ± ${((interval.high - interval.low) / 2).toFixed(2)}`;
  return `x${value.toFixed(2)}${half}`;
}

function rateText(of: Estimate | null): string {
  return of === null ? '-' : formatWithInterval(of.value, 'perS', of.interval);
}

function curveTable(variants: readonly Done[], report: SweepReport): Table {
  const checked = variants[0]!.loads[0]!.figures;
  const shown = SHOWN.filter((path) => checked[path] !== undefined);
  return {
    title: 'Loads that every seed was run at',
    header: [
      'variant',
      report.loadUnit === 'rps' ? 'rps' : 'load',
      'seeds within SLO',
      ...shown.map((path) => findFigure(path)!.label),
    ],
    rows: variants.flatMap(({ variant, loads }) =>
      rowsOf(loads, report).map((row) => [
        variant,
        row.load.toPrecision(3),
        meetingText(row),
        ...cells(row, shown),
      ]),
    ),
  };
}

/** Adaptive loads that only some seeds were run at are for JSON and CSV. */
function rowsOf(loads: readonly LoadRow[], { seeds }: SweepReport): readonly LoadRow[] {
  return loads.filter((row) => row.seeds === seeds.length);
}

function meetingText({ meeting, seeds }: LoadRow): string {
  return meeting === null ? '-' : `${meeting} of ${seeds}`;
}

function cells({ figures }: LoadRow, shown: readonly string[]): string[] {
  return shown.map((path) => {
    const of = figures[path];
    return of === undefined ? '-' : formatFigure(of.value, findFigure(path)!.unit);
  });
}

/** One line per variant, load and figure, unrounded; knee and peak as figures `knee` and `peak` without a load. */
export function sweepCsv(report: SweepReport): string {
  const header = ['variant', ...report.axes, 'load', 'figure', 'value', 'low', 'high', 'seeds'];
  const rows = report.variants.flatMap((one) => {
    const head = [one.variant, ...report.axes.map((axis) => one.point[axis])];
    if (one.status === 'invalid') return [[...head, '', 'invalid', one.reason, '', '', '']];
    const line = (load: number | '', figure: string, of: Estimate, seeds: number): unknown[] => [
      ...head,
      ...[load, figure, of.value, of.interval?.low, of.interval?.high, seeds],
    ];
    const all = report.seeds.length;
    return [
      ...(one.knee === null ? [] : [line('', 'knee', one.knee, all)]),
      line('', 'peak', one.peak, all),
      line('', 'peak.outputTokensPerS', one.peak.outputTokensPerS, all),
      ...one.loads.flatMap((row) =>
        Object.entries(row.figures).map(([path, of]) => line(row.load, path, of, row.seeds)),
      ),
    ];
  });
  return csv(header, rows);
}
