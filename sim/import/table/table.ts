/** A table of one's own as text: separator, names of its columns, first rows; or that a text is none. */
import { csvFields } from '../../workload/trace/csv.ts';
import { cleaned } from '../../workload/trace/rows.ts';

const SEPARATORS = [',', ';', '\t'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** Rows that are shown before anything is chosen. */
const SAMPLE_ROWS = 5;

export interface Table {
  readonly separator: Separator;
  /** Unique, not empty. */
  readonly columns: readonly string[];
  /** Fields of the first rows. */
  readonly sample: readonly (readonly string[])[];
}

/** Null where the text has no header of at least three columns over rows of as many fields: arrival, input and output are needed. */
export function tableOf(text: string): Table | null {
  const lines = firstLines(text, SAMPLE_ROWS + 1);
  const [head, ...rows] = lines;
  if (head === undefined || rows.length === 0) return null;
  for (const separator of SEPARATORS) {
    const columns = fieldsOf(head, separator);
    const sample = rows.map((row) => fieldsOf(row, separator));
    if (columns.length < 3 || new Set(columns).size < columns.length) continue;
    const isHeader = columns.every((name) => name !== '' && numberOf(name, separator) === null);
    const isFilled = sample[0]!.some((field) => numberOf(field, separator) !== null);
    if (isHeader && isFilled && sample[0]!.length === columns.length) return { separator, columns, sample };
  }
  return null;
}

/** Fields of a line, without the blanks around them. */
export function fieldsOf(line: string, separator: Separator): string[] {
  return csvFields(line, separator).map((field) => field.trim());
}

/** A number as such tables write it, null for anything else; where semicolons separate, a comma may be the decimal point. */
export function numberOf(text: string, separator: Separator): number | null {
  const plain = separator === ';' ? text.replace(',', '.') : text;
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
