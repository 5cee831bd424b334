/**
 * The decode side's sidecar: stands before one model server, runs the prefill leg of requests that name a prefill server, and
 * passes everything else on. Source: router specification 5.2.
 *
 * The prefill header decides where this process sends requests, so only listed prefill servers are accepted.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { PREFILL_HEADER } from '../routing/profiles/disagg-headers.ts';
import { plain } from './answers.ts';
import { BodyTooLarge, readBody } from './body.ts';
import { type DisaggregationPolicy, TwoLegs } from './disaggregation/two-legs.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { upstreamHeaders } from './headers.ts';
import { Upstream, type UpstreamTls } from './upstream.ts';

/** How a sidecar is set up. */
export interface SidecarOptions {
  /** `host:port` of the model server behind. */
  readonly modelServer: string;
  /** Whether a `host:port` of the prefill header may be asked. */
  readonly isPrefiller: (address: string) => boolean;
  readonly policy: DisaggregationPolicy;
  readonly bodyLimitBytes: number;
  readonly idleTimeoutMs: number;
  /** Absent: plain HTTP to the model server and prefill servers. */
  readonly upstreamTls?: UpstreamTls;
}

/** Paths whose requests can be split; all others pass through. */
const SPLIT = new Set([
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/messages',
  '/v1/responses',
  '/inference/v1/generate',
]);

export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #upstream: Upstream;
  readonly #server: Server;
  #rooms = 0;

  constructor(options: SidecarOptions) {
    this.#options = options;
    this.#upstream = new Upstream(options.upstreamTls ?? null);
    this.#server = createServer((message, response) => {
      void this.#handle(message, response);
    });
  }

  /** Starts to listen; resolves with the port. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Takes no new connections, waits up to `timeoutMs` for what is in flight, then closes everything. */
  async drain(timeoutMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
    await closed;
    clearTimeout(timer);
    this.#upstream.close();
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: Buffer;
    try {
      body = await readBody(message, this.#options.bodyLimitBytes);
    } catch (error) {
      if (error instanceof BodyTooLarge) plain(response, 413, error.message, { connection: 'close' });
      else response.destroy();
      return;
    }
    const path = (message.url ?? '/').replace(/[?#].*$/, '');
    const isSplit = message.method === 'POST' && SPLIT.has(path);
    const prefiller = isSplit ? prefillerOf(message) : undefined;
    if (prefiller !== undefined && !this.#options.isPrefiller(prefiller)) {
      plain(response, 403, `${PREFILL_HEADER} names a server that is not listed`);
      return;
    }
    const exchange =
      prefiller === undefined || !isJsonObject(body)
        ? new Exchange(this.#exchangeOptions(message, response, body))
        : new TwoLegs(
            this.#exchangeOptions(message, response, body),
            prefiller,
            this.#rooms++,
            this.#options.policy,
          );
    response.on('close', () => exchange.abort('client-disconnect'));
    exchange.start();
  }

  #exchangeOptions(message: IncomingMessage, response: ServerResponse, body: Buffer): ExchangeOptions {
    const named = message.headers['x-request-id'];
    const requestId = (Array.isArray(named) ? named[0] : named) || randomUUID();
    return {
      upstream: this.#upstream,
      method: message.method ?? 'GET',
      path: message.url ?? '/',
      headers: upstreamHeaders(message.headers, new Map(), requestId),
      body,
      addresses: [this.#options.modelServer],
      response,
      added: new Map(),
      idleTimeoutMs: this.#options.idleTimeoutMs,
      attempted: () => {},
      passed: () => {},
      ended: () => {},
    };
  }
}

/** The first of the listed prefill servers. */
function prefillerOf(message: IncomingMessage): string | undefined {
  const header = message.headers[PREFILL_HEADER];
  const first = (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim();
  return first === '' ? undefined : first;
}

/** Bodies that are no JSON object go to the model server, which says what is wrong with them. */
function isJsonObject(body: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
