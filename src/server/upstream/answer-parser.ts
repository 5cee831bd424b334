/**
 * Reads HTTP/1.1 answers off a connection as they come (RFC 9112), for requests that are never upgrades. It is strict: what is not
 * framed beyond doubt is refused, since the next answer on the connection would be read out of step.
 */
import { type AnswerHead, BadAnswer, readHead } from './answer-head.ts';

/** Head and lines that are longer are refused. */
const HEAD_LIMIT_BYTES = 64 * 1024;
const LINE_LIMIT_BYTES = 1024;
/** Chunks are below 2^48 bytes: twelve digits. */
const SIZE_DIGITS = 12;

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const HEAD_END = Buffer.from('\r\n\r\n');

/** Hears of an answer: its head, then parts of its body. Parts are views of what was fed. */
export interface AnswerReader {
  /** `headers`: name in lower case, value, name, value. */
  head(status: number, headers: string[]): void;
  data(part: Buffer): void;
}

type State = 'head' | 'length' | 'size' | 'chunk' | 'chunk end' | 'trailer' | 'until close' | 'done';

export class AnswerParser {
  /** Whether another request may follow the answer, by what its head says. */
  isKept = true;
  /** How long the server keeps the connection by its own word, ms; Infinity: it does not say. */
  keptMs = Number.POSITIVE_INFINITY;
  #state: State = 'done';
  #reader: AnswerReader | null = null;
  #isBodiless = false;
  /** Of the body, or of the chunk. */
  #leftBytes = 0;
  /** Beginning of a head or line that is not whole yet. */
  #held: Buffer | null = null;

  /** A request has been sent. `isBodiless`: no answer to it has a body (HEAD). */
  begin(reader: AnswerReader, isBodiless: boolean): void {
    this.#reader = reader;
    this.#isBodiless = isBodiless;
    this.#state = 'head';
    this.#held = null;
  }

  /** The reader hears nothing more. */
  stop(): void {
    this.#reader = null;
    this.#state = 'done';
  }

  /** Takes bytes; returns how many there were beyond the end of the answer, -1 before its end. throws: BadAnswer. */
  feed(fed: Buffer): number {
    const bytes = this.#held === null ? fed : Buffer.concat([this.#held, fed]);
    this.#held = null;
    let at = 0;
    while (at < bytes.length && this.#state !== 'done') at = this.#step(bytes, at);
    return this.#state === 'done' ? bytes.length - at : -1;
  }

  /** The server has closed the connection; whether that ends the answer as it should. */
  closed(): boolean {
    const isEnd = this.#state === 'until close';
    this.#state = 'done';
    return isEnd;
  }

  /** Reads on from `at`; returns where it got to. */
  #step(bytes: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'length':
      case 'chunk':
        return this.#readPart(bytes, at);
      case 'size':
        return this.#readSize(bytes, at);
      case 'chunk end':
        return this.#readChunkEnd(bytes, at);
      case 'trailer':
        return this.#readTrailer(bytes, at);
      default:
        this.#reader?.data(at === 0 ? bytes : bytes.subarray(at));
        return bytes.length;
    }
  }

  #readHead(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(HEAD_END, at);
    if (end < 0) return this.#hold(bytes, at, HEAD_LIMIT_BYTES);
    if (end - at > HEAD_LIMIT_BYTES) throw new BadAnswer('the head is too long');
    const head = readHead(bytes.toString('latin1', at, end));
    // 1xx: the answer is still to come.
    if (head.status >= 200) this.#begin(head);
    return end + HEAD_END.length;
  }

  #begin(head: AnswerHead): void {
    const { status, headers, lengthBytes, isChunked } = head;
    this.keptMs = head.keptMs;
    this.isKept = head.isKept;
    if (this.#isBodiless || status === 204 || status === 304 || lengthBytes === 0) this.#state = 'done';
    else if (isChunked) this.#state = 'size';
    else if (lengthBytes > 0) {
      this.#state = 'length';
      this.#leftBytes = lengthBytes;
    } else {
      this.#state = 'until close';
      this.isKept = false;
    }
    this.#reader?.head(status, headers);
  }

  #readPart(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#leftBytes);
    this.#leftBytes -= end - at;
    if (this.#leftBytes === 0) this.#state = this.#state === 'chunk' ? 'chunk end' : 'done';
    this.#reader?.data(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    return end;
  }

  #readSize(bytes: Buffer, at: number): number {
    const end = lineEnd(bytes, at);
    if (end < 0) return this.#hold(bytes, at, LINE_LIMIT_BYTES);
    let size = 0;
    let next = at;
    for (; next < end; next++) {
      const digit = hexDigit(bytes[next]!);
      if (digit < 0) break;
      size = 16 * size + digit;
    }
    const digits = next - at;
    const isWell = digits > 0 && digits <= SIZE_DIGITS && (next === end || bytes[next] === SEMICOLON);
    if (!isWell) throw new BadAnswer('a chunk has no size');
    this.#leftBytes = size;
    this.#state = size === 0 ? 'trailer' : 'chunk';
    return end + 2;
  }

  #readChunkEnd(bytes: Buffer, at: number): number {
    if (bytes.length - at < 2) return this.#hold(bytes, at, 2);
    if (bytes[at] !== CR || bytes[at + 1] !== LF) throw new BadAnswer('a chunk is longer than its size');
    this.#state = 'size';
    return at + 2;
  }

  /** Trailers are dropped. */
  #readTrailer(bytes: Buffer, at: number): number {
    const end = lineEnd(bytes, at);
    if (end < 0) return this.#hold(bytes, at, LINE_LIMIT_BYTES);
    if (end === at) this.#state = 'done';
    return end + 2;
  }

  #hold(bytes: Buffer, at: number, limitBytes: number): number {
    if (bytes.length - at > limitBytes) throw new BadAnswer('a line or the head is too long');
    this.#held = at === 0 ? bytes : bytes.subarray(at);
    return bytes.length;
  }
}

/** Where the line that begins at `at` ends in CR LF; -1: not yet. throws: BadAnswer for a bare LF. */
function lineEnd(bytes: Buffer, at: number): number {
  const lf = bytes.indexOf(LF, at);
  if (lf < 0) return -1;
  if (lf === at || bytes[lf - 1] !== CR) throw new BadAnswer('a line ends in a bare LF');
  return lf - 1;
}

/** Value of a hexadecimal digit, -1 for anything else. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
