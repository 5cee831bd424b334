/**
 * A table of one's own as text, lines of CSV or of JSON objects: names of its columns, first rows; or that a text is none. What objects
 * hold within objects are columns with dots, `usage.prompt_tokens`.
 */
import { csvFields } from '../../workload/trace/csv.ts';
import { type JsonRecord, jsonRecord } from '../../workload/trace/json-line.ts';
import { cleaned } from '../../workload/trace/rows.ts';

const SEPARATORS = [',', ';', '\t'] as const;
/** What parts the fields of a line; `json`: every line is an object. */
export type Layout = (typeof SEPARATORS)[number] | 'json';

/** Rows that are shown before anything is chosen. */
const SAMPLE_ROWS = 5;
/** Lines of JSON in which fields are looked for. */
const LOOKED_AT = 100;
/** Characters of a text that is shown. */
const MOST_SHOWN = 60;

export interface Table {
  readonly layout: Layout;
  /** Unique, not empty. */
  readonly columns: readonly string[];
  /** Fields of the first rows. */
  readonly sample: readonly (readonly string[])[];
}

/** Null where the text has no header of at least three columns over rows of as many fields: arrival, input and output are needed. */
export function tableOf(text: string): Table | null {
  return jsonTable(text) ?? csvTable(text);
}

function csvTable(text: string): Table | null {
  const lines = firstLines(text, SAMPLE_ROWS + 1);
  const [head, ...rows] = lines;
  if (head === undefined || rows.length === 0) return null;
  for (const layout of SEPARATORS) {
    const columns = csvLine(head, layout);
    const sample = rows.map((row) => csvLine(row, layout));
    if (columns.length < 3 || new Set(columns).size < columns.length) continue;
    const isHeader = columns.every((name) => name !== '' && numberOf(name, layout) === null);
    const isFilled = sample[0]!.some((field) => numberOf(field, layout) !== null);
    if (isHeader && isFilled && sample[0]!.length === columns.length) return { layout, columns, sample };
  }
  return null;
}

/** Null where the text does not begin with lines that are mostly objects, with three fields and a number at least. */
function jsonTable(text: string): Table | null {
  const lines = firstLines(text, LOOKED_AT).map((line) => flat(line));
  const rows = lines.filter((row) => row !== null);
  if (lines[0] === undefined || lines[0] === null || rows.length < lines.length / 2) return null;
  const columns = new Set(rows.flatMap((row) => [...row.keys()]));
  const isNumber = (value: string): boolean => numberOf(value, 'json') !== null;
  if (columns.size < 3 || ![...rows[0]!.values()].some(isNumber)) return null;
  const sample = rows
    .slice(0, SAMPLE_ROWS)
    .map((row) => [...columns].map((name) => (row.get(name) ?? '').slice(0, MOST_SHOWN)));
  return { layout: 'json', columns: [...columns], sample };
}

/** Fields of an object by their path, lists left out; null where the line is none. */
function flat(line: string): Map<string, string> | null {
  const record = jsonRecord(line);
  if (record === null) return null;
  const fields = new Map<string, string>();
  const walk = (of: JsonRecord, before: string): void => {
    for (const [name, value] of Object.entries(of)) {
      if (typeof value === 'object' && value !== null) {
        if (!Array.isArray(value)) walk(value as JsonRecord, `${before}${name}.`);
      } else fields.set(before + name, value === null ? '' : String(value));
    }
  };
  walk(record, '');
  return fields;
}

/** What is wrong with a whole line. */
export interface LineFault {
  readonly found: string;
  readonly expected: string;
}

/** Fields of a line by their place among the columns, without the blanks around them. */
export function fieldsOf(line: string, { layout, columns }: Table): readonly string[] | LineFault {
  if (layout === 'json') {
    const fields = flat(line);
    if (fields === null) return { found: line.slice(0, MOST_SHOWN), expected: 'an object in JSON' };
    return columns.map((name) => (fields.get(name) ?? '').trim());
  }
  const fields = csvLine(line, layout);
  return fields.length === columns.length
    ? fields
    : { found: `${fields.length} fields`, expected: `${columns.length}, as in the header` };
}

function csvLine(line: string, separator: string): string[] {
  return csvFields(line, separator).map((field) => field.trim());
}

/** A number as such tables write it, null for anything else; where semicolons separate, a comma may be the decimal point. */
export function numberOf(text: string, layout: Layout): number | null {
  const plain = layout === ';' ? text.replace(',', '.') : text;
  const value = plain === '' ? Number.NaN : Number(plain);
  return Number.isFinite(value) ? value : null;
}

function firstLines(text: string, most: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length && lines.length < most; ) {
    const end = text.indexOf('\n', at) === -1 ? text.length : text.indexOf('\n', at);
    const line = cleaned(text.slice(at, end));
    if (line.trim() !== '') lines.push(line);
    at = end + 1;
  }
  return lines;
}
