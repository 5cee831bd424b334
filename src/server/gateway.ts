/**
 * The HTTP door: OpenAI and Anthropic requests in front, the live router in the middle, model servers behind. It decides
 * nothing about routing; it turns what happens on sockets into calls and carries out the answers.
 *
 * Every POST is answered once. Requests go to known endpoints only.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { performance } from 'node:perf_hooks';
import type { Access, Identity } from './access/access.ts';
import type { RateLimit } from './access/rate-limit.ts';
import { answer, plain } from './answers.ts';
import { BodyTooLarge, takeBody } from './body.ts';
import { type ClientLimits, limitedServer } from './client-limits.ts';
import type { DisaggregationPolicy } from './disaggregation/two-legs.ts';
import { Exchange } from './exchange.ts';
import { fairnessOf, upstreamHeaders } from './headers.ts';
import { type CallSetting, HttpCall } from './http-call.ts';
import type { LiveRouter } from './live-router.ts';
import { Roster } from './roster.ts';
import { Upstream, type UpstreamTls } from './upstream/upstream.ts';

/** Limits of a gateway. */
export interface GatewayOptions extends ClientLimits {
  readonly bodyLimitBytes: number;
  /** Without a byte from a model server for this long an attempt has failed. */
  readonly idleTimeoutMs: number;
  /** Run both legs of disaggregated requests here; absent: the decode side's sidecar does. */
  readonly disaggregation?: DisaggregationPolicy;
  /** Certificate to serve TLS by (PEM); absent: plain HTTP. */
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  /** Absent: plain HTTP to model servers. */
  readonly upstreamTls?: UpstreamTls;
  /** Who may ask; absent: everybody. */
  readonly access?: Access;
  /** `Authorization` for model servers, where callers are told apart here. */
  readonly upstreamAuthorization?: string;
  /** Absent: no limit. */
  readonly rateLimit?: RateLimit;
  /** The metrics page is at another port. Absent: it is here too. */
  readonly hidesMetrics?: boolean;
  /** Whether the fleet is known, for /healthz. Absent: it is. */
  readonly isReady?: () => boolean;
}

const ANYBODY: Identity = { fairnessId: null };

export class Gateway {
  readonly #live: LiveRouter;
  readonly #options: GatewayOptions;
  readonly #server: Server;
  readonly #upstream: Upstream;
  readonly #setting: CallSetting;
  readonly #calls = new Roster<HttpCall>();
  #isDraining = false;

  constructor(live: LiveRouter, options: GatewayOptions) {
    this.#live = live;
    this.#options = options;
    const { idleTimeoutMs, disaggregation = null } = options;
    this.#upstream = new Upstream(options.upstreamTls ?? null);
    // Credentials that the gateway checks are its own: model servers get theirs, or none.
    const authorization = options.access === undefined ? undefined : (options.upstreamAuthorization ?? null);
    this.#setting = {
      live,
      upstream: this.#upstream,
      idleTimeoutMs,
      disaggregation,
      authorization,
      calls: this.#calls,
    };
    const settings = limitedServer(options);
    const handle = (message: IncomingMessage, response: ServerResponse): void => {
      this.#handle(message, response);
    };
    this.#server =
      options.tls === undefined
        ? createServer(settings, handle)
        : createTlsServer({ ...settings, key: options.tls.key, cert: options.tls.cert }, handle);
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

  get inFlight(): number {
    return this.#calls.size;
  }

  /** Takes nothing new, waits up to `timeoutMs` for what is in flight, then closes everything. */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true;
    const untilMs = performance.now() + timeoutMs;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    while (this.#calls.size > 0 && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.#calls.each((call) => call.destroy());
    this.#server.closeAllConnections();
    await closed;
    this.#upstream.close();
  }

  #handle(message: IncomingMessage, response: ServerResponse): void {
    if (message.method === 'GET' || message.method === 'HEAD') {
      message.resume();
      this.#get((message.url ?? '/').replace(/[?#].*$/, ''), message, response);
      return;
    }
    if (message.method !== 'POST') {
      message.resume();
      plain(response, 405, 'method not allowed', { allow: 'GET, HEAD, POST' });
      return;
    }
    if (this.#isDraining) {
      message.resume();
      const reason = 'rejected-shutting-down';
      answer(response, { status: 503, code: 'ServiceUnavailable', message: 'shutting down', reason });
      return;
    }
    if (this.#options.access === undefined) this.#admit(ANYBODY, message, response);
    else void this.#identify(this.#options.access, message, response);
  }

  async #identify(access: Access, message: IncomingMessage, response: ServerResponse): Promise<void> {
    let caller: Identity | null;
    try {
      caller = await access.identify(message.headers);
    } catch {
      message.resume();
      plain(response, 503, 'credentials cannot be checked now');
      return;
    }
    if (caller === null) {
      message.resume();
      plain(response, 401, 'a valid API key or token is needed', { 'www-authenticate': 'Bearer' });
      return;
    }
    this.#admit(caller, message, response);
  }

  /** Takes the body of a caller that may ask now, and begins the call. */
  #admit(caller: Identity, message: IncomingMessage, response: ServerResponse): void {
    const { rateLimit, bodyLimitBytes } = this.#options;
    if (rateLimit !== undefined) {
      const waitMs = rateLimit.take(caller.fairnessId ?? fairnessOf(message.headers), performance.now());
      if (waitMs > 0) {
        message.resume();
        plain(response, 429, 'too many requests', { 'retry-after': String(Math.ceil(waitMs / 1000)) });
        return;
      }
    }
    takeBody(message, bodyLimitBytes, (error, body) => {
      if (error === null) new HttpCall(this.#setting, message, response, body, caller.fairnessId).start();
      else if (error instanceof BodyTooLarge) plain(response, 413, error.message, { connection: 'close' });
      // The client broke off while sending: there is nobody to answer.
      else response.destroy();
    });
  }

  #get(path: string, message: IncomingMessage, response: ServerResponse): void {
    if (path === '/livez') {
      plain(response, 200, 'ok');
      return;
    }
    if (path === '/healthz') {
      if (this.#isDraining) plain(response, 503, 'draining');
      else if (this.#options.isReady?.() === false) plain(response, 503, 'the fleet is not known yet');
      else plain(response, 200, 'ok');
      return;
    }
    if (path === '/metrics' && this.#options.hidesMetrics !== true) {
      plain(response, 200, this.#live.metricsText(), { 'content-type': 'text/plain; version=0.0.4' });
      return;
    }
    if (path !== '/v1/models') {
      plain(response, 404, `no such path: ${path}`);
      return;
    }
    const address = this.#live.bodilessAddress();
    if (typeof address !== 'string') {
      answer(response, address);
      return;
    }
    const exchange = new Exchange({
      upstream: this.#upstream,
      method: message.method ?? 'GET',
      path: message.url ?? path,
      headers: upstreamHeaders(message.headers, new Map(), randomUUID(), this.#setting.authorization),
      body: Buffer.alloc(0),
      addresses: [address],
      response,
      added: new Map(),
      idleTimeoutMs: this.#options.idleTimeoutMs,
      attempted: () => {},
      passed: () => {},
      ended: () => {},
    });
    response.on('close', () => exchange.abort('client-disconnect'));
    exchange.start();
  }
}
