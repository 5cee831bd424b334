/** The gate's answer as tables, as a sentence, and as checks for JUnit. */

import type { Block } from '../export/report/report-tables.ts';
import type { GateReport, GateRow } from '../gate/gate.ts';
import { findFigure } from '../metrics/figures.ts';
import { formatDifference, formatFigure } from '../metrics/format-figure.ts';
import type { CheckCase } from './junit.ts';

/** Everything but the sentence. */
export function gateBlocks(report: GateReport): Block[] {
  const { base, head, seeds, rows, thresholds, notes } = report;
  const hasSubjects = rows.some((row) => row.subject !== '');
  const blocks: Block[] = [
    `base ${base.name} (simulator ${base.engineDigest}), head ${head.name} (simulator ${head.engineDigest}), ` +
      `paired over seed${seeds.length === 1 ? '' : 's'} ${seeds.join(', ')}`,
    {
      header: [
        ...(hasSubjects ? ['fleet'] : []),
        'figure',
        'base',
        'head',
        'effect',
        'relative',
        'may worsen by',
        'verdict',
      ],
      textColumns: hasSubjects ? [1, 7] : [6],
      rows: rows.map((row) => [
        ...(hasSubjects ? [row.subject] : []),
        ...[findFigure(row.metric)!.label, ...values(row), row.verdict],
      ]),
    },
  ];
  if (thresholds.length > 0) {
    blocks.push({
      header: ['threshold of head', 'value', 'verdict'],
      textColumns: [2],
      rows: thresholds.map((one) => [
        one.subject === '' ? one.text : `${one.subject}: ${one.text}`,
        one.value === null ? '-' : one.value.toPrecision(4),
        one.verdict === 'cannotTell' ? 'cannot tell' : one.verdict,
      ]),
    });
  }
  if (notes.length > 0) blocks.push(notes.map((note) => `note: ${note}`).join('\n'));
  return blocks;
}

/** Base, head, effect with interval, relative effect, tolerance. */
function values({ metric, base, head, effect, interval, allowed }: GateRow): string[] {
  const { unit, digits } = findFigure(metric)!;
  const relative = base === 0 ? '-' : `${effect > 0 ? '+' : ''}${((effect / base) * 100).toFixed(1)} %`;
  return [
    formatFigure(base, unit, digits),
    formatFigure(head, unit, digits),
    formatDifference(effect, unit, interval),
    relative,
    formatDifference(allowed, unit, null).replace(/^\+/, ''),
  ];
}

/** The verdict in a sentence. */
export function gateSentence(report: GateReport): string {
  const { rows, thresholds } = report;
  const named = (verdict: GateRow['verdict']): string =>
    rows
      .filter((row) => row.verdict === verdict)
      .map((row) => `${findFigure(row.metric)!.label}${row.subject === '' ? '' : ` (${row.subject})`}`)
      .join(', ');
  switch (report.verdict) {
    case 'thresholdFailed':
      return `Threshold failed: ${thresholds
        .filter((one) => one.verdict === 'fails')
        .map((one) => one.text)
        .join('; ')}.`;
    case 'regression':
      return `Regression: ${named('regression')}.`;
    case 'inconclusive':
      return `Inconclusive with these seeds: ${named('inconclusive') || 'a threshold'}.`;
    case 'passes':
      return 'No regression beyond the tolerance.';
  }
}

/** Rows and thresholds as checks. */
export function gateCases(report: GateReport): CheckCase[] {
  const group = report.head.name;
  const rows = report.rows.map((row): CheckCase => {
    const [base, head, effect, relative, allowed] = values(row);
    return {
      group: row.subject === '' ? group : `${group}.${row.subject}`,
      name: `${row.metric} is not worse`,
      verdict: row.verdict === 'regression' ? 'fails' : row.verdict,
      detail: `${base} to ${head}, effect ${effect} (${relative}), may worsen by ${allowed}`,
    };
  });
  const thresholds = report.thresholds.map(
    ({ subject, text, value, verdict }): CheckCase => ({
      group: subject === '' ? group : `${group}.${subject}`,
      name: text,
      verdict: verdict === 'meets' ? 'passes' : verdict === 'fails' ? 'fails' : 'inconclusive',
      detail: `value ${value}`,
    }),
  );
  return [...rows, ...thresholds];
}
