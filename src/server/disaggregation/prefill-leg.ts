/** The prefill leg: one POST to the prefill server, read whole, tried again while the server says that it cannot just now. */
import { headerOf } from '../headers.ts';
import type { Upstream } from '../upstream/upstream.ts';
import type { AnswerSink, UpstreamCall } from '../upstream/upstream-call.ts';

/** What a prefill leg takes. */
export interface PrefillOptions {
  readonly upstream: Upstream;
  /** `host:port`. */
  readonly address: string;
  readonly path: string;
  /** Name, value, name, value; without the body's length. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Whole answer, ms; later the attempt has failed. */
  readonly timeoutMs: number;
  /** Further attempts after 502, 503, 504 or no connection. */
  readonly retries: number;
  readonly backoffMs: number;
}

/** The prefill server's answer, or `error` when there was none. */
export type PrefillOutcome =
  | { readonly status: number; readonly contentType: string; readonly body: Buffer }
  | { readonly error: Error };

const RETRIABLE = new Set([502, 503, 504]);
/** One token and transfer parameters: block ids of a million tokens take near 1 MB. */
const ANSWER_LIMIT_BYTES = 16 * 1024 * 1024;

export class PrefillLeg {
  readonly #options: PrefillOptions;
  readonly #ended: (outcome: PrefillOutcome) => void;
  #stop: () => void = () => {};

  /** `ended` is called once, unless the leg is aborted. */
  constructor(options: PrefillOptions, ended: (outcome: PrefillOutcome) => void) {
    this.#options = options;
    this.#ended = ended;
  }

  start(): void {
    this.#attempt(this.#options.retries);
  }

  /** The client has gone. */
  abort(): void {
    this.#stop();
  }

  #attempt(retriesLeft: number): void {
    const attempt = new PrefillAttempt(this.#options, (outcome) => {
      const mayRetry = 'error' in outcome || RETRIABLE.has(outcome.status);
      if (mayRetry && retriesLeft > 0) this.#retry(retriesLeft - 1);
      else this.#ended(outcome);
    });
    this.#stop = () => attempt.abort();
  }

  #retry(retriesLeft: number): void {
    const timer = setTimeout(() => this.#attempt(retriesLeft), this.#options.backoffMs);
    this.#stop = () => clearTimeout(timer);
  }
}

/** One attempt; its outcome is told once, unless it is aborted. */
class PrefillAttempt implements AnswerSink {
  readonly #done: (outcome: PrefillOutcome) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #call: UpstreamCall;
  readonly #parts: Buffer[] = [];
  #bytes = 0;
  #status = 502;
  #contentType = 'application/json';

  constructor(options: PrefillOptions, done: (outcome: PrefillOutcome) => void) {
    const { upstream, address, path, headers, body, timeoutMs } = options;
    this.#done = done;
    this.#timer = setTimeout(() => this.#giveUp(new Error('prefill took too long')), timeoutMs);
    const request = { method: 'POST', path, headers, body, idleTimeoutMs: timeoutMs };
    this.#call = upstream.send(address, request, this);
  }

  abort(): void {
    clearTimeout(this.#timer);
    this.#call.destroy();
  }

  head(status: number, headers: string[]): void {
    this.#status = status;
    this.#contentType = headerOf(headers, 'content-type') ?? this.#contentType;
  }

  data(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > ANSWER_LIMIT_BYTES) this.#giveUp(new Error('the prefill answer is too long'));
    else this.#parts.push(part);
  }

  end(): void {
    clearTimeout(this.#timer);
    const body = Buffer.concat(this.#parts);
    this.#done({ status: this.#status, contentType: this.#contentType, body });
  }

  failed(error: Error): void {
    clearTimeout(this.#timer);
    this.#done({ error });
  }

  #giveUp(error: Error): void {
    this.#call.destroy();
    this.failed(error);
  }
}
