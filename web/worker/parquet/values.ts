/**
 * Values of a page by their encoding: plain, dictionary, runs and bit-packed groups, deltas. Text is cut: what is wanted are numbers,
 * times and names of sessions.
 * source: https://parquet.apache.org/docs/file-format/data-pages/encodings/ (read 2026-11-29)
 */
import { ThriftReader } from './thrift.ts';

export type Value = number | string | boolean;
/** Physical types by number. */
export const TYPE = { boolean: 0, int32: 1, int64: 2, int96: 3, float: 4, double: 5, bytes: 6 } as const;

/** Longest text of a value, characters. */
const MOST_TEXT = 80;
/** Julian day of 1970-01-01, for times of 96 bits. */
const JULIAN_1970 = 2_440_588;
const NS_PER_DAY = 86_400e9;

/** `count` values one after the other. */
export function plainValues(bytes: Uint8Array, type: number, count: number): Value[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  let at = 0;
  const step = (width: number): number => {
    at += width;
    return at - width;
  };
  const next = (i: number): Value => {
    switch (type) {
      case TYPE.boolean:
        return ((bytes[i >> 3]! >> (i & 7)) & 1) === 1;
      case TYPE.int32:
        return view.getInt32(step(4), true);
      case TYPE.int64:
        return Number(view.getBigInt64(step(8), true));
      case TYPE.int96: {
        const from = step(12);
        const ns = Number(view.getBigInt64(from, true));
        return (view.getInt32(from + 8, true) - JULIAN_1970) * NS_PER_DAY + ns;
      }
      case TYPE.float:
        return Number(view.getFloat32(step(4), true).toPrecision(7));
      case TYPE.double:
        return view.getFloat64(step(8), true);
      default: {
        const length = view.getInt32(step(4), true);
        const from = step(length);
        return text.decode(bytes.subarray(from, from + Math.min(length, MOST_TEXT)));
      }
    }
  };
  return Array.from({ length: count }, (_, i) => next(i));
}

/** `count` small integers of `width` bits, in runs and bit-packed groups of eight. */
export function hybridValues(bytes: Uint8Array, width: number, count: number): number[] {
  const values: number[] = [];
  const reader = new ThriftReader(bytes, 0);
  const byteWidth = (width + 7) >> 3;
  while (values.length < count) {
    const head = reader.varint();
    const length = head >> 1;
    if (head % 2 === 1) {
      const packed = bytes.subarray(reader.at, reader.at + length * width);
      const some = Math.min(length * 8, count - values.length);
      for (const value of bitPacked(packed, width, some)) values.push(value);
      reader.at += length * width;
      continue;
    }
    let value = 0;
    for (let i = 0; i < byteWidth; i += 1) value += bytes[reader.at + i]! * 256 ** i;
    reader.at += byteWidth;
    for (let i = Math.min(length, count - values.length); i > 0; i -= 1) values.push(value);
  }
  return values;
}

/** Integers as differences in blocks: the first value, then miniblocks of bit-packed differences above a least one. */
export function deltaValues(bytes: Uint8Array): number[] {
  const reader = new ThriftReader(bytes, 0);
  const signed = (): number => {
    const value = reader.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  const [perBlock, miniblocks, count] = [reader.varint(), reader.varint(), reader.varint()];
  const perMiniblock = perBlock / miniblocks;
  let last = signed();
  const values = count > 0 ? [last] : [];
  while (values.length < count) {
    const least = signed();
    const widths = bytes.subarray(reader.at, reader.at + miniblocks);
    reader.at += miniblocks;
    for (const width of widths) {
      if (values.length >= count) break;
      const size = (perMiniblock * width) / 8;
      const some = Math.min(perMiniblock, count - values.length);
      for (const above of bitPacked(bytes.subarray(reader.at, reader.at + size), width, some)) {
        last += least + above;
        values.push(last);
      }
      reader.at += size;
    }
  }
  return values;
}

/** Least bit first. */
function bitPacked(bytes: Uint8Array, width: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    let value = 0;
    for (let bit = 0; bit < width; ) {
      const from = i * width + bit;
      const some = Math.min(8 - (from & 7), width - bit);
      value += ((bytes[from >> 3]! >> (from & 7)) & ((1 << some) - 1)) * 2 ** bit;
      bit += some;
    }
    return value;
  });
}
