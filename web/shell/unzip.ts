/**
 * The files of a zip archive, stored or deflated, each held against its checksum. What is none, is cut off, encrypted or would
 * unpack to something huge is refused in words. Source: PKWARE's APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16.
 */
import { crc32 } from './zip.ts';

/** Why an archive could not be read; the message is for the page. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** Bytes of the record at the end, without its comment, and the longest comment. */
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
/** Files, and bytes of all of them unpacked, that are read. */
const MAX_FILES = 200;
const MAX_BYTES = 256 * 1024 * 1024;

const DAMAGED = 'it is damaged: probably cut off when it was copied';

interface Entry {
  readonly path: string;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly at: number;
}

/** Texts by path. throws: ZipError */
export async function unzipped(archive: Uint8Array<ArrayBuffer>): Promise<ReadonlyMap<string, string>> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  try {
    const entries = directoryOf(view).filter(({ path }) => !path.endsWith('/'));
    if (entries.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_BYTES)
      throw new ZipError('it would unpack to more than 256 MiB');
    const texts = new Map<string, string>();
    for (const entry of entries) texts.set(entry.path, await textOf(view, entry));
    return texts;
  } catch (error) {
    // Offsets that lead out of the file.
    if (error instanceof RangeError) throw new ZipError(DAMAGED);
    throw error;
  }
}

function directoryOf(view: DataView<ArrayBuffer>): Entry[] {
  if (view.byteLength < 4 || view.getUint32(0, true) !== LOCAL) throw new ZipError('it is no zip archive');
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  if (count > MAX_FILES) throw new ZipError(`it holds ${count} files; up to ${MAX_FILES} are read`);
  let at = view.getUint32(end + 16, true);
  return Array.from({ length: count }, () => {
    if (view.getUint32(at, true) !== ENTRY) throw new ZipError(DAMAGED);
    const nameBytes = view.getUint16(at + 28, true);
    const entry = {
      path: decoded(bytesAt(view, at + ENTRY_BYTES, nameBytes)),
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    };
    at += ENTRY_BYTES + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    return entry;
  });
}

/** Where the record at the end begins: a comment may follow it. */
function endOf(view: DataView<ArrayBuffer>): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - MAX_COMMENT; at -= 1) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new ZipError(DAMAGED);
}

async function textOf(view: DataView<ArrayBuffer>, entry: Entry): Promise<string> {
  const { path, isEncrypted, method, crc, packedBytes, bytes, at } = entry;
  if (isEncrypted) throw new ZipError(`${path} in it is encrypted`);
  if (method !== 0 && method !== 8)
    throw new ZipError(`${path} in it is packed in a way that is not read here`);
  if (view.getUint32(at, true) !== LOCAL) throw new ZipError(DAMAGED);
  const start = at + LOCAL_BYTES + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const packed = bytesAt(view, start, packedBytes);
  const content = method === 0 ? packed : await inflated(packed, bytes);
  if (content.length !== bytes || crc32(content) !== crc) throw new ZipError(`${path} in it is damaged`);
  return decoded(content);
}

function bytesAt(view: DataView<ArrayBuffer>, at: number, length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

/** No more than the directory says is unpacked: one byte beyond it, the file is damaged. */
async function inflated(packed: Uint8Array<ArrayBuffer>, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const content = new Uint8Array(bytes);
  let size = 0;
  for (;;) {
    const chunk = await reader.read().catch(() => {
      throw new ZipError(DAMAGED);
    });
    if (chunk.done) return content.subarray(0, size);
    if (size + chunk.value.length > bytes) {
      await reader.cancel();
      throw new ZipError(DAMAGED);
    }
    content.set(chunk.value, size);
    size += chunk.value.length;
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ZipError('a file in it is no text');
  }
}
