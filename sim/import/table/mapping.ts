/**
 * A table of one's own as a trace: rows by the columns that its owner names, in Drydock's own format, in order of arrival. Rows that
 * cannot be read are told with their lines and left out; nothing is guessed here.
 */
import { utcUs } from '../../workload/trace/azure.ts';
import { cleaned } from '../../workload/trace/rows.ts';
import { fieldsOf, numberOf, type Table } from './table.ts';

export const TIME_UNITS = ['s', 'ms', 'us', 'ns', 'stamp'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];
export const TOKEN_UNITS = ['tokens', 'thousands', 'characters'] as const;
export type TokenUnit = (typeof TOKEN_UNITS)[number];

/** Columns by name; empty: none. */
export interface ColumnMapping {
  readonly arrival: string;
  readonly timeUnit: TimeUnit;
  /** The whole prompt, the history of its session included. */
  readonly input: string;
  readonly output: string;
  readonly tokenUnit: TokenUnit;
  readonly session: string;
}

export interface RowFault {
  /** Of the text, from 1; a header counts. */
  readonly line: number;
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

export interface MappedTable {
  /** CSV in Drydock's format, times from the first arrival on; empty where there is no row. */
  readonly text: string;
  readonly rows: number;
  /** Rows left out, and the first of them. */
  readonly badRows: number;
  readonly faults: readonly RowFault[];
  /** What was done to the rows that are there, or is odd about them. */
  readonly notes: readonly string[];
}

/** Faults that are told one by one. */
const MOST_FAULTS = 20;
const US_OF: Readonly<Record<Exclude<TimeUnit, 'stamp'>, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };
/** Characters of a token of English text, roughly; an assumption that the page says. */
export const CHARACTERS_PER_TOKEN = 4;
const TOKENS_OF: Readonly<Record<TokenUnit, number>> = {
  ...{ tokens: 1, thousands: 1000, characters: 1 / CHARACTERS_PER_TOKEN },
};

interface Row {
  readonly atUs: number;
  readonly input: number;
  readonly output: number;
  readonly session: string;
}

export function mappedTable(text: string, table: Table, mapping: ColumnMapping): MappedTable {
  const read = reader(table, mapping);
  const rows: Row[] = [];
  const faults: RowFault[] = [];
  let [badRows, line, isHead] = [0, 0, table.layout !== 'json'];
  for (const raw of text.split('\n')) {
    line += 1;
    const content = cleaned(raw);
    if (content.trim() === '') continue;
    if (isHead) {
      isHead = false;
      continue;
    }
    const row = read(content);
    if (!('expected' in row)) rows.push(row);
    else {
      badRows += 1;
      if (faults.length < MOST_FAULTS) faults.push({ line, ...row });
    }
  }
  const notes = notesOn(rows, mapping);
  rows.sort((a, b) => a.atUs - b.atUs);
  return { text: rows.length === 0 ? '' : csvOf(rows, mapping), rows: rows.length, badRows, faults, notes };
}

type Reader = (line: string) => Row | Omit<RowFault, 'line'>;

function reader(table: Table, mapping: ColumnMapping): Reader {
  const { layout, columns } = table;
  const at = (column: string): number => columns.indexOf(column);
  const places = { arrival: at(mapping.arrival), input: at(mapping.input), output: at(mapping.output) };
  const session = at(mapping.session);
  const scale = TOKENS_OF[mapping.tokenUnit];
  return (line) => {
    const fields = fieldsOf(line, table);
    if ('expected' in fields) return { column: 'row', ...fields };
    const arrival = fields[places.arrival]!;
    const number = numberOf(arrival, layout);
    const isStamp = mapping.timeUnit === 'stamp';
    const atUs = isStamp ? utcUs(arrival) : (number ?? Number.NaN) * US_OF[mapping.timeUnit as 's'];
    if (!(atUs >= 0)) {
      const expected = isStamp ? 'a time such as 2026-11-16 18:17:03.25 (UTC)' : 'a number >= 0';
      return fault(mapping.arrival, arrival, expected);
    }
    const input = Math.round((numberOf(fields[places.input]!, layout) ?? Number.NaN) * scale);
    if (!(input >= 1))
      return fault(mapping.input, fields[places.input]!, 'a number that makes a token or more');
    const output = Math.round((numberOf(fields[places.output]!, layout) ?? Number.NaN) * scale);
    if (!(output >= 0)) return fault(mapping.output, fields[places.output]!, 'a number >= 0');
    return { atUs, input, output, session: session === -1 ? '' : fields[session]! };
  };
}

function fault(column: string, found: string, expected: string): Omit<RowFault, 'line'> {
  return { column, found: found === '' ? 'nothing' : found, expected };
}

/** `rows` in the order of the file. */
function notesOn(rows: readonly Row[], { tokenUnit }: ColumnMapping): string[] {
  const early = rows.filter((row, at) => at > 0 && row.atUs < rows[at - 1]!.atUs).length;
  const silent = rows.filter(({ output }) => output === 0).length;
  const seen = new Set(
    rows.map(({ atUs, input, output, session }) => `${atUs} ${input} ${output} ${session}`),
  );
  const repeated = rows.length - seen.size;
  return [
    ...(early === 0 ? [] : [`rows earlier than the row before: ${early}; they are put in order of arrival`]),
    ...(silent === 0
      ? []
      : [`rows without an output token: ${silent}; requests that failed where they were recorded?`]),
    ...(repeated === 0 ? [] : [`rows that repeat another one: ${repeated}; they are kept`]),
    ...(tokenUnit === 'characters' ? [`${CHARACTERS_PER_TOKEN} characters are taken for a token`] : []),
  ];
}

/** `rows` in order of arrival. */
function csvOf(rows: readonly Row[], mapping: ColumnMapping): string {
  const firstUs = rows[0]!.atUs;
  const hasSessions = mapping.session !== '';
  const quoted = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map(({ atUs, input, output, session }) => {
    const seconds = Number(((atUs - firstUs) / 1e6).toFixed(6));
    return `${seconds},${input},${output}${hasSessions ? `,${quoted(session)}` : ''}`;
  });
  return `${[`arrival_s,input_tokens,output_tokens${hasSessions ? ',session_id' : ''}`, ...lines].join('\n')}\n`;
}
