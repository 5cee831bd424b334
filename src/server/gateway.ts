/**
 * The gateway: HTTP in front, the pure router in the middle, model servers behind. It decides nothing about routing; it
 * turns what happens on sockets into events of the routing core and carries out the answers.
 *
 * Every POST is answered once. One timer drives the router. Routing uses known endpoints only.
 */
import { randomUUID } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Rng, Streams } from '../core/rng.ts';
import { bodilessRow } from '../parsing/bodiless.ts';
import type { Dispatch, Rejection, RouterOutput } from '../routing/contract.ts';
import type { Endpoint } from '../routing/endpoint.ts';
import type { InferenceRequest } from '../routing/request.ts';
import { BodyTooLarge, readBody } from './body.ts';
import { Exchange } from './exchange.ts';
import { GatewayMetrics } from './gateway-metrics.ts';
import { routerHeaders, upstreamHeaders } from './headers.ts';
import { RoutingCore, type RoutingEvent } from './routing-core.ts';
import { Scraper } from './scraper.ts';

/** How a gateway is set up. */
export interface GatewayOptions {
  /** EndpointPickerConfig as a plain object; null: the built-in default. */
  readonly config: unknown;
  readonly streams: Streams;
  readonly objectives: ReadonlyMap<string, number>;
  readonly allowExperimentalPlugins: boolean;
  readonly scrapeIntervalMs: number;
  readonly bodyLimitBytes: number;
  readonly idleTimeoutMs: number;
  /** Sees every event before it is applied, and every answer of the router. */
  readonly observer?: GatewayObserver;
}

/** For recordings. */
export interface GatewayObserver {
  event(event: RoutingEvent): void;
  dispatched(request: InferenceRequest, addresses: readonly string[]): void;
}

/** Limits against slow or endless clients: request head, and head plus body, must be here by then. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
const HEADER_LIMIT_BYTES = 32 * 1024;
/** setTimeout's longest delay. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const DROP_REASON = 'x-llm-d-request-dropped-reason';

/** A POST between arrival and end. */
interface Call {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly startUs: number;
  readonly requestId: string;
  exchange: Exchange | null;
}

export class Gateway {
  readonly core: RoutingCore;
  readonly metrics = new GatewayMetrics();
  readonly #options: GatewayOptions;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #scraper: Scraper;
  readonly #bodilessRng: Rng;
  readonly #calls = new Map<number, Call>();
  #timer: NodeJS.Timeout | undefined;
  #nextId = 0;
  #lastUs = 0;
  #isDraining = false;

  /** throws: ConfigError for a bad configuration. */
  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#bodilessRng = options.streams.open('server/bodiless');
    const output: RouterOutput = {
      dispatch: (request, dispatch) => this.#dispatch(request, dispatch),
      reject: (request, rejection) => this.#reject(request.id, rejection, request),
      // The router must not be called back from here.
      evict: (request) => setImmediate(() => this.#evict(request.id)),
    };
    this.core = new RoutingCore({
      ...options,
      output,
      refused: (id, rejection) => this.#reject(id, rejection, undefined),
    });
    this.#scraper = new Scraper({
      table: this.core.table,
      agent: this.#agent,
      intervalMs: options.scrapeIntervalMs,
      scraped: (id, sample) => this.#apply({ kind: 'scraped', id, sample, nowUs: this.#nowUs() }),
      failed: () => this.metrics.pollFailed(),
    });
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
        this.#scraper.start();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Makes the fleet equal to `wanted`: what is unchanged stays as it is. */
  setEndpoints(wanted: readonly Endpoint[]): void {
    const { table } = this.core;
    const text = (endpoint: Endpoint): string => JSON.stringify([endpoint.address, endpoint.labels]);
    const keep = new Map(wanted.map((endpoint) => [endpoint.id, text(endpoint)]));
    for (const row of table.rows) {
      const endpoint = table.endpoints[row]!;
      if (keep.get(endpoint.id) !== text(endpoint)) {
        this.#apply({ kind: 'removed', id: endpoint.id, nowUs: this.#nowUs() });
      }
    }
    for (const endpoint of wanted) {
      if (table.rowOf(endpoint.id) < 0) this.#apply({ kind: 'added', endpoint, nowUs: this.#nowUs() });
    }
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
    this.#scraper.stop();
    for (const call of this.#calls.values()) call.response.destroy();
    this.#server.closeAllConnections();
    await closed;
    clearTimeout(this.#timer);
    this.#agent.destroy();
  }

  /** µs since the process began; whole, never falling. */
  #nowUs(): number {
    this.#lastUs = Math.max(this.#lastUs, Math.floor(performance.now() * 1000));
    return this.#lastUs;
  }

  #apply(event: RoutingEvent): void {
    this.#options.observer?.event(event);
    this.core.apply(event);
    clearTimeout(this.#timer);
    if (this.core.wakeUs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, (this.core.wakeUs - this.#nowUs()) / 1000);
    this.#timer = setTimeout(
      () => this.#apply({ kind: 'timer', nowUs: this.#nowUs() }),
      Math.min(LONGEST_TIMER_MS, Math.ceil(delayMs)),
    );
  }

  // --- requests in ------------------------------------------------------------------------------------------------

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
    this.#arrive(message, response, body);
  }

  #arrive(message: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const id = this.#nextId++;
    const headers = routerHeaders(message.headers);
    const requestId = headers.get('x-request-id') || randomUUID();
    const nowUs = this.#nowUs();
    this.#calls.set(id, { message, response, body, startUs: nowUs, requestId, exchange: null });
    response.on('close', () => this.#closed(id));
    this.#apply({
      kind: 'arrived',
      nowUs,
      incoming: {
        id,
        requestId,
        headers,
        path: message.url,
        body: body.toString('utf8'),
        sizeBytes: body.length,
        arrivalUs: nowUs,
        subset: null,
      },
    });
  }

  #get(path: string, message: IncomingMessage, response: ServerResponse): void {
    if (path === '/healthz') {
      if (this.#isDraining) plain(response, 503, 'draining');
      else plain(response, 200, 'ok');
      return;
    }
    if (path === '/metrics') {
      const text = this.metrics.text(this.core.table, this.core.router.queued);
      plain(response, 200, text, { 'content-type': 'text/plain; version=0.0.4' });
      return;
    }
    if (path !== '/v1/models') {
      plain(response, 404, `no such path: ${path}`);
      return;
    }
    const row = bodilessRow(this.core.table, this.#bodilessRng);
    if (typeof row !== 'number') {
      answer(response, row);
      return;
    }
    const exchange = new Exchange({
      agent: this.#agent,
      method: message.method ?? 'GET',
      path: message.url ?? path,
      headers: upstreamHeaders(message.headers, new Map(), randomUUID(), 0),
      body: Buffer.alloc(0),
      addresses: [this.core.table.endpoints[row]!.address],
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

  // --- answers of the router ----------------------------------------------------------------------------------------

  #dispatch(request: InferenceRequest, dispatch: Dispatch): void {
    const call = this.#calls.get(request.id)!;
    const { table } = this.core;
    const addresses = dispatch.rows.map((row) => table.endpoints[row]!.address);
    this.#options.observer?.dispatched(request, addresses);
    this.metrics.dispatched(request);
    const built = this.core.built(request.id)!;
    const body = request.model === request.incomingModel ? call.body : withModel(call.body, request.model);
    const seconds = (): number => (this.#nowUs() - call.startUs) / 1e6;
    call.exchange = new Exchange({
      agent: this.#agent,
      method: 'POST',
      path: call.message.url ?? '/',
      headers: upstreamHeaders(call.message.headers, dispatch.headers, call.requestId, body.length),
      body,
      addresses,
      response: call.response,
      added: this.#responseHeaders(request, call),
      idleTimeoutMs: this.#options.idleTimeoutMs,
      attempted: (address, ok) => this.metrics.attempted(request.model, address, ok ? 'success' : 'failure'),
      firstByte: () => {
        this.metrics.firstToken(request, seconds(), built.stream);
        this.#apply({ kind: 'firstToken', id: request.id, nowUs: this.#nowUs() });
      },
      ended: (cause, usage) => {
        this.#calls.delete(request.id);
        this.metrics.ended(request, seconds(), usage.promptTokens, usage.outputTokens);
        if (cause === 'error') this.metrics.failed(request, 'ModelServerError');
        const nowUs = this.#nowUs();
        if (cause === 'client-disconnect') this.#apply({ kind: 'cancelled', id: request.id, nowUs });
        else this.#apply({ kind: 'finished', id: request.id, usage, cause, nowUs });
      },
    });
    call.exchange.start();
  }

  #responseHeaders(request: InferenceRequest, call: Call): ReadonlyMap<string, string> {
    const headers = new Map(this.core.router.responseHeaders(request));
    headers.set('x-went-into-resp-headers', 'true');
    headers.set('x-request-id', call.requestId);
    return headers;
  }

  #reject(id: number, rejection: Rejection, request: InferenceRequest | undefined): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    this.metrics.failed(request, rejection.code);
    if (call !== undefined) answer(call.response, rejection);
  }

  #evict(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    const isBegun = call.exchange?.hasBegun ?? false;
    call.exchange?.abort('evicted');
    if (isBegun) {
      call.response.destroy();
      return;
    }
    const message = 'request evicted by flow control';
    answer(call.response, { status: 429, code: 'ResourceExhausted', message, reason: 'evicted' });
  }

  /** The client's connection has closed: early, unless the call has ended. */
  #closed(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    if (call.exchange !== null) call.exchange.abort('client-disconnect');
    else this.#apply({ kind: 'cancelled', id, nowUs: this.#nowUs() });
  }
}

function answer(response: ServerResponse, rejection: Rejection): void {
  const reason: Record<string, string> = rejection.reason === null ? {} : { [DROP_REASON]: rejection.reason };
  plain(response, rejection.status, `inference error: ${rejection.code} - ${rejection.message}`, reason);
}

function plain(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end(text);
}

/** The body with another model; only JSON objects get here, since nothing else names a model. */
function withModel(body: Buffer, model: string): Buffer {
  const fields = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...fields, model }));
}
