/**
 * One request to a model server and its answer, as events. What was sent on a kept connection that the server closed just then never got
 * there: it is sent once more, on a new one. Nothing of an answer has come, so that cannot double it.
 */
import type { AnswerReader } from './answer-parser.ts';
import type { Connection, ConnectionUser } from './connection.ts';
import { IdleWatch, type Watched } from './idle-watch.ts';
import { type RequestFields, requestHead } from './request-head.ts';

/** One request. */
export interface UpstreamRequest extends RequestFields {
  /** Null: none. */
  readonly body: Buffer | null;
  /** Without a byte from the server for this long the request has failed. */
  readonly idleTimeoutMs: number;
}

/** Hears of an answer: its head, parts of its body, and one of `end` and `failed`, after which nothing comes. */
export interface AnswerSink extends AnswerReader {
  /** All that had come is told; more will come later. */
  flush?(): void;
  end(): void;
  failed(error: Error): void;
}

/** Where connections come from. */
export interface Connections {
  kept(address: string): Connection | null;
  /** throws: for an address that is none. */
  connect(address: string): Connection;
}

/** Nothing listens, and nothing says so: a connection that has not come about by then will not. */
const CONNECT_TIMEOUT_MS = 10_000;

export class UpstreamCall implements ConnectionUser, Watched {
  place = -1;
  heardTick = 0;
  idleTicks = 0;
  readonly #address: string;
  readonly #request: UpstreamRequest;
  readonly #sink: AnswerSink;
  readonly #connections: Connections;
  readonly #watch: IdleWatch;
  #connection: Connection | null = null;
  #isIgnored = false;
  #isOver = false;

  constructor(
    address: string,
    request: UpstreamRequest,
    sink: AnswerSink,
    connections: Connections,
    watch: IdleWatch,
  ) {
    this.#address = address;
    this.#request = request;
    this.#sink = sink;
    this.#connections = connections;
    this.#watch = watch;
  }

  start(): void {
    this.#watch.add(this);
    this.#send(this.#connections.kept(this.#address));
  }

  /** Ends the call from this side; the sink hears nothing more. */
  destroy(): void {
    if (this.#isOver) return;
    this.#over();
    this.#connection?.destroy();
  }

  /** Lets what is left of the answer come, and drops it, so that the connection can be used again. */
  ignore(): void {
    this.#isIgnored = true;
    this.resume();
  }

  /** Stops reading; what was read already still comes. */
  pause(): void {
    if (!this.#isOver) this.#connection?.pause();
  }

  resume(): void {
    if (!this.#isOver) this.#connection?.resume();
  }

  idle(): void {
    this.#connection?.destroy();
    this.#fail(new Error('no byte in time'));
  }

  connected(): void {
    this.heard();
    this.idleTicks = IdleWatch.ticks(this.#request.idleTimeoutMs);
  }

  heard(): void {
    this.heardTick = this.#watch.tick;
  }

  head(status: number, headers: string[]): void {
    if (!this.#isIgnored) this.#sink.head(status, headers);
  }

  data(part: Buffer): void {
    if (!this.#isIgnored) this.#sink.data(part);
  }

  flush(): void {
    if (!this.#isIgnored && !this.#isOver) this.#sink.flush?.();
  }

  end(): void {
    this.#over();
    if (!this.#isIgnored) this.#sink.end();
  }

  broken(error: Error, isStale: boolean): void {
    if (isStale) this.#send(null);
    else this.#fail(error);
  }

  /** On a kept connection; null: on a new one. */
  #send(kept: Connection | null): void {
    const { idleTimeoutMs, method, body } = this.#request;
    const limitMs = kept === null ? Math.min(CONNECT_TIMEOUT_MS, idleTimeoutMs) : idleTimeoutMs;
    this.idleTicks = IdleWatch.ticks(limitMs);
    this.heard();
    try {
      const head = requestHead(this.#request, this.#address, body?.length ?? 0);
      this.#connection = kept ?? this.#connections.connect(this.#address);
      this.#connection.send(head, body, method === 'HEAD', this);
    } catch (error) {
      kept?.destroy();
      // What cannot even be tried fails later, as all else does.
      setImmediate(() => this.#fail(error as Error));
    }
  }

  #fail(error: Error): void {
    if (this.#isOver) return;
    this.#over();
    if (!this.#isIgnored) this.#sink.failed(error);
  }

  #over(): void {
    this.#isOver = true;
    this.#watch.delete(this);
  }
}
