/** Connections to model servers: kept alive, plain or TLS, addressed by `host:port`. */
import { type ClientRequest, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';

/** How model servers prove who they are. */
export interface UpstreamTls {
  /** PEM of the authorities to trust; null: the system's. */
  readonly ca: Buffer | null;
  /** Take any certificate (self-signed ones of pods). */
  readonly isUnverified: boolean;
}

/** One request. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Socket idle time after which `timeout` is emitted, ms. */
  readonly timeoutMs?: number;
}

/**
 * Whether a request failed because a kept connection was closed by the server just then: it never got there, and a fresh connection may
 * do. Nothing of an answer has come, so asking again cannot double it.
 */
export function isStale(request: ClientRequest, error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE');
}

export class Upstream {
  readonly #tls: UpstreamTls | null;
  readonly #agent: PlainAgent;

  /** `tls` null: plain HTTP. */
  constructor(tls: UpstreamTls | null) {
    this.#tls = tls;
    this.#agent =
      tls === null
        ? new PlainAgent({ keepAlive: true })
        : new TlsAgent({
            keepAlive: true,
            rejectUnauthorized: !tls.isUnverified,
            ...(tls.ca === null ? {} : { ca: tls.ca }),
          });
  }

  /** Opens a request to `host:port`; the caller ends it. */
  request(address: string, { method, path, headers = {}, timeoutMs }: UpstreamRequest): ClientRequest {
    const colon = address.lastIndexOf(':');
    return (this.#tls === null ? plainRequest : tlsRequest)({
      agent: this.#agent,
      host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
      port: Number(address.slice(colon + 1)),
      method,
      path,
      headers: { ...headers },
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    });
  }

  /** Ends idle connections. */
  close(): void {
    this.#agent.destroy();
  }
}
