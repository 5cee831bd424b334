/**
 * A Parquet file as the CSV text that columns are named in: what repeats (lists, maps) and what this reader does not know is left out
 * by name. Fields of structs are columns with dots, times are UTC.
 * source: https://parquet.apache.org/docs/file-format/ and parquet.thrift of parquet-format 2.11 (read 2026-11-29)
 */
import { ConfigError } from '../../../src/core/check.ts';
import { type ColumnKind, columnValues } from './column.ts';
import { ThriftReader, type ThriftStruct } from './thrift.ts';
import { TYPE, type Value } from './values.ts';

export interface ParquetText {
  /** A header and a line for each row. */
  readonly text: string;
  /** Columns that could not be read, with the reason. */
  readonly leftOut: readonly string[];
}

interface Leaf extends ColumnKind {
  readonly name: string;
  readonly element: ThriftStruct;
  readonly isRepeated: boolean;
}

const MAGIC = 'PAR1';
const REPETITION = { required: 0, repeated: 2 } as const;
/** Parts of a second by Parquet's number of the unit, in the logical type and in the older one. */
const PER_SECOND: Readonly<Record<number, number>> = { 1: 1e3, 2: 1e6, 3: 1e9 };
const CONVERTED: Readonly<Record<number, number>> = { 9: 1e3, 10: 1e6 };

export function isParquet(bytes: Uint8Array): boolean {
  return bytes.length > 12 && ascii(bytes.subarray(0, 4)) === MAGIC;
}

export async function parquetText(name: string, bytes: Uint8Array): Promise<ParquetText> {
  try {
    return await read(bytes);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw problem(name, 'a file that breaks off or is damaged', 'a whole Parquet file');
  }
  async function read(file: Uint8Array): Promise<ParquetText> {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    if (ascii(file.subarray(-4)) !== MAGIC) throw new RangeError('no end');
    const footer = new ThriftReader(file, file.length - 8 - view.getUint32(file.length - 8, true)).struct();
    const leaves = leavesOf(footer[2] as readonly ThriftStruct[]);
    const groups = footer[4] as readonly ThriftStruct[];
    const leftOut: string[] = [];
    const columns: { readonly name: string; readonly texts: readonly string[] }[] = [];
    for (const [place, leaf] of leaves.entries()) {
      const texts = leaf.isRepeated ? 'a list' : await textsOf(file, groups, place, leaf);
      if (typeof texts === 'string') leftOut.push(`${leaf.name}: ${texts}`);
      else columns.push({ name: leaf.name, texts });
    }
    if (columns.length === 0) {
      const reasons = new Set(leftOut.map((one) => one.replace(/^.*?: /, '')));
      throw problem(name, `no column that can be read: ${[...reasons].join('; ')}`, LIKE);
    }
    const lines = Array.from({ length: footer[3] as number }, (_, row) =>
      columns.map(({ texts }) => quoted(texts[row] ?? '')).join(','),
    );
    return { text: [columns.map((column) => quoted(column.name)).join(','), ...lines].join('\n'), leftOut };
  }
}

const LIKE = 'columns of numbers, times and texts, packed with Snappy or gzip or not at all';

function problem(file: string, found: string, expected: string): ConfigError {
  return new ConfigError({ file, path: '', found, expected });
}

/** Texts of all rows, or why there are none. */
async function textsOf(
  file: Uint8Array,
  groups: readonly ThriftStruct[],
  place: number,
  leaf: Leaf,
): Promise<readonly string[] | string> {
  if (leaf.type > TYPE.bytes) return 'bytes of a fixed length';
  const text = writer(leaf);
  const texts: string[] = [];
  try {
    for (const group of groups) {
      const chunk = (group[1] as readonly ThriftStruct[])[place]![3] as ThriftStruct;
      for (const value of await columnValues(file, chunk, leaf))
        texts.push(value === null ? '' : text(value));
    }
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  return texts;
}

/** Leaves in order, as row groups have their columns. */
function leavesOf(elements: readonly ThriftStruct[]): Leaf[] {
  const leaves: Leaf[] = [];
  let at = 1;
  const walk = (count: number, path: readonly string[], depth: number, isRepeated: boolean): void => {
    for (let i = 0; i < count; i += 1) {
      const element = elements[at]!;
      at += 1;
      const own = [...path, new TextDecoder().decode(element[4] as Uint8Array)];
      const ownDepth = depth + (element[3] === REPETITION.required ? 0 : 1);
      const repeats = isRepeated || element[3] === REPETITION.repeated;
      const children = (element[5] as number | undefined) ?? 0;
      if (children > 0) walk(children, own, ownDepth, repeats);
      else {
        const type = element[1] as number;
        leaves.push({ name: own.join('.'), type, depth: ownDepth, isRepeated: repeats, element });
      }
    }
  };
  walk((elements[0]![5] as number | undefined) ?? 0, [], 0, false);
  return leaves;
}

/** How values of a column are written. */
function writer({ type, element }: Leaf): (value: Value) => string {
  const logical = (element[10] as ThriftStruct | undefined)?.[8] as ThriftStruct | undefined;
  const unit = Object.keys((logical?.[2] as ThriftStruct | undefined) ?? {})[0];
  const perSecond =
    type === TYPE.int96
      ? 1e9
      : unit === undefined
        ? CONVERTED[element[6] as number]
        : PER_SECOND[Number(unit)];
  if (perSecond !== undefined) return (value) => stamp(Number(value) / perSecond);
  const scale = 10 ** ((element[7] as number | undefined) ?? 0);
  return scale === 1 ? String : (value) => String(Number(value) / scale);
}

/** UTC, to the microsecond. `seconds`: since 1970. */
function stamp(seconds: number): string {
  const whole = Math.floor(seconds);
  const us = Math.round((seconds - whole) * 1e6);
  const at = new Date((whole + (us === 1e6 ? 1 : 0)) * 1e3).toISOString().slice(0, 19);
  return `${at}.${String(us % 1e6).padStart(6, '0')}Z`;
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
