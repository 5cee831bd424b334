/**
 * One request to a model server and its answer, as events. What was sent on a kept connection that the server closed just then never got
 * there: it is sent once more. Nothing of an answer has come, so that cannot double it.
 */
import type { Agent, Dispatcher } from 'undici';
import { IdleWatch, type Watched } from './idle-watch.ts';

/** One request. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  /** Name, value, name, value; the body's length is added. */
  readonly headers: readonly string[];
  /** Null: none. */
  readonly body: Buffer | null;
  /** Without a byte from the server for this long the request has failed. */
  readonly idleTimeoutMs: number;
}

/** Hears of an answer: its head, parts of its body, and one of `end` and `failed`, after which nothing comes. */
export interface AnswerSink {
  /** `headers`: name in lower case, value, name, value. */
  head(status: number, headers: string[]): void;
  data(part: Buffer): void;
  end(): void;
  failed(error: Error): void;
}

/** What the calls of one `Upstream` share. */
export interface CallGround {
  readonly agent: Agent;
  readonly watch: IdleWatch;
  /** Whether an error is that of a connection that had served before. */
  readonly wasUsed: (error: Error) => boolean;
}

/** How a connection that the server has closed shows. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

export class UpstreamCall implements Dispatcher.DispatchHandler, Watched {
  place = -1;
  heardTick = 0;
  readonly idleTicks: number;
  readonly #origin: string;
  readonly #request: UpstreamRequest;
  readonly #sink: AnswerSink;
  readonly #ground: CallGround;
  #controller: Dispatcher.DispatchController | null = null;
  #isDispatching = false;
  #isAgain = false;
  #hasHead = false;
  #isPaused = false;
  #isOver = false;

  constructor(origin: string, request: UpstreamRequest, sink: AnswerSink, ground: CallGround) {
    this.#origin = origin;
    this.#request = request;
    this.#sink = sink;
    this.#ground = ground;
    this.idleTicks = IdleWatch.ticks(request.idleTimeoutMs);
  }

  start(): void {
    this.#ground.watch.add(this);
    this.#dispatch();
  }

  /** Ends the call from this side; the sink hears nothing more. */
  destroy(): void {
    if (this.#isOver) return;
    this.#over();
    this.#controller?.abort(new Error('given up'));
  }

  /** Lets what is left of the answer come, and drops it, so that the connection can be used again. */
  ignore(): void {
    this.#isOver = true;
    this.resume();
  }

  /** Stops reading; what was read already still comes. */
  pause(): void {
    this.#isPaused = true;
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#controller?.resume();
  }

  idle(): void {
    this.#fail(new Error('no byte in time'));
    this.#controller?.abort(new Error('no byte in time'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error('given up'));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    this.heardTick = this.#ground.watch.tick;
    // 1xx: the answer is still to come.
    if (this.#isOver || status < 200) return;
    this.#hasHead = true;
    this.#sink.head(status, textsOf(controller.rawHeaders as Buffer[]));
  }

  onResponseData(_: Dispatcher.DispatchController, part: Buffer): void {
    this.heardTick = this.#ground.watch.tick;
    if (!this.#isOver) this.#sink.data(part);
  }

  onResponseEnd(): void {
    const wasOver = this.#isOver;
    this.#over();
    if (!wasOver) this.#sink.end();
  }

  onResponseError(_: unknown, error: Error): void {
    const isStale = CLOSED.has((error as NodeJS.ErrnoException).code ?? '') && this.#ground.wasUsed(error);
    if (this.#isDispatching) setImmediate(() => this.#fail(error));
    else if (isStale && !this.#isOver && !this.#hasHead && !this.#isAgain) {
      this.#isAgain = true;
      this.#dispatch();
    } else this.#fail(error);
  }

  /** What cannot even be tried (an address that is none, a path that no server takes) fails later, as all else does. */
  #dispatch(): void {
    const { method, path, headers, body } = this.#request;
    this.#isDispatching = true;
    try {
      this.#ground.agent.dispatch(
        { origin: this.#origin, method, path, headers: headers as string[], body },
        this,
      );
    } catch (error) {
      this.onResponseError(null, error as Error);
    }
    this.#isDispatching = false;
  }

  #fail(error: Error): void {
    const wasOver = this.#isOver;
    this.#over();
    if (!wasOver) this.#sink.failed(error);
  }

  #over(): void {
    this.#isOver = true;
    this.#ground.watch.delete(this);
  }
}

/** Header texts of raw bytes, names in lower case. */
function textsOf(raw: readonly Buffer[]): string[] {
  const texts: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    texts.push(raw[i]!.toString('latin1').toLowerCase(), raw[i + 1]!.toString('latin1'));
  }
  return texts;
}
