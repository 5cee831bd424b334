/**
 * The decode side's sidecar: stands before one model server, runs the prefill leg of requests that name a prefill server, and
 * passes everything else on. Source: router specification 5.2.
 *
 * Headers decide where this process sends requests, so only listed servers are accepted. Of data-parallel ranks each has a port of its
 * own, and any of them takes requests for another one that a header names.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { plain } from './answers.ts';
import { BodyTooLarge, readBody } from './body.ts';
import { type ClientLimits, limitedServer } from './client-limits.ts';
import { hostOf } from './disaggregation/connectors.ts';
import { NO_STAGES, Staged, type Stages, stagesOf } from './disaggregation/staged.ts';
import type { DisaggregationPolicy } from './disaggregation/two-legs.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { upstreamHeaders } from './headers.ts';
import { Upstream, type UpstreamTls } from './upstream/upstream.ts';

/** How a sidecar is set up. */
export interface SidecarOptions extends ClientLimits {
  /** `host:port` of the model server behind; of rank 0 where there are several. */
  readonly modelServer: string;
  /** Data-parallel ranks, at consecutive ports on both sides. Absent: one. */
  readonly ranks?: number;
  /** Own host, as the router names it; absent: ranks are told apart by their ports alone. */
  readonly ownHost?: string;
  /** Whether a `host:port` that a header names for prefill, encode or cached KV may be asked. */
  readonly isPeer: (address: string) => boolean;
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

const RANK_HEADER = 'x-data-parallel-host-port';

export class Sidecar {
  readonly #options: SidecarOptions;
  readonly #upstream: Upstream;
  readonly #servers: readonly Server[];
  /** Of the ranks, once they listen. */
  #ports: number[] = [];
  #rooms = 0;

  constructor(options: SidecarOptions) {
    this.#options = options;
    this.#upstream = new Upstream(options.upstreamTls ?? null);
    const limits = limitedServer(options);
    this.#servers = Array.from({ length: options.ranks ?? 1 }, (_, rank) =>
      createServer(limits, (message, response) => {
        void this.#handle(message, response, rank);
      }),
    );
  }

  /** Starts to listen, ranks at the ports from `port` on (0: any free ones); resolves with the first port. */
  async listen(port: number, host: string): Promise<number> {
    this.#ports = [];
    for (const [rank, server] of this.#servers.entries())
      this.#ports.push(await listening(server, port === 0 ? 0 : port + rank, host));
    return this.#ports[0]!;
  }

  /** Ports of the ranks. */
  get ports(): readonly number[] {
    return this.#ports;
  }

  /** Takes no new connections, waits up to `timeoutMs` for what is in flight, then closes everything. */
  async drain(timeoutMs: number): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    for (const server of this.#servers) server.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections();
    }, timeoutMs);
    await Promise.all(closed);
    clearTimeout(timer);
    this.#upstream.close();
  }

  async #handle(message: IncomingMessage, response: ServerResponse, ownRank: number): Promise<void> {
    let body: Buffer;
    try {
      body = await readBody(message, this.#options.bodyLimitBytes);
    } catch (error) {
      if (error instanceof BodyTooLarge) plain(response, 413, error.message, { connection: 'close' });
      else response.destroy();
      return;
    }
    const rank = this.#rankOf(message, ownRank);
    if (rank === null) {
      plain(response, 400, `${RANK_HEADER} names no rank of this server`);
      return;
    }
    const path = (message.url ?? '/').replace(/[?#].*$/, '');
    const isSplit = message.method === 'POST' && SPLIT.has(path) && isJsonObject(body);
    const ownStages = this.#options.policy.decodeChunkTokens > 0 ? NO_STAGES : null;
    const named = isSplit ? (stagesOf((name) => headerOf(message, name)) ?? ownStages) : null;
    const stages = named === null ? null : this.#allowed(named);
    if (stages === 'refused') {
      plain(response, 403, 'a header names a server that is not listed');
      return;
    }
    const options = this.#exchangeOptions(message, response, body, rank);
    const exchange =
      stages === null
        ? new Exchange(options)
        : new Staged(options, stages, this.#rooms++, this.#options.policy);
    response.on('close', () => exchange.abort('client-disconnect'));
    exchange.start();
  }

  /** Rank that serves the request; null: the header names none. */
  #rankOf(message: IncomingMessage, ownRank: number): number | null {
    const named = this.#servers.length > 1 ? headerOf(message, RANK_HEADER) : undefined;
    if (named === undefined) return ownRank;
    const { ownHost } = this.#options;
    if (ownHost !== undefined && hostOf(named) !== ownHost) return null;
    const rank = this.#ports.indexOf(Number(named.slice(named.lastIndexOf(':') + 1)));
    return rank < 0 ? null : rank;
  }

  /** Unlisted encode servers are passed over; an unlisted prefill server or source of KV refuses the request. */
  #allowed({ prefiller, source, encoders }: Stages): Stages | 'refused' {
    const { isPeer, policy } = this.#options;
    if (prefiller !== null && !isPeer(prefiller)) return 'refused';
    if (source !== null && policy.pullsFromPeers && !isPeer(source)) return 'refused';
    return { prefiller, source, encoders: encoders.filter(isPeer) };
  }

  #exchangeOptions(
    message: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
    rank: number,
  ): ExchangeOptions {
    const named = message.headers['x-request-id'];
    const requestId = (Array.isArray(named) ? named[0] : named) || randomUUID();
    return {
      upstream: this.#upstream,
      method: message.method ?? 'GET',
      path: message.url ?? '/',
      headers: upstreamHeaders(message.headers, new Map(), requestId),
      body,
      addresses: [rankAddress(this.#options.modelServer, rank)],
      response,
      added: new Map(),
      idleTimeoutMs: this.#options.idleTimeoutMs,
      attempted: () => {},
      passed: () => {},
      ended: () => {},
    };
  }
}

/** Address of a rank, given that of rank 0. */
function rankAddress(first: string, rank: number): string {
  const colon = first.lastIndexOf(':');
  return `${first.slice(0, colon)}:${Number(first.slice(colon + 1)) + rank}`;
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
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
