/** What a trace format is: how its files are recognised and read. */
import type { RowReader } from './row.ts';

export interface TraceFormat {
  readonly open: () => RowReader;
  /** Tokens per entry of `TraceRow.blocks`; 0 for formats without them. */
  readonly blockTokens: number;
  /** Rows may name a request class. */
  readonly hasClasses: boolean;
  /** Whether the first lines (not empty, without line ends) look like it. */
  detects(head: readonly string[]): boolean;
}

/** A detector for CSV: the first line names all of these columns. */
export function hasColumns(...names: readonly string[]): (head: readonly string[]) => boolean {
  return (head) => {
    const columns = (head[0] ?? '').split(',').map((name) => name.trim().replaceAll('"', '').toLowerCase());
    return names.every((name) => columns.includes(name.toLowerCase()));
  };
}

/** A detector for JSON Lines: the first line is an object with all of these fields. */
export function hasFields(...names: readonly string[]): (head: readonly string[]) => boolean {
  return (head) => {
    const line = head[0] ?? '';
    return line.startsWith('{') && line.endsWith('}') && names.every((name) => line.includes(`"${name}"`));
  };
}

/** A detector for JSON documents: the first lines name all of these fields. */
export function namesFields(...names: readonly string[]): (head: readonly string[]) => boolean {
  return (head) => {
    if (!/^\s*[[{]/.test(head[0] ?? '')) return false;
    const text = head.join('\n');
    return names.every((name) => text.includes(`"${name}"`));
  };
}
