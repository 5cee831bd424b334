/**
 * The HTTP door: OpenAI and Anthropic requests in front, the live router in the middle, model servers behind. It decides
 * nothing about routing; it turns what happens on sockets into calls and carries out the answers.
 *
 * Every POST is answered once. Requests go to known endpoints only.
 */
import { randomUUID } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { answer, plain } from './answers.ts';
import { BodyTooLarge, readBody } from './body.ts';
import type { DisaggregationPolicy } from './disaggregation/two-legs.ts';
import { Exchange } from './exchange.ts';
import { upstreamHeaders } from './headers.ts';
import { type CallSetting, HttpCall } from './http-call.ts';
import type { LiveRouter } from './live-router.ts';

/** Limits of a gateway. */
export interface GatewayOptions {
  readonly bodyLimitBytes: number;
  /** Without a byte from a model server for this long an attempt has failed. */
  readonly idleTimeoutMs: number;
  /** Run both legs of disaggregated requests here; absent: the decode side's sidecar does. */
  readonly disaggregation?: DisaggregationPolicy;
}

/** Limits against slow or endless clients: request head, and head plus body, must be here by then. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const HEADER_LIMIT_BYTES = 32 * 1024;

export class Gateway {
  readonly #live: LiveRouter;
  readonly #options: GatewayOptions;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #setting: CallSetting;
  readonly #calls = new Set<HttpCall>();
  #isDraining = false;

  constructor(live: LiveRouter, options: GatewayOptions) {
    this.#live = live;
    this.#options = options;
    const { idleTimeoutMs, disaggregation = null } = options;
    this.#setting = { live, agent: this.#agent, idleTimeoutMs, disaggregation };
    this.#server = createServer({ maxHeaderSize: HEADER_LIMIT_BYTES }, (message, response) => {
      void this.#handle(message, response);
    });
    this.#server.headersTimeout = HEADERS_TIMEOUT_MS;
    this.#server.requestTimeout = REQUEST_TIMEOUT_MS;
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
    for (const call of this.#calls) call.destroy();
    this.#server.closeAllConnections();
    await closed;
    this.#agent.destroy();
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (message.url ?? '/').replace(/[?#].*$/, '');
    if (message.method === 'GET' || message.method === 'HEAD') {
      message.resume();
      this.#get(path, message, response);
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
    let body: Buffer;
    try {
      body = await readBody(message, this.#options.bodyLimitBytes);
    } catch (error) {
      if (!(error instanceof BodyTooLarge)) {
        // The client broke off while sending: there is nobody to answer.
        response.destroy();
        return;
      }
      plain(response, 413, error.message, { connection: 'close' });
      return;
    }
    const call = new HttpCall(this.#setting, message, response, body);
    this.#calls.add(call);
    response.on('close', () => this.#calls.delete(call));
    call.start();
  }

  #get(path: string, message: IncomingMessage, response: ServerResponse): void {
    if (path === '/healthz') {
      if (this.#isDraining) plain(response, 503, 'draining');
      else plain(response, 200, 'ok');
      return;
    }
    if (path === '/metrics') {
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
      agent: this.#agent,
      method: message.method ?? 'GET',
      path: message.url ?? path,
      headers: upstreamHeaders(message.headers, new Map(), randomUUID(), 0),
      body: Buffer.alloc(0),
      addresses: [address],
      response,
      added: new Map(),
      idleTimeoutMs: this.#options.idleTimeoutMs,
      attempted: () => {},
      firstByte: () => {},
      ended: () => {},
    });
    response.on('close', () => exchange.abort('client-disconnect'));
    exchange.start();
  }
}
