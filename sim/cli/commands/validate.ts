/**
 * `drydock validate`: predicts measured cases and prints the errors, beside those of a three-parameter
 * formula.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { ConfigError, nearest } from '../../../src/core/check.ts';
import type { Block } from '../../export/report/report-tables.ts';
import { CORRECTIONS, type Correction } from '../../latency/calibration.ts';
import { findCalibration } from '../../latency/calibrations.ts';
import { fixed } from '../../metrics/format-figure.ts';
import { type MeasuredCase, parseCase } from '../../validate/case.ts';
import { errorPlot } from '../../validate/error-plot.ts';
import { quantilePlot } from '../../validate/quantile-plot.ts';
import { type SummaryRow, summarise } from '../../validate/summary.ts';
import { type CaseReport, type SkippedCase, validateCase } from '../../validate/validate.ts';
import { validationPage } from '../../validate/validation-page.ts';
import {
  ablationRows,
  type LeaveOutFigures,
  type ValidationSummary,
  validationSummary,
} from '../../validate/validation-summary.ts';
import { namedCalibration } from '../calibration-files.ts';
import { unwritable } from '../document.ts';
import { blocksText, csv, type Format, json, print, writeOut } from '../output.ts';
import { formatOption } from '../run-options.ts';

interface Options {
  readonly cases?: string;
  readonly summary?: string;
  readonly ablate?: boolean;
  readonly leaveOut?: string;
  readonly from?: string;
  readonly page?: string;
  readonly format: Format;
  readonly seed: string;
  readonly calibration?: string;
  readonly without?: string;
  readonly only?: string;
  readonly plot?: string;
}

export function register(program: Command): void {
  program
    .command('validate')
    .summary('predict measured cases and print the errors')
    .description(
      'Simulates measured serving runs and compares every metric that was measured. Files that a case ' +
        'names are found relative to the cases file.',
    )
    .option('--cases <file>', 'measured cases, one JSON object per line')
    .addOption(formatOption())
    .option('--seed <n>', 'seed of arrivals and lengths that are not recorded', '1')
    .option('--calibration <name|file>', 'step-time calibration in place of the built-in one')
    .option('--without <corrections>', `leave out corrections, by comma: ${CORRECTIONS.join(', ')}`)
    .option('--plot <file>', 'write a quantile-quantile plot of predictions against measurements (SVG)')
    .option('--summary <file>', 'write the figures that docs/validation.md is made from')
    .option('--ablate', 'with --summary: predict again without each correction')
    .option('--leave-out <file>', 'with --summary: what `calibrate --leave-out both --out` wrote')
    .option('--from <file>', 'a summary to make --page from, in place of --cases')
    .option('--page <file>', 'write the validation page (Markdown, and its plot beside it)')
    .option('--only <text>', 'only cases whose id, family or model contains the text')
    .addHelpText(
      'after',
      `
Examples:
  drydock validate --cases cases.jsonl
  drydock validate --cases cases.jsonl --only llama --format md`,
    )
    .action(run);
}

function run(options: Options): void {
  if (options.from !== undefined) {
    writePage(options.page ?? 'docs/validation.md', readSummary(options.from));
    return;
  }
  if (options.cases === undefined) {
    throw new ConfigError({ path: '--cases', found: 'nothing', expected: 'a file of measured cases' });
  }
  const file = options.cases;
  const seed = Number(options.seed);
  if (!Number.isInteger(seed) || seed < 0) {
    throw new ConfigError({ path: '--seed', found: options.seed, expected: 'an integer >= 0' });
  }
  const calibration =
    options.calibration === undefined ? undefined : namedCalibration(options.calibration, ['.']);
  if (typeof calibration === 'string') {
    findCalibration(calibration, { name: 'vllm', version: '0.19' }, '--calibration');
  }
  const without = corrections(options.without ?? '');
  const all = readCases(file);
  const { only } = options;
  const wanted =
    only === undefined ? all : all.filter((c) => [c.id, c.family, c.model].some((s) => s.includes(only)));
  if (wanted.length === 0) {
    throw new ConfigError({
      path: '--only',
      found: `"${only ?? ''}"`,
      expected: 'a text that some case contains',
    });
  }
  const predict = (without: readonly Correction[]): { reports: CaseReport[]; skipped: SkippedCase[] } => {
    const reports: CaseReport[] = [];
    const skipped: SkippedCase[] = [];
    for (const [i, measured] of wanted.entries()) {
      process.stderr.write(`\r${i + 1} of ${wanted.length} `);
      const own = { ...(calibration === undefined ? {} : { calibration }), without };
      const result = validateCase(measured, fileReader(file), seed, own);
      if ('reason' in result) skipped.push(result);
      else reports.push(result);
    }
    process.stderr.write('\n');
    return { reports, skipped };
  };
  const { reports, skipped } = predict(without);
  const summary = summarise(reports);
  if (options.summary !== undefined) {
    const settings = options.ablate === true ? CORRECTIONS : [];
    const ablation = [
      ...ablationRows('none', reports),
      ...settings.flatMap((correction) => ablationRows(correction, predict([correction]).reports)),
    ];
    const leaveOut = options.leaveOut === undefined ? [] : readLeaveOut(options.leaveOut);
    const kept = validationSummary(wanted, reports, skipped, { ablation, leaveOut });
    writeOut(options.summary, kept);
    if (options.page !== undefined) writePage(options.page, kept);
  }
  if (options.plot !== undefined) writePlot(options.plot, quantilePlot(reports));
  if (options.format === 'json') print(json({ cases: reports, skipped, summary }));
  else if (options.format === 'csv') print(pointsCsv(reports));
  else print(blocksText(blocks(reports, skipped, summary, options.format), options.format));
}

/** Corrections by name, split at commas; throws ConfigError at a name that there is not. */
function corrections(given: string): Correction[] {
  return given
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const known = CORRECTIONS.find((correction) => correction === name);
      if (known !== undefined) return known;
      const near = nearest(name, CORRECTIONS);
      throw new ConfigError({
        path: '--without',
        found: `"${name}"`,
        expected: near === undefined ? `some of ${CORRECTIONS.join(', ')}` : `e.g. "${near}"`,
      });
    });
}

function writePlot(file: string, svg: string): void {
  try {
    writeFileSync(file, svg);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Writes the page and its plot, named alike. */
function writePage(file: string, summary: ValidationSummary): void {
  const plot = `${file.replace(/\.md$/, '')}-errors.svg`;
  writePlot(plot, errorPlot(summary));
  writePlot(file, validationPage(summary, basename(plot)));
}

function readSummary(file: string): ValidationSummary {
  const value = parsedJson(file);
  if (typeof value === 'object' && value !== null && 'rows' in value && 'quantiles' in value) {
    return value as ValidationSummary;
  }
  throw new ConfigError({
    path: '',
    file,
    found: 'no rows',
    expected: 'what `drydock validate --summary` wrote',
  });
}

function readLeaveOut(file: string): LeaveOutFigures[] {
  const value = parsedJson(file);
  if (
    Array.isArray(value) &&
    value.every((one) => typeof one === 'object' && one !== null && 'constantRows' in one)
  ) {
    return (value as LeaveOutFigures[]).map(({ by, header, rows, constantRows }) => ({
      by,
      header,
      rows,
      constantRows,
    }));
  }
  throw new ConfigError({
    path: '',
    file,
    found: 'no leave-out',
    expected: 'what `drydock calibrate --leave-out` wrote',
  });
}

function parsedJson(file: string): unknown {
  try {
    return JSON.parse(readText(file, 'a JSON file'));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError({ path: '', file, found: (error as Error).message, expected: 'JSON' });
  }
}

function readCases(file: string): MeasuredCase[] {
  const lines = readText(file, '--cases').split('\n');
  const cases: MeasuredCase[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      cases.push(parseCase(line, i + 1));
    } catch (error) {
      throw error instanceof ConfigError ? error.inFile(file) : error;
    }
  }
  if (cases.length === 0)
    throw new ConfigError({ path: file, found: 'no case', expected: 'a case per line' });
  return cases;
}

/** Reads files relative to the cases file, gzipped ones too. */
function fileReader(casesFile: string): (path: string) => string {
  return (path) => readText(join(dirname(casesFile), path), 'a file named by a case');
}

function readText(file: string, path: string): string {
  try {
    const bytes = readFileSync(file);
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError({ path, found: `${file}: ${why}`, expected: 'a readable file' });
  }
}

function pointsCsv(reports: readonly CaseReport[]): string {
  const header = ['id', 'family', 'tier', 'gpu', 'model', 'engine', 'workload', 'stage', 'metric'];
  const rows = reports.flatMap((r) =>
    r.points.map((p) => [
      ...[r.id, r.family, r.tier, r.gpu, r.model, r.engine, r.workload, p.stage, p.metric],
      ...[p.measured, p.predicted, p.errorPct, p.naivePct],
    ]),
  );
  return csv([...header, 'measured', 'predicted', 'error_pct', 'naive_error_pct'], rows);
}

/** Groups that the table shows without `--format json`. */
const SHOWN_GROUP = /^(all|tier:|pd|family:|gpu:)/;
const SHOWN_METRIC = /^(ttftMs\.(mean|p50|p99)|tpotMs\.mean|e2eMs\.(mean|p99)|outputTokensPerS)$/;

function blocks(
  reports: readonly CaseReport[],
  skipped: readonly SkippedCase[],
  summary: readonly SummaryRow[],
  format: 'table' | 'md',
): Block[] {
  const pct = (value: number | null): string => (value === null ? '-' : fixed(value, 1));
  const rows = summary
    .filter((row) => SHOWN_GROUP.test(row.group) && SHOWN_METRIC.test(row.metric))
    .map((row) => [
      ...[row.group, row.metric, String(row.n), pct(row.medianPct), pct(row.meanPct), pct(row.p90Pct)],
      ...[pct(row.biasPct), pct(row.naiveMedianPct)],
    ]);
  const result: Block[] = [
    {
      title: `Errors in percent, ${reports.length} cases${extrapolatedText(reports)}`,
      header: ['group', 'metric', 'n', 'median', 'mean', 'p90', 'bias', 'formula median'],
      rows,
      textColumns: [1],
    },
  ];
  if (format === 'md') result.push(caseTable(reports));
  if (skipped.length > 0) {
    result.push({
      title: `${skipped.length} cases not predicted`,
      header: ['case', 'reason'],
      rows: skipped.map((s) => [s.id, s.reason]),
      textColumns: [1],
    });
  }
  return result;
}

function extrapolatedText(reports: readonly CaseReport[]): string {
  const count = reports.filter((report) => report.extrapolated).length;
  return count === 0 ? '' : `, ${count} of them extrapolated beyond measured kernels`;
}

/** Means over each case's points, one row a case. */
function caseTable(reports: readonly CaseReport[]): Block {
  const metrics = ['tpotMs.mean', 'e2eMs.mean', 'ttftMs.mean', 'ttftMs.p99', 'outputTokensPerS'];
  const error = (report: CaseReport, metric: string): string => {
    const own = report.points.filter((p) => p.metric === metric);
    return own.length === 0 ? '-' : fixed(own.reduce((sum, p) => sum + p.errorPct, 0) / own.length, 1);
  };
  return {
    title: 'Signed errors by case, percent',
    header: ['case', 'tier', 'GPU', ...metrics],
    rows: reports.map((r) => [
      r.id,
      String(r.tier),
      r.extrapolated ? `${r.gpu} (extrapolated)` : r.gpu,
      ...metrics.map((m) => error(r, m)),
    ]),
    textColumns: [2],
  };
}
