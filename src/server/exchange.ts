/**
 * One dispatched request on its way to a model server and back: tries the endpoints in order until one gives a first byte,
 * passes the answer through unbuffered with back-pressure, and tells how it ended exactly once.
 */
import { type Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ResponseUsage, TerminationCause } from '../routing/contract.ts';
import { clientHeaders } from './headers.ts';
import { UsageReader } from './usage-reader.ts';

/** Answers that mean "not served here": the next endpoint may do better. */
const RETRIABLE = new Set([502, 503, 504]);

/** What an exchange needs. */
export interface ExchangeOptions {
  readonly agent: Agent;
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
  readonly attempted: (address: string, ok: boolean) => void;
  readonly firstByte: () => void;
  readonly ended: (cause: TerminationCause, usage: ResponseUsage) => void;
}

export class Exchange {
  readonly #options: ExchangeOptions;
  #upstream: ReturnType<typeof httpRequest> | null = null;
  #usage = new UsageReader(false);
  #hasBegun = false;
  #isOver = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#attempt(0);
  }

  /** Ends the exchange from this side: the client has gone, or the router evicts the request. */
  abort(cause: TerminationCause): void {
    if (this.#isOver) return;
    this.#finish(cause);
    this.#upstream?.destroy();
  }

  /** True once bytes of an answer have gone to the client. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  #attempt(index: number): void {
    const { agent, method, path, headers, body, addresses, idleTimeoutMs, attempted } = this.#options;
    const address = addresses[index]!;
    const colon = address.lastIndexOf(':');
    let isDone = false;
    const failed = (error: Error): void => {
      if (isDone || this.#isOver) return;
      isDone = true;
      attempted(address, false);
      if (this.#hasBegun) this.#breakOff();
      else if (index + 1 < addresses.length) this.#attempt(index + 1);
      else this.#unreachable(error);
    };
    const upstream = httpRequest({
      agent,
      host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
      port: Number(address.slice(colon + 1)),
      method,
      path,
      headers: { ...headers },
      timeout: idleTimeoutMs,
    });
    this.#upstream = upstream;
    upstream.on('timeout', () => upstream.destroy(new Error('no byte in time')));
    upstream.on('error', failed);
    upstream.on('response', (answer) => {
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
    upstream.end(body);
  }

  /** The head is held until the first byte of the body, as long as another endpoint could still serve. */
  #pass(answer: IncomingMessage, failed: (error: Error) => void, succeeded: () => void): void {
    const { response, firstByte } = this.#options;
    this.#usage = new UsageReader((answer.headers['content-type'] ?? '').includes('text/event-stream'));
    const resume = (): void => {
      answer.resume();
    };
    answer.on('data', (chunk: Buffer) => {
      if (this.#isOver) return;
      if (!this.#hasBegun) {
        this.#head(answer);
        firstByte();
      }
      this.#usage.read(chunk);
      if (!response.write(chunk)) {
        answer.pause();
        response.once('drain', resume);
      }
    });
    answer.on('error', failed);
    answer.on('aborted', () => failed(new Error('upstream closed the connection')));
    answer.on('end', () => {
      if (this.#isOver || !answer.complete) return;
      if (!this.#hasBegun) this.#head(answer);
      succeeded();
      this.#finish((answer.statusCode ?? 0) < 400 ? 'natural' : 'error');
      response.end();
    });
  }

  #head(answer: IncomingMessage): void {
    const { response, added } = this.#options;
    this.#hasBegun = true;
    const headers = clientHeaders(answer.headers);
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
