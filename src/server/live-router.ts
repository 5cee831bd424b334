/**
 * The pure router on the wall clock: one routing core, the timer that drives it, the scraper that feeds it and the metrics
 * that tell of it. The HTTP gateway and the Envoy endpoint picker are two doors to one of these; they bring requests as
 * calls and carry out the answers.
 */
import { performance } from 'node:perf_hooks';
import { IdMap } from '../core/id-map.ts';
import type { Rng, Streams } from '../core/rng.ts';
import { bodilessRow } from '../parsing/bodiless.ts';
import type { IncomingRequest } from '../parsing/request-builder.ts';
import type { Dispatch, Rejection, ResponseUsage, TerminationCause } from '../routing/contract.ts';
import type { Endpoint } from '../routing/endpoint.ts';
import type { PluginDefinition } from '../routing/plugin.ts';
import { inFlightProducers, type NamedLoad } from '../routing/producers/inflight-load.ts';
import { preciseProducers } from '../routing/producers/precise-producers.ts';
import type { InferenceRequest } from '../routing/request.ts';
import type { KvEventFeed } from './kv-events/kv-event-feed.ts';
import { type Resources, RoutingCore, type RoutingEvent } from './routing-core.ts';
import { Scraper } from './scraper.ts';
import { outcomeOf } from './telemetry/flow-metrics.ts';
import { type BuildInfo, GatewayMetrics, type LoadShare } from './telemetry/gateway-metrics.ts';
import type { CallTelemetry, Telemetry } from './telemetry/telemetry.ts';
import { Upstream, type UpstreamTls } from './upstream/upstream.ts';

/** How a live router is set up. */
export interface LiveRouterOptions {
  /** EndpointPickerConfig as a plain object; null: the built-in default. */
  readonly config: unknown;
  readonly streams: Streams;
  readonly allowExperimentalPlugins: boolean;
  readonly scrapeIntervalMs: number;
  /** Plugin types beside the built-in ones (a user's own). */
  readonly extraPlugins?: readonly PluginDefinition[];
  /** How endpoints are scraped; absent: plain HTTP. */
  readonly upstreamTls?: UpstreamTls;
  /** Logs and traces. */
  readonly telemetry?: readonly Telemetry[];
  /** Shown on the metrics page. */
  readonly build?: BuildInfo;
  /** Sees every event before it is applied, and every answer of the router. */
  readonly observer?: RoutingObserver;
}

/** For recordings. */
export interface RoutingObserver {
  event(event: RoutingEvent): void;
  dispatched(request: InferenceRequest, dispatch: Dispatch): void;
  /** Of a request that was routable. */
  rejected?(request: InferenceRequest, rejection: Rejection): void;
}

/** A request between arrival and end, as its door sees it. Answers come within `arrive` or later. */
export interface LiveCall {
  /** Go to `addresses`, best first. */
  dispatched(request: InferenceRequest, dispatch: Dispatch, addresses: readonly string[]): void;
  /** The call is over. */
  rejected(rejection: Rejection): void;
  /** Flow control takes the endpoint back: end the call with `finished` and cause `evicted`. */
  evicted(): void;
}

/** What a door knows of a request when it arrives. */
export type Arrival = Pick<
  IncomingRequest,
  'requestId' | 'headers' | 'path' | 'body' | 'sizeBytes' | 'subset'
>;

/** Field by field: copies of unknown shape are slow. */
function incomingOf(arrival: Arrival, id: number, arrivalUs: number): IncomingRequest {
  const { requestId, headers, path, body, sizeBytes, subset } = arrival;
  return { requestId, headers, path, body, sizeBytes, subset, id, arrivalUs };
}

/** setTimeout's longest delay. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const NO_LISTENERS: readonly CallTelemetry[] = [];

interface Pending {
  readonly call: LiveCall;
  readonly startUs: number;
  readonly telemetry: readonly CallTelemetry[];
  /** Once it has been sent. */
  request: InferenceRequest | null;
  address: string;
  /** First and last part of the answer's body, µs; -1 before them. */
  firstUs: number;
  lastUs: number;
  bytes: number;
  /** When the router took the endpoint back, µs; -1: it has not. */
  evictedUs: number;
}

export class LiveRouter {
  readonly core: RoutingCore;
  readonly metrics: GatewayMetrics;
  readonly #observer: RoutingObserver | undefined;
  readonly #telemetry: readonly Telemetry[];
  readonly #upstream: Upstream;
  readonly #scraper: Scraper;
  readonly #kvFeeds: KvEventFeed[] = [];
  readonly #loads: readonly NamedLoad[];
  readonly #bodilessRng: Rng;
  readonly #pending = new IdMap<Pending>();
  #timer: NodeJS.Timeout | undefined;
  /** When the timer is set for; Infinity: it is not. */
  #ringsUs = Number.POSITIVE_INFINITY;
  #nextId = 0;
  #lastUs = 0;

  /** throws: ConfigError for a bad configuration. */
  constructor(options: LiveRouterOptions) {
    this.metrics = new GatewayMetrics(options.build ?? { commit: '', ref: '' });
    this.#observer = options.observer;
    this.#telemetry = options.telemetry ?? [];
    this.#upstream = new Upstream(options.upstreamTls ?? null);
    this.#bodilessRng = options.streams.open('server/bodiless');
    this.core = new RoutingCore({
      ...options,
      output: {
        dispatch: (request, dispatch) => this.#dispatched(request, dispatch),
        reject: (request, rejection) => this.#rejected(request.id, rejection, request),
        // The router must not be called back from here.
        evict: (request) => this.#evicted(request),
      },
      stopwatch: {
        now: () => performance.now(),
        tally: (point, plugin) => this.metrics.plugins.tally(point, plugin),
      },
      rewritten: (...decision) => this.metrics.rewritten(...decision),
      refused: (id, rejection) => this.#rejected(id, rejection, undefined),
    });
    this.metrics.plugins.watch(this.core.router);
    this.#loads = inFlightProducers(this.core.router);
    this.#scraper = new Scraper({
      table: this.core.table,
      upstream: this.#upstream,
      intervalMs: options.scrapeIntervalMs,
      scraped: (id, sample) => this.#apply({ kind: 'scraped', id, sample, nowUs: this.nowUs() }),
      failed: () => this.metrics.pollFailed(),
      unread: () => this.metrics.extractFailed(),
    });
  }

  /** Begins to scrape, and to listen to KV events if the configuration uses them. */
  async start(): Promise<void> {
    this.#scraper.start();
    const producers = preciseProducers(this.core.router);
    if (producers.length === 0) return;
    // ZeroMQ is native code: loaded only where it is used.
    const { KvEventFeed } = await import('./kv-events/kv-event-feed.ts');
    for (const [producer, { parameters }] of producers.entries()) {
      const feed = new KvEventFeed({
        table: this.core.table,
        parameters,
        events: (id, model, events) => {
          this.metrics.kvMessage(id);
          this.#apply({ kind: 'kvEvents', producer, id, model, events, nowUs: this.nowUs() });
        },
        counted: (what, count) => this.metrics.kvEvents(what, count),
      });
      this.#kvFeeds.push(feed);
      await feed.start();
    }
    this.#syncFeeds();
  }

  /** Scrapes no more and sets no timer again; calls in flight can still end. */
  stop(): void {
    this.#scraper.stop();
    for (const feed of this.#kvFeeds) feed.close();
    clearTimeout(this.#timer);
    this.#upstream.close();
  }

  /** Calls that have arrived and not ended. */
  get inFlight(): number {
    return this.#pending.size;
  }

  /** Makes the fleet equal to `wanted`: what is unchanged stays as it is. */
  setEndpoints(wanted: readonly Endpoint[]): void {
    const { table } = this.core;
    const text = (endpoint: Endpoint): string => JSON.stringify([endpoint.address, endpoint.labels]);
    const keep = new Map(wanted.map((endpoint) => [endpoint.id, text(endpoint)]));
    for (const row of table.rows) {
      const endpoint = table.endpoints[row]!;
      if (keep.get(endpoint.id) !== text(endpoint)) {
        this.#apply({ kind: 'removed', id: endpoint.id, nowUs: this.nowUs() });
      }
    }
    for (const endpoint of wanted) {
      if (table.rowOf(endpoint.id) < 0) this.#apply({ kind: 'added', endpoint, nowUs: this.nowUs() });
    }
    this.metrics.nameEndpoints(new Map(wanted.map(({ id, address }) => [address, id])));
    this.#syncFeeds();
  }

  /** Puts other objectives and rewrites in force, for requests to come. */
  setResources(resources: Resources): void {
    this.#apply({ kind: 'resources', resources, nowUs: this.nowUs() });
  }

  /** Brings a request; returns its number. */
  arrive(arrival: Arrival, call: LiveCall): number {
    const id = this.#nextId++;
    const nowUs = this.nowUs();
    this.#pending.set(id, {
      call,
      startUs: nowUs,
      telemetry: this.#listeners(arrival),
      request: null,
      address: '',
      firstUs: -1,
      lastUs: -1,
      bytes: 0,
      evictedUs: -1,
    });
    this.#apply({ kind: 'arrived', nowUs, incoming: incomingOf(arrival, id, nowUs) });
    return id;
  }

  /** `bytes` of the answer's body have passed. */
  passed(id: number, bytes: number): void {
    const pending = this.#pending.get(id)!;
    const nowUs = this.nowUs();
    pending.bytes += bytes;
    if (pending.firstUs >= 0) this.metrics.gap(pending.request!, (nowUs - pending.lastUs) / 1e6);
    pending.lastUs = nowUs;
    if (pending.firstUs >= 0) return;
    pending.firstUs = nowUs;
    const isStream = this.core.built(id)?.stream ?? false;
    this.metrics.firstToken(pending.request!, (nowUs - pending.startUs) / 1e6, isStream);
    for (const one of pending.telemetry) one.firstToken();
    this.#apply({ kind: 'firstToken', id, nowUs });
  }

  /** A dispatched call has ended. */
  finished(id: number, cause: TerminationCause, usage: ResponseUsage): void {
    const pending = this.#pending.get(id)!;
    this.#pending.delete(id);
    const request = pending.request!;
    const nowUs = this.nowUs();
    const figures = {
      seconds: (nowUs - pending.startUs) / 1e6,
      firstTokenSeconds: pending.firstUs < 0 ? null : (pending.firstUs - pending.startUs) / 1e6,
      isStream: this.core.built(id)?.stream ?? false,
      responseBytes: pending.bytes,
    };
    this.metrics.ended(request, figures, usage);
    if (pending.evictedUs >= 0) this.metrics.flow.reclaimed((nowUs - pending.evictedUs) / 1e6);
    if (cause === 'error') this.metrics.failed(request, 'ModelServerError');
    for (const one of pending.telemetry) one.ended(cause, usage);
    if (cause === 'client-disconnect') this.#apply({ kind: 'cancelled', id, nowUs });
    else this.#apply({ kind: 'finished', id, usage, cause, nowUs });
  }

  /** Headers for the model server beside the client's: what the router says, and what carries the call's trace on. */
  sentHeaders(id: number, dispatch: Dispatch): Map<string, string> {
    const headers = new Map(dispatch.headers);
    for (const one of this.#pending.get(id)!.telemetry) {
      for (const [name, value] of Object.entries(one.propagation())) headers.set(name, value);
    }
    return headers;
  }

  /** The client left before the call was dispatched; the router answers with a rejection that nobody hears. */
  cancelled(id: number): void {
    this.#apply({ kind: 'cancelled', id, nowUs: this.nowUs() });
  }

  /** Whether the answer is none of the router's business (token counting and the like). */
  skipsResponse(id: number): boolean {
    return this.core.built(id)?.skipResponse ?? false;
  }

  /** Address for a request without a body, or the refusal of an empty pool. */
  bodilessAddress(): string | Rejection {
    const { table } = this.core;
    const row = bodilessRow(table, this.#bodilessRng);
    return typeof row === 'number' ? table.endpoints[row]!.address : row;
  }

  /** Headers that plugins add to the answer. */
  responseHeaders(request: InferenceRequest): Map<string, string> {
    const headers = this.core.router.responseHeaders(request);
    headers.set('x-went-into-resp-headers', 'true');
    return headers;
  }

  /** The metrics page. */
  metricsText(): string {
    const { table, router, kvEventCounts } = this.core;
    const queued: InferenceRequest[] = [];
    const inFlight: [InferenceRequest, LoadShare[]][] = [];
    for (const id of this.#pending.ids()) {
      const { request, address } = this.#pending.get(id)!;
      if (request !== null) inFlight.push([request, this.#sharesOf(request, address)]);
      else queued.push(this.core.built(id)!.request);
    }
    const nowUs = this.nowUs();
    const stale = router.plugins.flatMap(({ name, instance: { detector } }) =>
      detector?.stale === undefined ? [] : [[name, detector.stale(nowUs)] as const],
    );
    return this.metrics.text({
      nowUs,
      table,
      queued,
      inFlight,
      flow: router.flow,
      stale,
      kvEvents: kvEventCounts,
    });
  }

  /** What producers have charged a request with; where there is none, the request itself on its endpoint. */
  #sharesOf(request: InferenceRequest, address: string): LoadShare[] {
    const { endpoints } = this.core.table;
    if (this.#loads.length === 0) return [{ producer: '', endpoint: address, requests: 1, tokens: 0 }];
    return this.#loads.flatMap(({ name, load }) =>
      load.chargesOf(request.id).map(({ row, requests, tokens }) => {
        return { producer: name, endpoint: endpoints[row]!.id, requests, tokens };
      }),
    );
  }

  /** µs since the process began; whole, never falling. */
  nowUs(): number {
    this.#lastUs = Math.max(this.#lastUs, Math.floor(performance.now() * 1000));
    return this.#lastUs;
  }

  #listeners({ requestId, headers }: Arrival): readonly CallTelemetry[] {
    if (this.#telemetry.length === 0) return NO_LISTENERS;
    return this.#telemetry.map((one) => one.arrived(requestId, headers));
  }

  #syncFeeds(): void {
    for (const feed of this.#kvFeeds) feed.sync();
    if (this.#kvFeeds.length === 0) return;
    this.metrics.kvSubscribers(this.#kvFeeds.reduce((sum, feed) => sum + feed.subscribers, 0));
  }

  #apply(event: RoutingEvent): void {
    this.#observer?.event(event);
    const startMs = performance.now();
    this.core.apply(event);
    if (event.kind === 'arrived') this.#took(event.incoming.id, (performance.now() - startMs) / 1000);
    else if (event.kind === 'timer' && this.#hasFlowControl)
      this.metrics.flow.cycled((performance.now() - startMs) / 1000);
    this.#arm();
  }

  /** The router has looked at a request for so long. */
  #took(id: number, seconds: number): void {
    this.metrics.scheduled(seconds);
    const request = this.#hasFlowControl ? this.core.built(id)?.request : undefined;
    if (request === undefined) return;
    const waits = this.#pending.get(id)?.request === null;
    this.metrics.flow.enqueued(request, waits ? null : outcomeOf(null), seconds);
  }

  get #hasFlowControl(): boolean {
    return this.core.router.saturation !== null;
  }

  /** The router must not be called back from where it evicts. */
  #evicted({ id }: InferenceRequest): void {
    const pending = this.#pending.get(id);
    if (pending !== undefined) pending.evictedUs = this.nowUs();
    setImmediate(() => this.#pending.get(id)?.call.evicted());
  }

  /** A timer that rings too early is set again then: cheaper than a new one with every event. */
  #arm(): void {
    const { wakeUs } = this.core;
    if (wakeUs >= this.#ringsUs) return;
    clearTimeout(this.#timer);
    this.#ringsUs = wakeUs;
    const delayMs = Math.max(0, (wakeUs - this.nowUs()) / 1000);
    this.#timer = setTimeout(() => this.#ring(), Math.min(LONGEST_TIMER_MS, Math.ceil(delayMs)));
  }

  #ring(): void {
    this.#ringsUs = Number.POSITIVE_INFINITY;
    const nowUs = this.nowUs();
    if (nowUs >= this.core.wakeUs) this.#apply({ kind: 'timer', nowUs });
    else this.#arm();
  }

  #dispatched(request: InferenceRequest, dispatch: Dispatch): void {
    const pending = this.#pending.get(request.id)!;
    const addresses = dispatch.rows.map((row) => this.core.table.endpoints[row]!.address);
    pending.request = request;
    pending.address = addresses[0]!;
    this.#observer?.dispatched(request, dispatch);
    this.metrics.dispatched(request);
    this.metrics.plugins.dispatched(request, dispatch);
    this.metrics.processed((this.nowUs() - pending.startUs) / 1e6);
    this.#leftQueue(pending, request, null);
    for (const one of pending.telemetry) one.dispatched(request, dispatch, addresses);
    pending.call.dispatched(request, dispatch, addresses);
  }

  #leftQueue(pending: Pending, request: InferenceRequest, rejection: Rejection | null): void {
    if (!this.#hasFlowControl) return;
    this.metrics.flow.left(request, rejection, (this.nowUs() - pending.startUs) / 1e6);
  }

  #rejected(id: number, rejection: Rejection, request: InferenceRequest | undefined): void {
    const pending = this.#pending.get(id)!;
    this.#pending.delete(id);
    this.metrics.failed(request, rejection.code);
    if (request !== undefined) {
      this.#observer?.rejected?.(request, rejection);
      this.#leftQueue(pending, request, rejection);
    }
    for (const one of pending.telemetry) one.rejected(rejection);
    pending.call.rejected(rejection);
  }
}
