/**
 * Several files as one zip archive. They are stored as they are: what is saved this way are a few kilobytes of text. Source:
 * PKWARE's APPNOTE.TXT 6.3, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end).
 */

/** Names are UTF-8. */
const FLAGS = 0x0800;
const VERSION = 20;
/** 1 January 1980, the earliest that the format knows: the same files give the same archive. */
const DATE = 0x0021;

interface Entry {
  readonly name: Uint8Array;
  readonly bytes: Uint8Array;
  readonly crc: number;
  /** Where its local header begins. */
  readonly offset: number;
}

export function zipped(
  files: readonly { readonly path: string; readonly text: string }[],
): Uint8Array<ArrayBuffer> {
  const utf8 = new TextEncoder();
  const parts: Uint8Array[] = [];
  let offset = 0;
  const put = (...more: Uint8Array[]): void => {
    for (const part of more) {
      parts.push(part);
      offset += part.length;
    }
  };
  const entries = files.map(({ path, text }): Entry => {
    const bytes = utf8.encode(text);
    const entry = { name: utf8.encode(path), bytes, crc: crc32(bytes), offset };
    put(fields([4, 0x04034b50], ...common(entry)), entry.name, bytes);
    return entry;
  });
  const start = offset;
  for (const entry of entries) {
    // No comment, first disk, no attributes.
    const own = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, entry.offset],
    ] as const;
    put(fields([4, 0x02014b50], [2, VERSION], ...common(entry), ...own), entry.name);
  }
  const { length } = entries;
  put(
    fields(
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, length],
      [2, length],
      [4, offset - start],
      [4, start],
      [2, 0],
    ),
  );
  const archive = new Uint8Array(offset);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}

type Field = readonly [bytes: 2 | 4, value: number];

/** What the header of a file and its entry of the directory have in common: method 0 is stored. */
function common({ name, bytes, crc }: Entry): readonly Field[] {
  const { length } = bytes;
  return [
    [2, VERSION],
    [2, FLAGS],
    [2, 0],
    [2, 0],
    [2, DATE],
    [4, crc],
    [4, length],
    [4, length],
    [2, name.length],
    [2, 0],
  ];
}

function fields(...all: readonly Field[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(all.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of all) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** CRC-32 of IEEE 802.3. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
