/** The prefill leg: one POST to the prefill server, read whole, tried again while the server says that it cannot just now. */
import { isStale, type Upstream } from '../upstream.ts';

/** What a prefill leg takes. */
export interface PrefillOptions {
  readonly upstream: Upstream;
  /** `host:port`. */
  readonly address: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
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
  #isOver = false;
  #stop: () => void = () => {};

  /** `ended` is called once, unless the leg is aborted. */
  constructor(options: PrefillOptions, ended: (outcome: PrefillOutcome) => void) {
    this.#options = options;
    this.#ended = ended;
  }

  start(): void {
    this.#attempt(this.#options.retries, false);
  }

  /** The client has gone. */
  abort(): void {
    this.#isOver = true;
    this.#stop();
  }

  /** `isFresh`: tried before, on a kept connection that the server had closed. */
  #attempt(retriesLeft: number, isFresh: boolean): void {
    const { upstream, address, path, headers, body, timeoutMs } = this.#options;
    const lengthened = { ...headers, 'content-length': String(body.length) };
    const outgoing = upstream.request(address, { method: 'POST', path, headers: lengthened });
    let isDone = false;
    const timer = setTimeout(() => outgoing.destroy(new Error('prefill took too long')), timeoutMs);
    const done = (outcome: PrefillOutcome): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      if (this.#isOver) return;
      if (!isFresh && 'error' in outcome && isStale(outgoing, outcome.error)) {
        this.#attempt(retriesLeft, true);
        return;
      }
      const mayRetry = 'error' in outcome || RETRIABLE.has(outcome.status);
      if (mayRetry && retriesLeft > 0) this.#retry(retriesLeft - 1);
      else {
        this.#isOver = true;
        this.#ended(outcome);
      }
    };
    this.#stop = () => outgoing.destroy();
    outgoing.on('error', (error) => done({ error }));
    outgoing.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_LIMIT_BYTES) outgoing.destroy(new Error('the prefill answer is too long'));
        else chunks.push(chunk);
      });
      response.on('error', (error) => done({ error }));
      response.on('end', () => {
        const contentType = response.headers['content-type'] ?? 'application/json';
        done({ status: response.statusCode ?? 502, contentType, body: Buffer.concat(chunks) });
      });
    });
    outgoing.end(body);
  }

  #retry(retriesLeft: number): void {
    const timer = setTimeout(() => this.#attempt(retriesLeft, false), this.#options.backoffMs);
    this.#stop = () => clearTimeout(timer);
  }
}
