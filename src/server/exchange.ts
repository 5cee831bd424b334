/**
 * One dispatched request on its way to a model server and back: tries the endpoints in order until one gives a first byte,
 * passes the answer through unbuffered with back-pressure, and tells how it ended exactly once.
 */
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { ResponseUsage, TerminationCause } from '../routing/contract.ts';
import { clientHeaders } from './headers.ts';
import { isStale, type Upstream } from './upstream.ts';
import { UsageReader } from './usage-reader.ts';

/** Answers that mean "not served here": the next endpoint may do better. */
const RETRIABLE = new Set([502, 503, 504]);

/** A JSON body that is longer than this says more than that it was declined. */
const JUDGED_BYTES = 64 * 1024;

/** What an exchange needs. */
export interface ExchangeOptions {
  readonly upstream: Upstream;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** `host:port`, best first; taken from the endpoint table only. */
  readonly addresses: readonly string[];
  readonly response: ServerResponse;
  /** Headers that the gateway adds to the answer. */
  readonly added: ReadonlyMap<string, string>;
  /** Without a byte from upstream for this long the attempt has failed. */
  readonly idleTimeoutMs: number;
  /** Changes parts of the answer's body as they pass; its length may change. */
  readonly rewrite?: (part: Buffer) => Buffer;
  /**
   * Looks at the first event of a stream, or at a whole JSON body, before any byte goes to the client; true drops the answer and
   * calls `declined` in place of `ended`.
   */
  readonly declines?: (beginning: string) => boolean;
  readonly declined?: () => void;
  readonly attempted: (address: string, ok: boolean) => void;
  /** Bytes of the answer's body have gone to the client. */
  readonly passed: (bytes: number) => void;
  readonly ended: (cause: TerminationCause, usage: ResponseUsage) => void;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  #request: ClientRequest | null = null;
  #usage = new UsageReader(false);
  #hasBegun = false;
  #isOver = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#attempt(0, false);
  }

  /** Ends the exchange from this side: the client has gone, or the router evicts the request. */
  abort(cause: TerminationCause): void {
    if (this.#isOver) return;
    this.#finish(cause);
    this.#request?.destroy();
  }

  /** True once bytes of an answer have gone to the client. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** `isFresh`: tried here before, on a kept connection that the server had closed. */
  #attempt(index: number, isFresh: boolean): void {
    const { upstream, method, path, headers, body, addresses, idleTimeoutMs, attempted } = this.#options;
    const address = addresses[index]!;
    let isDone = false;
    const failed = (error: Error): void => {
      if (isDone || this.#isOver) return;
      isDone = true;
      if (!isFresh && !this.#hasBegun && isStale(request, error)) {
        this.#attempt(index, true);
        return;
      }
      attempted(address, false);
      if (this.#hasBegun) this.#breakOff();
      else if (index + 1 < addresses.length) this.#attempt(index + 1, false);
      else this.#unreachable(error);
    };
    const request = upstream.request(address, { method, path, headers, timeoutMs: idleTimeoutMs });
    this.#request = request;
    request.on('timeout', () => request.destroy(new Error('no byte in time')));
    request.on('error', failed);
    request.on('response', (answer) => {
      if (RETRIABLE.has(answer.statusCode ?? 0) && index + 1 < addresses.length) {
        answer.resume();
        failed(new Error(`status ${answer.statusCode}`));
        return;
      }
      this.#pass(answer, failed, () => {
        isDone = true;
        attempted(address, true);
      });
    });
    request.end(body);
  }

  /**
   * The head is held until the first byte of the body, as long as another endpoint could still serve; the beginning of the body
   * also, as long as it may be declined.
   */
  #pass(answer: IncomingMessage, failed: (error: Error) => void, succeeded: () => void): void {
    const { declines } = this.#options;
    const isStream = (answer.headers['content-type'] ?? '').includes('text/event-stream');
    this.#usage = new UsageReader(isStream);
    let held: Buffer | null = declines === undefined ? null : Buffer.alloc(0);
    answer.on('data', (chunk: Buffer) => {
      if (this.#isOver) return;
      if (held === null) {
        this.#forward(answer, chunk);
        return;
      }
      held = Buffer.concat([held, chunk]);
      const isJudged = isStream ? held.includes('\n\n') : held.length > JUDGED_BYTES;
      if (!isJudged || this.#declined(held, answer)) return;
      this.#forward(answer, held);
      held = null;
    });
    answer.on('error', failed);
    answer.on('aborted', () => failed(new Error('upstream closed the connection')));
    answer.on('end', () => {
      if (this.#isOver || !answer.complete) return;
      if (held !== null) {
        if (this.#declined(held, answer)) return;
        if (held.length > 0) this.#forward(answer, held);
      }
      if (!this.#hasBegun) this.#head(answer);
      succeeded();
      this.#finish((answer.statusCode ?? 0) < 400 ? 'natural' : 'error');
      this.#options.response.end();
    });
  }

  #forward(answer: IncomingMessage, chunk: Buffer): void {
    const { response, passed, rewrite } = this.#options;
    if (!this.#hasBegun) this.#head(answer);
    passed(chunk.length);
    this.#usage.read(chunk);
    if (response.write(rewrite === undefined ? chunk : rewrite(chunk))) return;
    answer.pause();
    response.once('drain', () => answer.resume());
  }

  #declined(beginning: Buffer, answer: IncomingMessage): boolean {
    const { declines, declined } = this.#options;
    if (declines?.(beginning.toString('utf8')) !== true) return false;
    this.#isOver = true;
    answer.destroy();
    declined?.();
    return true;
  }

  #head(answer: IncomingMessage): void {
    const { response, added, rewrite } = this.#options;
    this.#hasBegun = true;
    const headers = clientHeaders(answer.headers);
    if (rewrite !== undefined) headers.delete('content-length');
    for (const [name, value] of added) headers.set(name, value);
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
  }

  /** Half an answer cannot be mended: the client sees a broken connection, not a short answer that looks whole. */
  #breakOff(): void {
    this.#finish('error');
    this.#options.response.destroy();
  }

  #unreachable(error: Error): void {
    const { response } = this.#options;
    this.#finish('error');
    response.writeHead(503, { 'content-type': 'text/plain' });
    response.end(`inference error: ServiceUnavailable - no endpoint answered (${error.message})`);
  }

  #finish(cause: TerminationCause): void {
    this.#isOver = true;
    this.#options.ended(cause, this.#usage.end());
  }
}
