/**
 * Lines of CSV (RFC 4180, without line breaks inside quotes) with a header that names the columns. Columns are found by name,
 * in any order and letter case.
 */
import { nearest } from '../../../src/core/check.ts';
import type { RowOutcome, RowProblem, RowReader } from './row.ts';

/** Fields of one line; `separator`: one character. */
export function csvFields(line: string, separator = ','): string[] {
  if (!line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (quoted && c === '"' && line[i + 1] === '"') {
      field += '"';
      i += 1;
    } else if (c === '"') {
      quoted = !quoted;
    } else if (c === separator && !quoted) {
      fields.push(field);
      field = '';
    } else {
      field += c;
    }
  }
  fields.push(field);
  return fields;
}

/** The columns of a file. */
class CsvHeader {
  /** By name in lower case. */
  readonly positions = new Map<string, number>();
  readonly #names: readonly string[];

  constructor(line: string) {
    this.#names = csvFields(line).map((name) => name.trim());
    for (const [i, name] of this.#names.entries()) this.positions.set(name.toLowerCase(), i);
  }

  /** The first of `names` that the file lacks, as a problem; null when it has all. */
  missing(names: readonly string[]): RowProblem | null {
    for (const name of names) {
      if (this.positions.has(name.toLowerCase())) continue;
      const close = nearest(name, this.#names);
      const hint = close === undefined ? '' : ` (the nearest is ${close})`;
      return {
        field: 'header',
        found: this.#names.join(','),
        expected: `a column ${name}${hint}`,
      };
    }
    return null;
  }
}

/** Text of a row's field by the name of its column, without the blanks around it; empty where the file lacks the column. */
export type CsvField = (name: string) => string;

/** How the lines of a CSV file become rows. */
export interface CsvRows {
  /** Columns that the header must name. */
  readonly columns: readonly string[];
  readonly rowOf: (field: CsvField) => RowOutcome;
  /** What is wrong with the names of the header, if anything, beside a column that is missing. */
  readonly checkHeader?: (names: readonly string[]) => RowProblem | null;
}

/** Reader of one file: blank lines are passed over, the first other one is the header. */
export function csvReader({ columns, rowOf, checkHeader }: CsvRows): RowReader {
  let header: CsvHeader | null = null;
  const read = (line: string): RowOutcome | null => {
    if (line.trim() === '') return null;
    const fields = csvFields(line);
    if (header === null) {
      header = new CsvHeader(line);
      return header.missing(columns) ?? checkHeader?.(fields.map((name) => name.trim())) ?? null;
    }
    const { positions } = header;
    return rowOf((name) => fields[positions.get(name.toLowerCase()) ?? -1]?.trim() ?? '');
  };
  return { read };
}
