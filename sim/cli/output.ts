/** Writes results to stdout in the format asked for, and to `--out` as JSON. */
import { writeFileSync } from 'node:fs';
import type { ComparisonReport } from '../compare/comparison-report.ts';
import type { Block } from '../export/report/report-tables.ts';
import { markdownTable, textTable, wrapText } from '../export/report/table.ts';
import { FIGURES, figureValue } from '../metrics/figures.ts';
import type { Report } from '../metrics/report.ts';
import { unwritable } from './document.ts';
import { csvField } from './records.ts';

/** Output formats. */
export const FORMATS = ['table', 'json', 'md', 'csv'] as const;
export type Format = (typeof FORMATS)[number];

/** Prints data on stdout. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** JSON with two blanks of indentation. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Tables and lines, for a terminal or as Markdown. */
export function blocksText(blocks: readonly Block[], format: 'table' | 'md'): string {
  if (format === 'md') {
    return blocks
      .map((block) => (typeof block === 'string' ? `${block}\n` : markdownTable(block)))
      .join('\n');
  }
  const prose = (text: string): string =>
    text
      .split('\n')
      .map((line) => wrapText(line, '  '))
      .join('\n');
  return blocks
    .map((block) => (typeof block === 'string' ? `${prose(block)}\n` : textTable(block)))
    .join('\n');
}

/** Rows of text as CSV. */
export function csv(header: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const line = (cells: readonly unknown[]): string =>
    cells.map((cell) => csvField(cell === null || cell === undefined ? '' : String(cell))).join(',');
  return `${[header, ...rows].map(line).join('\n')}\n`;
}

/** Every figure of a report, one a row, unrounded. */
export function reportCsv(report: Report): string {
  const rows = FIGURES.map(({ path, unit }) => {
    const interval = report.intervals[path];
    return [path, unit, figureValue(report, path), interval?.low, interval?.high];
  });
  return csv(['figure', 'unit', 'value', 'low', 'high'], rows);
}

/** Every figure of every fleet with its paired difference to the first fleet, one a row, unrounded. */
export function comparisonCsv(report: ComparisonReport): string {
  const rows = report.workloads.flatMap((workload) =>
    workload.fleets.flatMap((fleet) =>
      FIGURES.map(({ path, unit }) => {
        const d = workload.differences.find((one) => one.fleet === fleet.name && one.figure === path);
        const interval = fleet.report.intervals[path];
        const value = figureValue(fleet.report, path);
        return [
          ...[workload.workload, fleet.name, path, unit, value, interval?.low, interval?.high],
          ...[d?.difference, d?.interval?.low, d?.interval?.high, d?.verdict],
        ];
      }),
    ),
  );
  const header =
    'workload,fleet,figure,unit,value,low,high,difference,difference_low,difference_high,verdict';
  return csv(header.split(','), rows);
}

/** Writes the `--out` file. */
export function writeOut(file: string, value: unknown): void {
  writeText(file, json(value));
}

/** Writes a file; throws ConfigError where that cannot be done. */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}
