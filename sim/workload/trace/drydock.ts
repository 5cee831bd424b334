/**
 * The project's own trace format: CSV with a header, or JSON Lines, with the same field names. `arrival_s`, `input_tokens` and
 * `output_tokens` must be there; `max_tokens`, `prefix_id`, `prefix_tokens`, `session_id`, `turn`, `class`, `model` and
 * `priority` may be.
 *
 * `input_tokens` is the whole prompt: its first `prefix_tokens` are the shared content `prefix_id`. A request of a
 * session starts with that session's history (prompt and answer of the row before) when it is longer than it; a shorter one
 * has lost its history and is new content. `turn` is for readers; rows of a session are taken in file order.
 */
import { nearest } from '../../../src/core/check.ts';
import { type CsvField, csvReader } from './csv.ts';
import { hasColumns, hasFields, type TraceFormat } from './format.ts';
import { jsonRecord } from './json-line.ts';
import {
  EXPECTED,
  numberFrom,
  plainRow,
  type RowProblem,
  type RowReader,
  type TraceRow,
  tokenProblem,
} from './row.ts';

const REQUIRED = ['arrival_s', 'input_tokens', 'output_tokens'];
const FIELDS = [
  ...REQUIRED,
  'max_tokens',
  'prefix_id',
  'prefix_tokens',
  'session_id',
  'turn',
  'class',
  'model',
  'priority',
];

const isCsv = hasColumns(...REQUIRED);
const isJson = hasFields(...REQUIRED);

export const drydockFormat: TraceFormat = {
  open: drydockReader,
  blockTokens: 0,
  hasClasses: true,
  detects: (head) => isCsv(head) || isJson(head),
};

/** Reader of one file; its first line decides between CSV and JSON Lines. */
function drydockReader(): RowReader {
  const csv = csvReader({ columns: REQUIRED, rowOf, checkHeader: unknownField });
  let json: boolean | null = null;
  return {
    read(line) {
      if (line.trim() === '') return null;
      if (json === null) json = line.trimStart().startsWith('{');
      return json ? jsonRow(line) : csv.read(line);
    },
  };
}

function jsonRow(line: string): TraceRow | RowProblem {
  const record = jsonRecord(line);
  if (record === null) return { field: 'line', found: line.slice(0, 60), expected: 'a JSON object' };
  const unknown = unknownField(Object.keys(record));
  if (unknown !== null) return unknown;
  return rowOf((name) => {
    const value = record[name];
    if (value === undefined || value === null) return '';
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
}

function unknownField(names: readonly string[]): RowProblem | null {
  for (const name of names) {
    if (FIELDS.includes(name.toLowerCase())) continue;
    const close = nearest(name, FIELDS);
    const hint = close === undefined ? '' : ` (did you mean ${close}?)`;
    return { field: name, found: 'an unknown field', expected: `one of ${FIELDS.join(', ')}${hint}` };
  }
  return null;
}

function rowOf(field: CsvField): TraceRow | RowProblem {
  const seconds = numberFrom(field('arrival_s'));
  if (!(seconds >= 0 && seconds < Number.POSITIVE_INFINITY)) {
    return { field: 'arrival_s', found: shown(field('arrival_s')), expected: EXPECTED.seconds };
  }
  const input = numberFrom(field('input_tokens'));
  const output = numberFrom(field('output_tokens'));
  const problem = tokenProblem(
    'input_tokens',
    input,
    shown(field('input_tokens')),
    'output_tokens',
    output,
    shown(field('output_tokens')),
  );
  if (problem !== null) return problem;
  const whole = wholeNumbers(field, input);
  if ('expected' in whole) return whole;
  return {
    ...plainRow(seconds * 1e6, input, output),
    maxTokens: whole.maxTokens,
    prefixId: field('prefix_id'),
    prefixTokens: field('prefix_id') === '' ? 0 : whole.prefixTokens,
    sessionId: field('session_id'),
    className: field('class'),
    model: field('model'),
    priority: whole.priority,
  };
}

/** The optional whole numbers: empty means 0. */
function wholeNumbers(
  field: CsvField,
  input: number,
): { maxTokens: number; prefixTokens: number; priority: number } | RowProblem {
  const number = (name: string): number => (field(name) === '' ? 0 : numberFrom(field(name)));
  const maxTokens = number('max_tokens');
  if (!Number.isSafeInteger(maxTokens) || maxTokens < 0) {
    return { field: 'max_tokens', found: field('max_tokens'), expected: EXPECTED.tokens };
  }
  const prefixTokens = number('prefix_tokens');
  if (!Number.isSafeInteger(prefixTokens) || prefixTokens < 0 || prefixTokens > input) {
    return {
      field: 'prefix_tokens',
      found: field('prefix_tokens'),
      expected: `an integer between 0 and input_tokens (${input})`,
    };
  }
  const priority = number('priority');
  if (!Number.isSafeInteger(priority)) {
    return { field: 'priority', found: field('priority'), expected: 'an integer' };
  }
  return { maxTokens, prefixTokens, priority };
}

function shown(text: string): string {
  return text === '' ? 'nothing' : text;
}
