/**
 * A Parquet file as the CSV text that columns are named in: what repeats (lists, maps) and what cannot be unpacked is left out by
 * name. Fields of structs are columns with dots, times are UTC.
 */
import {
  type FileMetaData,
  type ParquetParsers,
  parquetMetadata,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { decompressGzip } from 'hyparquet-compressors';
import { ConfigError } from '../../src/core/check.ts';

export interface ParquetText {
  /** A header and a line for each row. */
  readonly text: string;
  /** Columns that could not be read, with the reason. */
  readonly leftOut: readonly string[];
}

/** A column: the names that lead to it. */
interface Leaf {
  readonly path: readonly string[];
  readonly repeats: boolean;
}

const EXPECTED = 'columns of numbers, times and texts, packed with Snappy or gzip or not at all';

/** Times to the microsecond, which dates of JavaScript do not hold. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms) => stamp(BigInt(ms) * 1000n),
  timestampFromMicroseconds: (us) => stamp(BigInt(us)),
  timestampFromNanoseconds: (ns) => stamp(BigInt(ns) / 1000n),
};

/** throws: ConfigError where no column can be read. */
export async function parquetText(name: string, bytes: Uint8Array): Promise<ParquetText> {
  const problem = (found: string, expected: string): ConfigError =>
    new ConfigError({ file: name, path: '', found, expected });
  const file = bytes.slice().buffer;
  let metadata: FileMetaData;
  try {
    metadata = parquetMetadata(file);
  } catch {
    throw problem('a file that breaks off or is damaged', 'a whole Parquet file');
  }
  const leftOut: string[] = [];
  const columns: { readonly name: string; readonly texts: readonly string[] }[] = [];
  for (const { path, repeats } of leavesOf(parquetSchema(metadata))) {
    const column = path.join('.');
    const texts = repeats ? 'a list' : await textsOf(file, metadata, path);
    if (typeof texts === 'string') leftOut.push(`${column}: ${texts}`);
    else columns.push({ name: column, texts });
  }
  if (columns.length === 0) {
    const reasons = new Set(leftOut.map((one) => one.replace(/^.*?: /, '')));
    throw problem(`no column that can be read: ${[...reasons].join('; ')}`, EXPECTED);
  }
  const rows = Array.from({ length: Number(metadata.num_rows) }, (_, row) =>
    columns.map(({ texts }) => quoted(texts[row] ?? '')).join(','),
  );
  return { text: [columns.map((column) => quoted(column.name)).join(','), ...rows].join('\n'), leftOut };
}

function leavesOf({ children, path, element }: SchemaTree, repeats = false): Leaf[] {
  const isRepeated = repeats || element.repetition_type === 'REPEATED';
  if (children.length === 0) return [{ path, repeats: isRepeated }];
  return children.flatMap((child) => leavesOf(child, isRepeated));
}

/** Texts of all rows, or why there are none. */
async function textsOf(
  file: ArrayBuffer,
  metadata: FileMetaData,
  path: readonly string[],
): Promise<readonly string[] | string> {
  try {
    const rows = await parquetReadObjects({
      ...{ file, metadata, columns: [path[0]!], parsers: PARSERS },
      compressors: { ['GZIP']: decompressGzip },
    });
    return rows.map((row) => textOf(path.reduce<unknown>(fieldOf, row)));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return value === null || value === undefined ? null : (value as Record<string, unknown>)[name];
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** UTC. `us`: microseconds since 1970. */
function stamp(us: bigint): string {
  const seconds = us / 1_000_000n - (us < 0n && us % 1_000_000n !== 0n ? 1n : 0n);
  const rest = us - seconds * 1_000_000n;
  return `${new Date(Number(seconds) * 1e3).toISOString().slice(0, 19)}.${String(rest).padStart(6, '0')}Z`;
}

function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}
