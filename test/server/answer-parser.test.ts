/** Answers of model servers, read off a connection however it cuts them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerParser } from '../../src/server/upstream/answer-parser.ts';

interface Seen {
  status: number;
  headers: string[];
  body: string;
  /** Bytes beyond the end; -1: it has not come to its end. */
  beyond: number;
  isKept: boolean;
}

function read(parts: readonly Buffer[], isBodiless = false): Seen {
  const seen: Seen = { status: 0, headers: [], body: '', beyond: -1, isKept: false };
  const parser = new AnswerParser();
  const reader = {
    head(status: number, headers: string[]) {
      Object.assign(seen, { status, headers });
    },
    data(part: Buffer) {
      seen.body += part.toString('latin1');
    },
  };
  parser.begin(reader, isBodiless);
  for (const part of parts) seen.beyond = parser.feed(part);
  seen.isKept = parser.isKept;
  return seen;
}

const whole = (text: string, isBodiless = false): Seen => read([Buffer.from(text, 'latin1')], isBodiless);

/** The text cut at every index of `cuts`. */
function cut(text: string, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((c) => c % text.length))].sort((a, b) => a - b);
  return [...at, text.length].map((end, i) =>
    Buffer.from(text.slice(i === 0 ? 0 : at[i - 1], end), 'latin1'),
  );
}

const body = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '0', ' ', 'é', '\r\n\r\n'), maxLength: 30 });
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-A:  one \t\r\nx-a: two\r\n';
const HEADERS = ['content-type', 'text/event-stream', 'x-a', 'one', 'x-a', 'two'];

describe('an answer', () => {
  test('of a told length, and in chunks, is the same however it is cut', () => {
    const cuts = fc.array(fc.nat(500), { maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(
          body.filter((b) => b !== ''),
          { maxLength: 4 },
        ),
        cuts,
        (parts, where) => {
          const joined = parts.join('');
          const told = `${HEAD}content-length: ${joined.length}\r\n\r\n${joined}`;
          const chunks = parts.map((p) => `${p.length.toString(16)};x=y\r\n${p}\r\n`).join('');
          const chunked = `${HEAD}Transfer-Encoding: Chunked\r\n\r\n${chunks}0\r\nx-trailer: 1\r\n\r\n`;
          for (const text of [told, chunked]) {
            const seen = read(cut(text, where));
            expect(seen).toMatchObject({ status: 200, body: joined, beyond: 0, isKept: true });
            expect(seen.headers.slice(0, 6)).toEqual(HEADERS);
          }
        },
      ),
    );
  });

  test('without a length goes on until the server closes; one with a length must be whole by then', () => {
    const parser = new AnswerParser();
    parser.begin({ head() {}, data() {} }, false);
    expect(parser.feed(Buffer.from('HTTP/1.1 200 OK\r\n\r\nsome'))).toBe(-1);
    expect([parser.closed(), parser.isKept]).toEqual([true, false]);
    parser.begin({ head() {}, data() {} }, false);
    parser.feed(Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsome'));
    expect(parser.closed()).toBe(false);
  });

  test('that has no body ends with its head, and what follows is told', () => {
    for (const status of [204, 304])
      expect(whole(`HTTP/1.1 ${status} x\r\ncontent-length: 5\r\n\r\n`).beyond).toBe(0);
    expect(whole('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n', true).beyond).toBe(0);
    expect(whole('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP').beyond).toBe(4);
  });

  test('comes after those that are only provisional', () => {
    const seen = whole(
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nlink: x\r\n\r\nHTTP/1.1 201\r\ncontent-length: 0\r\n\r\n',
    );
    expect(seen).toMatchObject({ status: 201, headers: ['content-length', '0'], beyond: 0 });
  });

  test('says whether another may follow it', () => {
    const kept = (line: string, version = '1.1') =>
      whole(`HTTP/${version} 200 OK\r\n${line}content-length: 0\r\n\r\n`).isKept;
    expect([kept(''), kept('Connection: close\r\n'), kept('connection: Keep-Alive\r\n')]).toEqual([
      true,
      false,
      true,
    ]);
    expect([kept('', '1.0'), kept('connection: keep-alive\r\n', '1.0')]).toEqual([false, true]);
  });

  test.each([
    ['another protocol', 'HTTP/2 200 OK\r\n\r\n'],
    ['no status', 'HTTP/1.1 OK\r\n\r\n'],
    ['an upgrade', 'HTTP/1.1 101 x\r\n\r\n'],
    ['a bare LF between headers', 'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n'],
    ['a bare CR in a value', 'HTTP/1.1 200 OK\r\na: b\rc\r\n\r\n'],
    ['NUL in a value', 'HTTP/1.1 200 OK\r\na: b\0\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
    ['a blank before the colon', 'HTTP/1.1 200 OK\r\na : b\r\n\r\n'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nab\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    ['a signed length', 'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n'],
    ['a list of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\n'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['another encoding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['chunks in 1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n'],
    ['a size that is no number', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0x5\r\n'],
    ['a blank after the size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5 \r\n'],
    ['a size of 13 digits', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1000000000000\r\n'],
    ['a bare LF after the size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\nhello\r\n'],
    ['a chunk longer than its size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(70_000)}`],
    ['a size line without end', `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(2000)}`],
  ])('with %s is refused', (_, text) => {
    expect(() => whole(text)).toThrow();
    // And no less when it comes bit by bit.
    const bytes = Buffer.from(text, 'latin1');
    const step = text.length > 10_000 ? 100 : 1;
    const bits = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
      bytes.subarray(i * step, (i + 1) * step),
    );
    expect(() => read(bits)).toThrow();
  });
});
