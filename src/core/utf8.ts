/**
 * Text to UTF-8 bytes. A lone surrogate becomes U+FFFD, as Go's JSON decoder has it. Long texts go through the encoder that every
 * JavaScript host has (WHATWG Encoding), which is ten times as fast; for short ones a call of it costs more than the loop.
 */

declare const TextEncoder: new () => {
  encodeInto(text: string, bytes: Uint8Array): { readonly written: number };
};

const encoder = new TextEncoder();
const LONG = 64;

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  writeUtf8(text, bytes, 0);
  return bytes;
}

/** Number of bytes that `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (isPair(text, i)) {
      length += 4;
      i += 1;
    } else length += 3;
  }
  return length;
}

/** Writes `text` from bytes[at] on, where it must fit, and returns the index after it. */
export function writeUtf8(text: string, bytes: Uint8Array, at: number): number {
  if (text.length >= LONG) return at + encoder.encodeInto(text, bytes.subarray(at)).written;
  return writeShort(text, bytes, at);
}

function writeShort(text: string, bytes: Uint8Array, at: number): number {
  let next = at;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      bytes[next++] = code;
      continue;
    }
    if (code < 0x800) {
      bytes[next++] = 0xc0 | (code >>> 6);
      bytes[next++] = 0x80 | (code & 0x3f);
      continue;
    }
    if (isPair(text, i)) {
      code = text.codePointAt(i)!;
      i += 1;
      bytes[next++] = 0xf0 | (code >>> 18);
      bytes[next++] = 0x80 | ((code >>> 12) & 0x3f);
    } else {
      if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
      bytes[next++] = 0xe0 | (code >>> 12);
    }
    bytes[next++] = 0x80 | ((code >>> 6) & 0x3f);
    bytes[next++] = 0x80 | (code & 0x3f);
  }
  return next;
}

/** Whether a high and a low surrogate stand at index i. */
function isPair(text: string, i: number): boolean {
  const high = text.charCodeAt(i);
  const low = text.charCodeAt(i + 1);
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}
