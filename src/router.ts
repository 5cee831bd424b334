/**
 * The router: admission, scheduling and the accounting of what is in flight, glued together. It decides nothing
 * itself. Both shells, production and simulation, drive this one object.
 *
 * Invariants: a request that arrives is answered exactly once (dispatch or reject); hooks of a dispatched request see
 * its end exactly once.
 */

import { IdMap } from './core/id-map.ts';
import type { Streams } from './core/rng.ts';
import type { FlowFigures } from './flow/figures.ts';
import { type Admission, FlowAdmission, LegacyAdmission } from './routing/admission.ts';
import { Columns, type ColumnTypes } from './routing/columns.ts';
import { type Assembly, assemble } from './routing/config/assemble.ts';
import { BUILT_IN_CONFIG } from './routing/config/defaults.ts';
import { decodeDocument } from './routing/config/document.ts';
import { effectiveConfig } from './routing/config/effective.ts';
import { planRouter, type RouterPlan } from './routing/config/plan.ts';
import type {
  Dispatch,
  Rejection,
  ResponseUsage,
  Router,
  RouterOutput,
  TerminationCause,
} from './routing/contract.ts';
import type { DecisionRecorder } from './routing/decision.ts';
import type { EndpointTable } from './routing/endpoint.ts';
import { HoldQueue } from './routing/hold-queue.ts';
import { Identities } from './routing/identities.ts';
import { type PluginDefinition, type PluginInstance, refuse } from './routing/plugin.ts';
import { PLUGINS } from './routing/plugins.ts';
import type { InferenceRequest } from './routing/request.ts';
import { type Pin, Scheduler } from './routing/scheduler.ts';
import type { PluginName, Stopwatch } from './routing/stopwatch.ts';

/** What a router is made of. */
export interface RouterOptions {
  /** An EndpointPickerConfig as a plain object; undefined or null: upstream's built-in default. */
  readonly config: unknown;
  readonly table: EndpointTable;
  readonly output: RouterOutput;
  /** Each plugin that draws opens `router/<plugin name>`. */
  readonly streams: Streams;
  /** Upstream's `--allow-experimental-plugins`. */
  readonly allowExperimentalPlugins: boolean;
  /** Upstream's `--disable-endpoint-subset-filter`; absent: false. */
  readonly disableEndpointSubsetFilter?: boolean;
  /** Gets every decision; absent: none is recorded, at no cost. */
  readonly recorder?: DecisionRecorder;
  /** Narrows single decisions, for what-if runs; absent: none. */
  readonly pin?: Pin;
  /** Plugin types beside the built-in ones (a user's own). */
  readonly extraPlugins?: readonly PluginDefinition[];
  /** Times plugins; absent: they are not, at no cost. */
  readonly stopwatch?: Stopwatch;
}

/** A plugin in effect. */
export interface RunningPlugin extends PluginName {
  readonly instance: PluginInstance;
}

/** A router with what shells need beyond the contract. */
export interface EndpointPicker extends Router {
  /** The configuration in effect, defaults included, as a plain object that loads again. */
  effectiveConfig(): Readonly<Record<string, unknown>>;
  /** Types of the parsers in effect, in order. */
  readonly parserTypes: readonly string[];
  /** All plugins in effect, those that were added implicitly too. */
  readonly plugins: readonly RunningPlugin[];
  /** The profile handler. */
  readonly handler: PluginName;
  /** Data of a producer. That of a request is there while `RouterOutput.dispatch` tells of it. */
  column<T extends keyof ColumnTypes>(type: T, producer: string): ColumnTypes[T];
  /** Flow control at this moment; null when it is off. */
  readonly flow: FlowFigures | null;
  /** A plugin instance by name, e.g. to feed a precise producer's index with KV events. */
  plugin(name: string): PluginInstance | undefined;
  /** Headers that plugins add to the response of a request in flight. */
  responseHeaders(request: InferenceRequest): Map<string, string>;
  /** Requests sent to endpoints that have not ended. */
  readonly inFlight: number;
  /** Pool saturation as flow control measured it last; null when flow control is off. */
  readonly saturation: number | null;
}

const CANCELLED_USAGE: ResponseUsage = { promptTokens: 0, outputTokens: 0, cachedTokens: 0 };

const CANCELLED_WHILE_HELD: Rejection = {
  status: 503,
  code: 'ServiceUnavailable',
  message: 'client disconnected before the request was scheduled',
  reason: 'rejected-context-cancelled',
};

/** throws: ConfigError for a configuration that upstream would refuse at start-up. */
export function createRouter(options: RouterOptions): EndpointPicker {
  const document = decodeDocument(options.config ?? BUILT_IN_CONFIG);
  const definitions = allDefinitions(options.extraPlugins ?? []);
  const plan = planRouter(document, definitions, options.allowExperimentalPlugins);
  const columns = new Columns();
  columns.grow(options.table.capacity);
  const { table, streams, stopwatch } = options;
  const timed = stopwatch === undefined ? {} : { stopwatch };
  const assembly = assemble(plan, { table, columns, streams, definitions, ...timed });
  return new EppRouter(plan, assembly, columns, options);
}

/** throws: ConfigError for a type name that is taken. */
function allDefinitions(extra: readonly PluginDefinition[]): readonly PluginDefinition[] {
  const all = [...PLUGINS];
  for (const definition of extra) {
    if (all.some((known) => known.type === definition.type))
      refuse('plugin.type', `"${definition.type}", which another plugin has`, 'a type name of its own');
    all.push(definition);
  }
  return all;
}

class EppRouter implements EndpointPicker {
  readonly #plan: RouterPlan;
  readonly #assembly: Assembly;
  readonly #output: RouterOutput;
  readonly #columns: Columns;
  readonly #table: EndpointTable;
  readonly #scheduler: Scheduler;
  readonly #admission: Admission;
  readonly #holds: HoldQueue;
  readonly #inFlight = new IdMap<Dispatch>();
  readonly #identities: Identities;

  constructor(plan: RouterPlan, assembly: Assembly, columns: Columns, options: RouterOptions) {
    const { table, output } = options;
    this.#plan = plan;
    this.#assembly = assembly;
    this.#identities = new Identities(assembly.headerProcessors);
    this.#output = output;
    this.#columns = columns;
    this.#table = table;
    this.#scheduler = new Scheduler({
      ...assembly,
      table,
      columns,
      defaultMatch: columns.get('PrefixCacheMatchInfo', 'approx-prefix-cache-producer'),
      disableSubsetFilter: options.disableEndpointSubsetFilter ?? false,
      recorder: options.recorder ?? null,
      pin: options.pin ?? null,
    });
    this.#holds = new HoldQueue(assembly.producers);
    const toAdmission = {
      admit: (request: InferenceRequest, nowUs: number) => this.#admitted(request, nowUs),
      refuse: (request: InferenceRequest, rejection: Rejection, nowUs: number) =>
        this.#refuse(request, rejection, nowUs),
      revoke: (request: InferenceRequest, nowUs: number) => output.evict(request, nowUs),
      subsetRows: (request: InferenceRequest) => this.#scheduler.subsetRows(request),
    };
    this.#admission =
      assembly.flow === null
        ? new LegacyAdmission(assembly.detector, toAdmission)
        : new FlowAdmission(assembly.flow, table, toAdmission);
  }

  get queued(): number {
    return this.#admission.queued + this.#holds.size;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get saturation(): number | null {
    return this.#admission instanceof FlowAdmission ? this.#admission.flow.saturation : null;
  }

  get flow(): FlowFigures | null {
    return this.#admission instanceof FlowAdmission ? this.#admission.flow.figures() : null;
  }

  get plugins(): readonly RunningPlugin[] {
    const { instances } = this.#assembly;
    return this.#plan.plugins.map(({ name, type }) => ({ name, type, instance: instances.get(name)! }));
  }

  get handler(): PluginName {
    const { name, type } = this.#plan.handler;
    return { name, type };
  }

  column<T extends keyof ColumnTypes>(type: T, producer: string): ColumnTypes[T] {
    return this.#columns.get(type, producer);
  }

  get parserTypes(): readonly string[] {
    return this.#plan.parsers.map((parser) => parser.type);
  }

  effectiveConfig(): Readonly<Record<string, unknown>> {
    return effectiveConfig(this.#plan);
  }

  plugin(name: string): PluginInstance | undefined {
    return this.#assembly.instances.get(name);
  }

  arrive(request: InferenceRequest, nowUs: number): void {
    this.#columns.grow(this.#table.capacity);
    this.#admission.arrive(this.#identities.enter(request), nowUs);
  }

  firstToken(request: InferenceRequest, nowUs: number): void {
    const dispatch = this.#inFlight.get(request.id);
    if (dispatch === undefined) return;
    const seen = this.#identities.of(request);
    for (const hook of this.#assembly.hooks) hook.onFirstToken?.(seen, dispatch, nowUs);
  }

  /** A request that is not in flight (ended before) is left alone. */
  finished(request: InferenceRequest, usage: ResponseUsage, cause: TerminationCause, nowUs: number): void {
    const dispatch = this.#inFlight.get(request.id);
    if (dispatch === undefined) return;
    this.#inFlight.delete(request.id);
    const seen = this.#identities.of(request);
    this.#identities.leave(request);
    for (const hook of this.#assembly.hooks) hook.onFinished?.(seen, dispatch, usage, cause, nowUs);
    this.#admission.finished(seen, nowUs);
  }

  cancel(request: InferenceRequest, nowUs: number): void {
    if (this.#admission.cancel(request, nowUs)) return;
    if (this.#holds.remove(request)) this.#refuse(request, CANCELLED_WHILE_HELD, nowUs);
    else this.finished(request, CANCELLED_USAGE, 'client-disconnect', nowUs);
  }

  endpointRemoved(row: number, nowUs: number): void {
    for (const hook of this.#assembly.hooks) hook.endpointRemoved?.(row, nowUs);
    this.#admission.endpointRemoved(row, nowUs);
  }

  advance(nowUs: number): number {
    const wakeUs = this.#admission.advance(nowUs);
    for (let request = this.#holds.take(nowUs); request !== null; request = this.#holds.take(nowUs))
      this.#schedule(request, nowUs);
    return Math.min(wakeUs, this.#holds.nextUs);
  }

  responseHeaders(request: InferenceRequest): Map<string, string> {
    const headers = new Map<string, string>();
    const dispatch = this.#inFlight.get(request.id);
    if (dispatch === undefined) return headers;
    for (const hook of this.#assembly.hooks)
      hook.responseHeaders?.(this.#identities.of(request), dispatch, headers);
    return headers;
  }

  #refuse(request: InferenceRequest, rejection: Rejection, nowUs: number): void {
    this.#identities.leave(request);
    this.#output.reject(request, rejection, nowUs);
  }

  #admitted(request: InferenceRequest, nowUs: number): void {
    if (!this.#holds.add(request, nowUs)) this.#schedule(request, nowUs);
  }

  #schedule(request: InferenceRequest, nowUs: number): void {
    const outcome = this.#scheduler.schedule(request, nowUs);
    if ('status' in outcome) {
      this.#refuse(request, outcome, nowUs);
      return;
    }
    this.#inFlight.set(request.id, outcome);
    this.#admission.dispatched(request, nowUs);
    this.#output.dispatch(request, outcome, nowUs);
  }
}
