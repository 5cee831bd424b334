/**
 * Lines of CSV (RFC 4180, without line breaks inside quotes) with a header that names the columns. Columns are found by name,
 * in any order and letter case.
 */
import { nearest } from '../../../src/core/check.ts';
import type { RowProblem } from './row.ts';

/** Fields of one line. */
export function csvFields(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
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
    } else if (c === ',' && !quoted) {
      fields.push(field);
      field = '';
    } else {
      field += c;
    }
  }
  fields.push(field);
  return fields;
}

/** Positions of the columns of a file. */
export class CsvHeader {
  readonly #positions = new Map<string, number>();
  readonly #names: readonly string[];

  constructor(line: string) {
    this.#names = csvFields(line).map((name) => name.trim());
    for (const [i, name] of this.#names.entries()) this.#positions.set(name.toLowerCase(), i);
  }

  /** Position of a column, or -1. */
  position(name: string): number {
    return this.#positions.get(name.toLowerCase()) ?? -1;
  }

  /** The first of `names` that the file lacks, as a problem; null when it has all. */
  missing(names: readonly string[]): RowProblem | null {
    for (const name of names) {
      if (this.position(name) >= 0) continue;
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
