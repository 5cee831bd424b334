/**
 * One dispatched request on its way to a model server and back: tries the endpoints in order until one gives a first byte,
 * passes the answer through unbuffered with back-pressure, and tells how it ended exactly once.
 */
import type { ServerResponse } from 'node:http';
import type { ResponseUsage, TerminationCause } from '../routing/contract.ts';
import { clientHeaders, headerOf, without } from './headers.ts';
import type { Upstream } from './upstream/upstream.ts';
import type { AnswerSink, UpstreamCall } from './upstream/upstream-call.ts';
import { NO_USAGE, UsageReader } from './usage-reader.ts';

/** Answers that mean "not served here": the next endpoint may do better. */
const RETRIABLE = new Set([502, 503, 504]);

/** A JSON body that is longer than this says more than that it was declined. */
const JUDGED_BYTES = 64 * 1024;

/** What an exchange needs. */
export interface ExchangeOptions {
  readonly upstream: Upstream;
  readonly method: string;
  readonly path: string;
  /** Name, value, name, value; without the body's length. */
  readonly headers: readonly string[];
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

export class Exchange implements AnswerSink {
  readonly #options: ExchangeOptions;
  #index = 0;
  #call: UpstreamCall | null = null;
  #usage: UsageReader | null = null;
  /** The answer's head, until it goes to the client. */
  #status = 0;
  #headers: string[] = [];
  /** Beginning of an answer that may yet be declined; null: it is passed on. */
  #held: Buffer | null = null;
  /** Parts for the client that came together and go together. */
  #parts: Buffer[] = [];
  #isStream = false;
  #hasBegun = false;
  #isOver = false;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  start(): void {
    this.#attempt();
  }

  /** Ends the exchange from this side: the client has gone, or the router evicts the request. */
  abort(cause: TerminationCause): void {
    if (this.#isOver) return;
    this.#finish(cause);
    this.#call?.destroy();
  }

  /** True once bytes of an answer have gone to the client. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /**
   * The head is held until the first byte of the body, as long as another endpoint could still serve; the beginning of the body
   * also, as long as it may be declined.
   */
  head(status: number, headers: string[]): void {
    if (RETRIABLE.has(status) && this.#index + 1 < this.#options.addresses.length) {
      this.#call?.ignore();
      this.failed(new Error(`status ${status}`));
      return;
    }
    this.#status = status;
    this.#headers = headers;
    this.#isStream = (headerOf(headers, 'content-type') ?? '').includes('text/event-stream');
    this.#usage = new UsageReader(this.#isStream);
    this.#held = this.#options.declines === undefined ? null : Buffer.alloc(0);
  }

  data(part: Buffer): void {
    if (this.#held === null) {
      this.#forward(part);
      return;
    }
    const held = Buffer.concat([this.#held, part]);
    this.#held = held;
    const isJudged = this.#isStream ? held.includes('\n\n') : held.length > JUDGED_BYTES;
    if (!isJudged || this.#declined(held)) return;
    this.#held = null;
    this.#forward(held);
  }

  flush(): void {
    if (this.#parts.length === 0) return;
    const { response } = this.#options;
    if (response.write(this.#joined())) return;
    this.#call?.pause();
    response.once('drain', () => this.#call?.resume());
  }

  end(): void {
    const { addresses, response, attempted } = this.#options;
    const held = this.#held;
    if (held !== null) {
      if (this.#declined(held)) return;
      if (held.length > 0) this.#forward(held);
    }
    if (!this.#hasBegun) this.#sendHead();
    attempted(addresses[this.#index]!, true);
    this.#finish(this.#status < 400 ? 'natural' : 'error');
    if (this.#parts.length > 0) response.end(this.#joined());
    else response.end();
  }

  failed(error: Error): void {
    const { addresses, attempted } = this.#options;
    attempted(addresses[this.#index]!, false);
    if (this.#hasBegun) this.#breakOff();
    else if (this.#index + 1 < addresses.length) {
      this.#index += 1;
      this.#attempt();
    } else this.#unreachable(error);
  }

  #attempt(): void {
    const { upstream, method, path, headers, body, addresses, idleTimeoutMs } = this.#options;
    const request = { method, path, headers, body, idleTimeoutMs };
    this.#call = upstream.send(addresses[this.#index]!, request, this);
  }

  #forward(part: Buffer): void {
    const { passed, rewrite } = this.#options;
    if (!this.#hasBegun) this.#sendHead();
    passed(part.length);
    this.#usage?.read(part);
    this.#parts.push(rewrite === undefined ? part : rewrite(part));
  }

  #joined(): Buffer {
    const parts = this.#parts;
    this.#parts = [];
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  #declined(beginning: Buffer): boolean {
    const { declines, declined } = this.#options;
    if (declines?.(beginning.toString('utf8')) !== true) return false;
    this.#isOver = true;
    this.#call?.destroy();
    declined?.();
    return true;
  }

  #sendHead(): void {
    const { response, added, rewrite } = this.#options;
    this.#hasBegun = true;
    const headers = rewrite === undefined ? this.#headers : without(this.#headers, 'content-length');
    response.writeHead(this.#status, clientHeaders(headers, added));
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
    this.#options.ended(cause, this.#usage?.end() ?? NO_USAGE);
  }
}
