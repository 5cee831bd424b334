/** A trace or a benchmark's result as the workload of a scenario: format by content, rows read once and described. */
import { ConfigError } from '../../src/core/check.ts';
import { fixed } from '../metrics/format-figure.ts';
import { detectTrace } from '../workload/trace/detect.ts';
import { TRACE_FORMATS, type TraceFormatName } from '../workload/trace/formats.ts';
import { TraceRows } from '../workload/trace/rows.ts';
import type { Imported, Importer } from './imported.ts';

/** Lines that detection looks at are among the first so many characters, for long files. */
const HEAD_CHARACTERS = 1 << 20;

export const traceImporter: Importer = {
  name: 'trace',
  summary: `trace or benchmark result: ${Object.keys(TRACE_FORMATS).join(', ')}`,
  detects: (text) => formatOf(text) !== null,
  read(text, context): Imported {
    const format = formatOf(text);
    if (format === null || context.path === '') {
      throw new ConfigError({
        path: '',
        found: format === null ? 'no trace that is known by its first lines' : 'pasted text',
        expected: format === null ? `one of ${Object.keys(TRACE_FORMATS).join(', ')}` : 'a trace in a file',
      });
    }
    const lines = context.readLines?.() ?? text.split('\n');
    const { facts, notes } = describe(lines, format, context.path);
    return { pools: [], workload: { kind: 'trace', format, path: context.path }, facts, notes };
  },
};

function formatOf(text: string): TraceFormatName | null {
  const head = text.length > HEAD_CHARACTERS ? text.slice(0, HEAD_CHARACTERS) : text;
  return detectTrace(head.split('\n'));
}

function describe(
  lines: Iterable<string>,
  format: TraceFormatName,
  path: string,
): { readonly facts: string[]; readonly notes: string[] } {
  const rows = new TraceRows(path, lines, TRACE_FORMATS[format].open(), 'skip');
  let [count, inputTokens, outputTokens, firstUs, lastUs] = [0, 0, 0, 0, 0];
  for (let row = rows.next(); row !== null; row = rows.next()) {
    if (count === 0) firstUs = row.atUs;
    count += 1;
    lastUs = row.atUs;
    inputTokens += row.inputTokens;
    outputTokens += row.outputTokens;
  }
  const notes = rows.problems.map((one) => `${one.path}: found ${one.found}, expected ${one.expected}`);
  if (rows.badRows > notes.length) notes.push(`${rows.badRows - notes.length} further bad rows`);
  if (rows.badRows > 0)
    notes.push('bad rows stop a run; workload.badRows: skip (or --skip-bad-rows) leaves them out');
  if (count === 0) throw new ConfigError(rows.problems.length > 0 ? rows.problems : noRows(path));
  const spanS = (lastUs - firstUs) / 1e6;
  return {
    notes,
    facts: [
      `format        ${format}`,
      `requests      ${fixed(count, 0)}${rows.badRows > 0 ? ` and ${fixed(rows.badRows, 0)} bad rows` : ''}`,
      `span          ${fixed(spanS, 1)} s${spanS > 0 ? `, ${fixed((count - 1) / spanS, 2)} requests/s` : ''}`,
      `mean tokens   ${fixed(inputTokens / count, 0)} in, ${fixed(outputTokens / count, 0)} out`,
    ],
  };
}

function noRows(path: string): { file: string; path: string; found: string; expected: string } {
  return { file: path, path: '', found: 'no row', expected: 'at least one' };
}
