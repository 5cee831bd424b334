/** Archives that the page saves, read as another program would: from the directory at the end. */
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { zipped } from '../../web/shell/zip.ts';

interface Read {
  readonly path: string;
  readonly text: string;
  readonly crc: number;
}

function unzipped(archive: Uint8Array): Read[] {
  const bytes = Buffer.from(archive);
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  let at = bytes.readUInt32LE(end + 16);
  expect(at + bytes.readUInt32LE(end + 12)).toBe(end);
  return Array.from({ length: bytes.readUInt16LE(end + 10) }, () => {
    expect(bytes.readUInt32LE(at)).toBe(0x02014b50);
    const [crc, length, nameLength] = [at + 16, at + 24, at + 28].map((place, i) =>
      i < 2 ? bytes.readUInt32LE(place) : bytes.readUInt16LE(place),
    ) as [number, number, number];
    const local = bytes.readUInt32LE(at + 42);
    const path = bytes.toString('utf8', at + 46, at + 46 + nameLength);
    expect(bytes.readUInt32LE(local)).toBe(0x04034b50);
    expect(bytes.toString('utf8', local + 30, local + 30 + nameLength)).toBe(path);
    // Of the local header: from its checksum to the length of the name, as in the directory.
    expect(bytes.subarray(local + 14, local + 28)).toEqual(bytes.subarray(at + 16, at + 30));
    at += 46 + nameLength;
    const start = local + 30 + nameLength;
    const content = bytes.subarray(start, start + length);
    expect(crc32(content)).toBe(crc);
    return { path, text: content.toString('utf8'), crc };
  });
}

it('holds every file under its path, whole', () => {
  const file = fc.record({
    path: fc.string({ unit: 'grapheme', minLength: 1 }),
    text: fc.string({ unit: 'grapheme' }),
  });
  fc.assert(
    fc.property(fc.array(file, { maxLength: 5 }), (files) => {
      expect(unzipped(zipped(files)).map(({ path, text }) => ({ path, text }))).toEqual(files);
    }),
  );
});

it('has the checksum that everybody computes', () => {
  expect(unzipped(zipped([{ path: 'a', text: '123456789' }]))[0]!.crc).toBe(0xcbf43926);
});
