/**
 * Pages as they were before they were packed: Snappy, which most writers choose by default, and gzip, which the browser knows.
 * source: https://github.com/google/snappy/blob/main/format_description.txt (read 2026-11-29)
 */
import { ThriftReader } from './thrift.ts';

/** Codecs by the number that Parquet gives them. */
const CODECS = ['none', 'Snappy', 'gzip', 'LZO', 'Brotli', 'LZ4', 'Zstandard', 'LZ4'];

/** Null where nothing here unpacks it, with its name for messages. */
export function codec(number: number): {
  readonly name: string;
  readonly unpack: ((bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>) | null;
} {
  const name = CODECS[number] ?? `codec ${number}`;
  return { name, unpack: [(bytes: Uint8Array) => bytes, unsnapped, gunzipped][number] ?? null };
}

function unsnapped(bytes: Uint8Array): Uint8Array {
  const reader = new ThriftReader(bytes, 0);
  const out = new Uint8Array(reader.varint());
  let { at } = reader;
  let done = 0;
  const little = (width: number): number => {
    let value = 0;
    for (let i = 0; i < width; i += 1) value += bytes[at + i]! * 256 ** i;
    at += width;
    return value;
  };
  while (at < bytes.length) {
    const tag = bytes[at]!;
    at += 1;
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >> 2;
      const length = (short < 60 ? short : little(short - 59)) + 1;
      out.set(bytes.subarray(at, at + length), done);
      at += length;
      done += length;
      continue;
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const back = kind === 1 ? (tag >> 5) * 256 + little(1) : little(kind === 2 ? 2 : 4);
    if (back === 0 || back > done) throw new RangeError('a copy from before the start');
    // Byte by byte: what is copied may overlap what it becomes.
    for (const end = done + length; done < end; done += 1) out[done] = out[done - back]!;
  }
  return out;
}

async function gunzipped(bytes: Uint8Array): Promise<Uint8Array> {
  const packed = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
