/** The values of one column of a row group, page by page; null where a row has none. Only columns that repeat nothing are read. */
import { ThriftReader, type ThriftStruct } from './thrift.ts';
import { codec } from './unpack.ts';
import { deltaValues, hybridValues, plainValues, TYPE, type Value } from './values.ts';

/** What of the schema its pages need. */
export interface ColumnKind {
  readonly type: number;
  /** Optional fields on its path: how deep a value that is there is defined. */
  readonly depth: number;
}

const PAGE = { data: 0, dictionary: 2, dataV2: 3 } as const;
const ENCODING = { plain: 0, plainDictionary: 2, runs: 3, delta: 5, dictionary: 8 } as const;

/** Throws RangeError for what this reader does not know, with its name. */
export async function columnValues(
  file: Uint8Array,
  chunk: ThriftStruct,
  kind: ColumnKind,
): Promise<(Value | null)[]> {
  const { name, unpack } = codec(chunk[4] as number);
  if (unpack === null) throw new RangeError(`${name}, which is not unpacked here`);
  const [count, dataAt] = [chunk[5] as number, chunk[9] as number];
  const dictionaryAt = (chunk[11] as number | undefined) ?? 0;
  const reader = new ThriftReader(file, dictionaryAt > 0 ? Math.min(dictionaryAt, dataAt) : dataAt);
  const values: (Value | null)[] = [];
  let dictionary: readonly Value[] = [];
  while (values.length < count) {
    const header = reader.struct();
    const size = header[3] as number;
    if (!(size >= 0)) throw new RangeError('a page without a size');
    const body = file.subarray(reader.at, reader.at + size);
    reader.at += size;
    if (header[1] === PAGE.dictionary) {
      const length = (header[7] as ThriftStruct)[1] as number;
      dictionary = plainValues(await unpack(body), kind.type, length);
    } else if (header[1] === PAGE.data) {
      const { 1: length, 2: encoding } = header[5] as { 1: number; 2: number };
      const page = await unpack(body);
      // Definition levels have their size in front of them.
      const levelSize = kind.depth === 0 ? 0 : new DataView(page.buffer, page.byteOffset).getUint32(0, true);
      const start = kind.depth === 0 ? 0 : 4 + levelSize;
      const levels = page.subarray(4, start);
      append(values, placed({ length, encoding, levels, body: page.subarray(start) }, kind, dictionary));
    } else if (header[1] === PAGE.dataV2) {
      const v2 = header[8] as ThriftStruct;
      const start = (v2[5] as number) + (v2[6] as number);
      const rest = body.subarray(start);
      const page = {
        ...{
          length: v2[1] as number,
          encoding: v2[4] as number,
          levels: body.subarray(v2[6] as number, start),
        },
        body: v2[7] === false ? rest : await unpack(rest),
      };
      append(values, placed(page, kind, dictionary));
    }
  }
  return values;
}

/** Pages may hold more than a call takes arguments. */
function append<Item>(to: Item[], items: readonly Item[]): void {
  for (const item of items) to.push(item);
}

interface Page {
  readonly length: number;
  readonly encoding: number;
  readonly levels: Uint8Array;
  readonly body: Uint8Array;
}

/** A page's values at their rows. */
function placed(page: Page, { type, depth }: ColumnKind, dictionary: readonly Value[]): (Value | null)[] {
  const levelWidth = 32 - Math.clz32(depth);
  const levels = depth === 0 ? null : hybridValues(page.levels, levelWidth, page.length);
  const present = levels === null ? page.length : levels.filter((level) => level === depth).length;
  const values = decoded(page, type, present, dictionary);
  if (levels === null) return values;
  let at = 0;
  return levels.map((level) => {
    if (level < depth) return null;
    at += 1;
    return values[at - 1]!;
  });
}

function decoded(
  { encoding, body }: Page,
  type: number,
  count: number,
  dictionary: readonly Value[],
): Value[] {
  switch (encoding) {
    case ENCODING.plain:
      return plainValues(body, type, count);
    case ENCODING.plainDictionary:
    case ENCODING.dictionary:
      return hybridValues(body.subarray(1), body[0]!, count).map((index) => dictionary[index]!);
    case ENCODING.runs:
      return hybridValues(body.subarray(4), 1, count).map((bit) => bit === 1);
    case ENCODING.delta:
      if (type === TYPE.int32 || type === TYPE.int64) return deltaValues(body);
  }
  throw new RangeError(`encoding ${encoding}, which is not read here`);
}
