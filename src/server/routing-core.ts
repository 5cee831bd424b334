/**
 * The router with its table as one machine driven by recordable events. The live gateway applies each event as it happens;
 * a replay applies the same list to a fresh core. Nothing here reads a clock or does I/O, so equal events give equal
 * decisions.
 */
import { assert } from '../core/check.ts';
import { IdMap } from '../core/id-map.ts';
import type { Streams } from '../core/rng.ts';
import { builderOptions } from '../parsing/builder-config.ts';
import { type ModelRewrite, ModelRewrites, type RewriteListener } from '../parsing/model-rewrite.ts';
import { type BuiltRequest, type IncomingRequest, RequestBuilder } from '../parsing/request-builder.ts';
import { createBlockKeyer } from '../prefix/block-keys.ts';
import { type KvEvent, KvEventConsumer, type KvEventCounts } from '../prefix/kv-events.ts';
import { createRouter, type EndpointPicker } from '../router.ts';
import type { Rejection, ResponseUsage, RouterOutput, TerminationCause } from '../routing/contract.ts';
import { type Endpoint, EndpointTable } from '../routing/endpoint.ts';
import type { PluginDefinition } from '../routing/plugin.ts';
import { preciseProducers } from '../routing/producers/precise-producers.ts';
import { type Sample, writeSample } from '../routing/sample.ts';
import type { Stopwatch } from '../routing/stopwatch.ts';

/** What operators declare beside the configuration. */
export interface Resources {
  /** Priority by InferenceObjective name. */
  readonly objectives: ReadonlyMap<string, number>;
  readonly rewrites: readonly ModelRewrite[];
}

/** Everything that can reach the router. Times in µs, never falling. */
export type RoutingEvent =
  | { readonly kind: 'added'; readonly endpoint: Endpoint; readonly nowUs: number }
  | { readonly kind: 'removed'; readonly id: string; readonly nowUs: number }
  | { readonly kind: 'scraped'; readonly id: string; readonly sample: Sample; readonly nowUs: number }
  | {
      readonly kind: 'resources';
      readonly resources: Resources;
      readonly nowUs: number;
    }
  | {
      readonly kind: 'kvEvents';
      /** Which of the router's precise producers is told. */
      readonly producer: number;
      readonly id: string;
      /** Model that the engine serves, by which its block keys begin. */
      readonly model: string;
      readonly events: readonly KvEvent[];
      readonly nowUs: number;
    }
  | { readonly kind: 'arrived'; readonly incoming: IncomingRequest; readonly nowUs: number }
  | { readonly kind: 'firstToken'; readonly id: number; readonly nowUs: number }
  | {
      readonly kind: 'finished';
      readonly id: number;
      readonly usage: ResponseUsage;
      readonly cause: TerminationCause;
      readonly nowUs: number;
    }
  | { readonly kind: 'cancelled'; readonly id: number; readonly nowUs: number }
  | { readonly kind: 'timer'; readonly nowUs: number };

/** What a core is made of. */
export interface CoreOptions {
  /** EndpointPickerConfig as a plain object; null: the built-in default. */
  readonly config: unknown;
  readonly streams: Streams;
  readonly allowExperimentalPlugins: boolean;
  readonly output: RouterOutput;
  /** Plugin types beside the built-in ones (a user's own). */
  readonly extraPlugins?: readonly PluginDefinition[];
  /** A request that cannot be built never reaches the router. */
  readonly refused: (id: number, rejection: Rejection) => void;
  /** Times plugins; absent: they are not. */
  readonly stopwatch?: Stopwatch;
  /** Hears of model rewrites. */
  readonly rewritten?: RewriteListener;
}

/** Router, table and request builder. */
export class RoutingCore {
  readonly table = new EndpointTable();
  readonly router: EndpointPicker;
  /** When the router wants to be woken, µs. */
  wakeUs = Number.POSITIVE_INFINITY;
  readonly #builder: RequestBuilder;
  readonly #objectives = new Map<string, number>();
  readonly #rewrites: ModelRewrites;
  readonly #refused: CoreOptions['refused'];
  readonly #requests = new IdMap<BuiltRequest>();
  readonly #kvConsumers: readonly KvEventConsumer[];

  /** throws: ConfigError for a bad configuration. */
  constructor(options: CoreOptions) {
    const { config, streams, output, allowExperimentalPlugins } = options;
    this.#rewrites = new ModelRewrites(streams.open('router/model-rewrite'), options.rewritten);
    this.#builder = new RequestBuilder(builderOptions(config, this.#objectives, this.#rewrites));
    this.#refused = options.refused;
    this.router = createRouter({
      config,
      table: this.table,
      output: {
        dispatch: (request, dispatch, nowUs) => output.dispatch(request, dispatch, nowUs),
        reject: (request, rejection, nowUs) => {
          this.#requests.delete(request.id);
          output.reject(request, rejection, nowUs);
        },
        evict: (request, nowUs) => output.evict(request, nowUs),
      },
      streams,
      allowExperimentalPlugins,
      ...(options.extraPlugins === undefined ? {} : { extraPlugins: options.extraPlugins }),
      ...(options.stopwatch === undefined ? {} : { stopwatch: options.stopwatch }),
    });
    this.#kvConsumers = preciseProducers(this.router).map(({ index, parameters }) => {
      const { hashAlgorithm, hashSeed, blockSizeTokens } = parameters;
      return new KvEventConsumer(index, createBlockKeyer(hashAlgorithm, hashSeed), blockSizeTokens);
    });
  }

  /** What became of the engines' KV events, by precise producer. */
  get kvEventCounts(): readonly KvEventCounts[] {
    return this.#kvConsumers.map((consumer) => consumer.counts);
  }

  /** The request as built; undefined once it has ended. */
  built(id: number): BuiltRequest | undefined {
    return this.#requests.get(id);
  }

  apply(event: RoutingEvent): void {
    const { nowUs } = event;
    switch (event.kind) {
      case 'added':
        this.table.add(event.endpoint);
        break;
      case 'removed': {
        const row = this.table.rowOf(event.id);
        for (const consumer of this.#kvConsumers) consumer.removeRow(row);
        this.router.endpointRemoved(row, nowUs);
        this.table.remove(event.id);
        break;
      }
      case 'resources':
        this.#objectives.clear();
        for (const [name, priority] of event.resources.objectives) this.#objectives.set(name, priority);
        this.#rewrites.set(event.resources.rewrites);
        break;
      case 'kvEvents': {
        const row = this.table.rowOf(event.id);
        const consumer = this.#kvConsumers[event.producer]!;
        for (const one of event.events) consumer.apply(row, event.model, one);
        break;
      }
      case 'scraped':
        writeSample(this.table, event.id, event.sample, nowUs);
        break;
      case 'arrived':
        this.#arrive(event.incoming, nowUs);
        break;
      case 'firstToken':
        this.router.firstToken(this.#request(event.id), nowUs);
        break;
      case 'finished': {
        const request = this.#request(event.id);
        this.#requests.delete(event.id);
        this.router.finished(request, event.usage, event.cause, nowUs);
        break;
      }
      case 'cancelled': {
        const request = this.#request(event.id);
        this.#requests.delete(event.id);
        this.router.cancel(request, nowUs);
        break;
      }
      case 'timer':
        break;
    }
    this.wakeUs = this.router.advance(nowUs);
  }

  #arrive(incoming: IncomingRequest, nowUs: number): void {
    const result = this.#builder.build(incoming);
    if ('rejection' in result) {
      this.#refused(incoming.id, result.rejection);
      return;
    }
    this.#requests.set(incoming.id, result.built);
    this.router.arrive(result.built.request, nowUs);
  }

  #request(id: number): BuiltRequest['request'] {
    const built = this.#requests.get(id);
    assert(built !== undefined, `request ${id} is not known to the router`);
    return built.request;
  }
}
