/** Connections to model servers: kept alive, plain or TLS, addressed by `host:port`. */
import { Agent, buildConnector } from 'undici';
import { IdleWatch } from './idle-watch.ts';
import { type AnswerSink, UpstreamCall, type UpstreamRequest } from './upstream-call.ts';

/** How model servers prove who they are. */
export interface UpstreamTls {
  /** PEM of the authorities to trust; null: the system's. */
  readonly ca: Buffer | null;
  /** Take any certificate (self-signed ones of pods). */
  readonly isUnverified: boolean;
}

/** Nothing listens, and nothing says so: the answer's own limit is often shorter. */
const CONNECT_TIMEOUT_MS = 10_000;

export class Upstream {
  readonly #scheme: 'http' | 'https';
  readonly #agent: Agent;
  readonly #watch = new IdleWatch();
  /** Errors of connections that had served before. */
  readonly #used = new WeakSet<Error>();

  /** `tls` null: plain HTTP. */
  constructor(tls: UpstreamTls | null) {
    this.#scheme = tls === null ? 'http' : 'https';
    const connect = buildConnector({
      timeout: CONNECT_TIMEOUT_MS,
      ...(tls === null ? {} : { rejectUnauthorized: !tls.isUnverified }),
      ...(tls === null || tls.ca === null ? {} : { ca: tls.ca }),
    });
    this.#agent = new Agent({
      // The idle watch keeps time.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) =>
        connect(options, (...result) => {
          const [, socket] = result;
          socket?.on('error', (error) => {
            if (socket.bytesRead > 0) this.#used.add(error);
          });
          callback(...result);
        }),
    });
  }

  /** Sends a request to `host:port`; `sink` is told what comes back, not before this returns. */
  send(address: string, request: UpstreamRequest, sink: AnswerSink): UpstreamCall {
    const call = new UpstreamCall(`${this.#scheme}://${address}`, request, sink, {
      agent: this.#agent,
      watch: this.#watch,
      wasUsed: (error) => this.#used.has(error),
    });
    call.start();
    return call;
  }

  /** Ends all connections. */
  close(): void {
    void this.#agent.destroy();
  }
}
