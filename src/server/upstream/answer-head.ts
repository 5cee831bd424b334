/** The head of an HTTP/1.1 answer: status, headers, and how its body is framed. Source: RFC 9112, 4 to 6 and 9.3. */

/** The bytes are no HTTP/1.1 answer, or not one that can be told from the next. */
export class BadAnswer extends Error {
  override readonly name = 'BadAnswer';
}

/** A head, read. */
export interface AnswerHead {
  readonly status: number;
  /** Name in lower case, value, name, value. */
  readonly headers: string[];
  /** -1: it does not say. */
  readonly lengthBytes: number;
  readonly isChunked: boolean;
  /** Whether another request may follow on the connection. */
  readonly isKept: boolean;
  /** How long the server keeps the connection by its own word, ms; Infinity: it does not say. */
  readonly keptMs: number;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What no line may have, bare CR and LF among it. */
const CONTROL = /[^\t\x20-\x7e\x80-\xff]/;
const DIGITS = /^\d{1,15}$/;

/** Reads a head without the empty line at its end. throws: BadAnswer. */
export function readHead(text: string): AnswerHead {
  const first = text.indexOf('\r\n');
  const line = first < 0 ? text : text.slice(0, first);
  const match = STATUS_LINE.exec(line);
  if (match === null || CONTROL.test(line)) throw new BadAnswer('no HTTP/1.1 status line');
  const status = Number(match[2]);
  if (status === 101) throw new BadAnswer('an upgrade that nobody asked for');
  const headers: string[] = [];
  for (let at = first; at >= 0; ) {
    const end = text.indexOf('\r\n', at + 2);
    readField(end < 0 ? text.slice(at + 2) : text.slice(at + 2, end), headers);
    at = end;
  }
  return framed(status, match[1] === '1', headers);
}

function readField(line: string, headers: string[]): void {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon);
  if (colon <= 0 || !NAME.test(name) || CONTROL.test(line)) throw new BadAnswer('a header is malformed');
  headers.push(name.toLowerCase(), trimmed(line, colon + 1));
}

/** The rest of a line without the blanks and tabs around it. */
function trimmed(line: string, from: number): string {
  const isBlank = (at: number): boolean => line[at] === ' ' || line[at] === '\t';
  let start = from;
  let end = line.length;
  while (start < end && isBlank(start)) start += 1;
  while (end > start && isBlank(end - 1)) end -= 1;
  return line.slice(start, end);
}

function framed(status: number, isNewer: boolean, headers: string[]): AnswerHead {
  let lengthBytes = -1;
  let isChunked = false;
  let isKept = isNewer;
  let keptMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < headers.length; i += 2) {
    const value = headers[i + 1]!;
    switch (headers[i]) {
      case 'content-length':
        if (!DIGITS.test(value) || (lengthBytes >= 0 && lengthBytes !== Number(value))) {
          throw new BadAnswer('the length of the body is in doubt');
        }
        lengthBytes = Number(value);
        break;
      case 'transfer-encoding':
        if (isChunked || value.toLowerCase() !== 'chunked')
          throw new BadAnswer('a transfer encoding but chunked');
        isChunked = true;
        break;
      case 'connection':
        if (/\bclose\b/i.test(value)) isKept = false;
        else if (/\bkeep-alive\b/i.test(value)) isKept = true;
        break;
      case 'keep-alive':
        keptMs = 1000 * Number(/timeout=(\d+)/i.exec(value)?.[1] ?? Number.POSITIVE_INFINITY);
        break;
    }
  }
  if (isChunked && (lengthBytes >= 0 || !isNewer)) throw new BadAnswer('the length of the body is in doubt');
  return { status, headers, lengthBytes, isChunked, isKept, keptMs };
}
