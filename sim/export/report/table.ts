/** Tables as aligned text for a terminal, or as Markdown. */

/** A table: the first column is left-aligned, the others right-aligned unless the header says otherwise. */
export interface Table {
  readonly title?: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns (by index) with text, which is left-aligned; the first always is. */
  readonly textColumns?: readonly number[];
}

/** Width that tables and prose keep to. */
export const TERMINAL_COLUMNS = 100;

const GAP = '  ';

/** Text table; lines have no trailing blanks. */
export function textTable(table: Table): string {
  const isHeadless = table.header.every((cell) => cell === '');
  const lines = isHeadless ? table.rows : [table.header, ...table.rows];
  const widths = table.header.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const body = lines.map((line) =>
    line
      .map((cell, i) => (isText(table, i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join(GAP)
      .trimEnd(),
  );
  return `${table.title === undefined ? '' : `${table.title}\n`}${body.join('\n')}\n`;
}

/** GitHub Markdown table. */
export function markdownTable(table: Table): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = table.header.map((_, i) => (isText(table, i) ? ':--' : '--:'));
  const title = table.title === undefined ? '' : `**${table.title}**\n\n`;
  return `${title}${[row(table.header), row(rule), ...table.rows.map(row)].join('\n')}\n`;
}

/** Wraps a line of prose at the width of a terminal; further lines are indented. */
export function wrapText(text: string, indent: string, first = ''): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(`${first}${word}`);
    else if (last.length + word.length + 1 > TERMINAL_COLUMNS) lines.push(`${indent}${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}

function isText(table: Table, column: number): boolean {
  return column === 0 || (table.textColumns?.includes(column) ?? false);
}
