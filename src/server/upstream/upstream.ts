/**
 * Connections to model servers: kept alive, plain or TLS, addressed by `host:port`.
 *
 * They are our own rather than a library's: what a proxy does most is to ask and pass on, and undici took half as much time again as all
 * of this gateway's routing, and a turn of the event loop before each request on a kept connection (CHANGELOG.md has the figures).
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Connection, type ConnectionHome } from './connection.ts';
import { FreeConnections } from './free-connections.ts';
import { IdleWatch } from './idle-watch.ts';
import { type AnswerSink, UpstreamCall, type UpstreamRequest } from './upstream-call.ts';

/** How model servers prove who they are. */
export interface UpstreamTls {
  /** PEM of the authorities to trust; null: the system's. */
  readonly ca: Buffer | null;
  /** Take any certificate (self-signed ones of pods). */
  readonly isUnverified: boolean;
}

export class Upstream implements ConnectionHome {
  readonly #tls: UpstreamTls | null;
  readonly #watch = new IdleWatch();
  readonly #free = new FreeConnections();
  readonly #all = new Set<Connection>();
  #isClosed = false;

  /** `tls` null: plain HTTP. */
  constructor(tls: UpstreamTls | null) {
    this.#tls = tls;
  }

  /** Sends a request to `host:port`; `sink` is told what comes back, not before this returns. */
  send(address: string, request: UpstreamRequest, sink: AnswerSink): UpstreamCall {
    const call = new UpstreamCall(address, request, sink, this, this.#watch);
    call.start();
    return call;
  }

  /** A kept connection, or null. */
  kept(address: string): Connection | null {
    return this.#free.take(address);
  }

  /** A new connection. throws: for an address that is none. */
  connect(address: string): Connection {
    if (this.#isClosed) throw new Error('closed');
    const socket = this.#socket(address);
    const connection = new Connection(
      address,
      socket,
      this.#tls === null ? 'connect' : 'secureConnect',
      this,
    );
    this.#all.add(connection);
    return connection;
  }

  freed(connection: Connection): void {
    if (!this.#isClosed) this.#free.add(connection);
    else connection.destroy();
  }

  closed(connection: Connection): void {
    this.#all.delete(connection);
    this.#free.delete(connection);
  }

  /** Ends all connections. */
  close(): void {
    this.#isClosed = true;
    this.#free.close();
    for (const connection of this.#all) connection.destroy();
  }

  #socket(address: string): Socket {
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
    const port = Number(address.slice(colon + 1));
    const tls = this.#tls;
    if (tls === null) return connect({ host, port });
    return connectTls({
      host,
      port,
      ALPNProtocols: ['http/1.1'],
      servername: isIP(host) === 0 ? host : '',
      rejectUnauthorized: !tls.isUnverified,
      ...(tls.ca === null ? {} : { ca: tls.ca }),
    });
  }
}
