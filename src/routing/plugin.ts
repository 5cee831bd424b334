/**
 * What a plugin is. A definition knows its type name, kinds and parameters; `create` makes an instance, an object that
 * offers one or several capabilities (filter, scorer, picker, ...). Upstream's one-object-many-interfaces is thus
 * one instance with several members set. Instances are synchronous, own their state, and get time and randomness
 * handed in.
 *
 * Words: a *row* is an index of EndpointTable; a *candidate* is an item of `Cycle.rows`; an index into `rows` says
 * which candidate. A *profile* is an ordered list of filters, weighted scorers and one picker.
 */
import { ConfigError } from '../core/check.ts';
import type { Rng } from '../core/rng.ts';
import type {
  EvictionFilter,
  EvictionOrder,
  FairnessPolicy,
  OrderingPolicy,
  SaturationDetector,
  UsageLimitPolicy,
} from '../flow/policy.ts';
import type { ColumnTypes, DataKey } from './columns.ts';
import type { Dispatch, Rejection, ResponseUsage, TerminationCause } from './contract.ts';
import type { EndpointTable } from './endpoint.ts';
import type { InferenceRequest } from './request.ts';

/** What a plugin can be used as in a configuration. */
export type PluginKind =
  | 'filter'
  | 'scorer'
  | 'picker'
  | 'profile-handler'
  | 'decider'
  | 'producer'
  | 'request-header'
  | 'screener'
  | 'admitter'
  | 'pre-request'
  | 'response'
  | 'parser'
  | 'saturation-detector'
  | 'fairness-policy'
  | 'ordering-policy'
  | 'usage-limit-policy'
  | 'eviction-filter'
  | 'eviction-order'
  | 'data-source'
  | 'extractor'
  | 'discovery';

/** Alpha plugins need `--allow-experimental-plugins`. */
export type Stability = 'alpha' | 'beta' | 'deprecated';

/** One request on its way through one profile. Reused between requests: keep no reference to it. */
export interface Cycle {
  readonly request: InferenceRequest;
  readonly nowUs: number;
  readonly table: EndpointTable;
  /** Candidates are rows[0 .. count). Filters compact in place and lower `count`; nobody else writes. */
  readonly rows: Int32Array;
  count: number;
  /** Name of the running profile. */
  readonly profile: string;
  /** Row picked by the stage that ran before this one (topology plugins look at it), or -1. */
  readonly peerRow: number;
  /**
   * A picker's only: equal and not 0 in two calls that are given the same candidates and totals, so that it need not
   * search them again.
   */
  readonly totalsStamp?: number;
}

/**
 * What a filter or scorer looks at beside the candidates, where that is the table alone: `labels` are what endpoints
 * are (labels, addresses), `signals` also what was scraped (not when). The router then asks it again only when the
 * table has changed, and not for every request. Absent: it may look at anything.
 */
export type Basis = 'labels' | 'signals';

/** Narrows the candidates. Keeps their order. */
export interface Filter {
  readonly basis?: Basis;
  filter(cycle: Cycle): void;
}

/**
 * Rates the candidates: writes out[i] for every i < cycle.count; 0 where it has nothing to say. A scorer that has nothing to
 * say about any of them may write nothing and return false: sums then stay what they are.
 */
export interface Scorer {
  readonly basis?: Basis;
  // biome-ignore lint/suspicious/noConfusingVoidType: most scorers return nothing
  score(cycle: Cycle, out: Float64Array): void | false;
}

/** Chooses among the candidates. */
export interface Picker {
  /**
   * Writes indexes of candidates, best first, to `picked` and returns how many; at least one, as count > 0. Draws the
   * same number of random numbers each time.
   */
  pick(cycle: Cycle, totals: Float64Array, picked: Int32Array): number;
}

/** What a profile came to. */
export interface ProfileResult {
  readonly profile: string;
  /** pending: not run; failed: no candidate was left. */
  readonly state: 'pending' | 'picked' | 'failed';
  /** Picked rows, best first: rows[0 .. count). */
  readonly rows: Int32Array;
  readonly count: number;
}

/** One request's scheduling so far; index of `results`: profile, in order of configuration. */
export interface SchedulingRun {
  readonly request: InferenceRequest;
  readonly results: readonly ProfileResult[];
  readonly nowUs: number;
}

/** Decides which profiles run, and which of them names the primary target. */
export interface ProfileHandler {
  /** Index of the profile to run next, or -1 when done. Asked again after each profile. */
  next(run: SchedulingRun): number;
  /** Row that the stage before the profile picked, for topology plugins; -1: none. */
  peerRow?(run: SchedulingRun, profile: number): number;
  /** Index of the primary profile, or a refusal. The primary has picked. */
  finish(run: SchedulingRun): number | Rejection;
  /** Index of the profile that prefills for the primary, or -1. */
  readonly prefillProfile: number;
  /** Index of the profile that encodes multimodal items, or -1. */
  readonly encodeProfile: number;
  /** Port that replaces the picked endpoint's own in the destination header; 0: none does. */
  readonly destinationPort: number;
  /** Sets headers that follow from the picked rows alone (the result is cached by rows). */
  headers?(picks: RowPicks, headers: Map<string, string>): void;
}

/** Picked rows in terms of stages. */
export interface RowPicks {
  readonly rows: readonly number[];
  readonly prefillRow: number;
  readonly encodeRows: readonly number[];
  readonly table: EndpointTable;
}

/** Says whether a disaggregation stage runs. `decodeRow` is -1 where no decode endpoint is chosen yet. */
export interface StageDecider {
  runs(request: InferenceRequest, decodeRow: number): boolean;
}

/** Fills columns for the request at hand, before profiles run. */
export interface Producer {
  /** `rows[0 .. count)` are the candidates after subset and screeners. */
  produce(request: InferenceRequest, rows: Int32Array, count: number, nowUs: number): void;
  /**
   * Time until which the request must wait before it is produced for and scheduled, or `nowUs` (no wait). Called once,
   * on admission.
   */
  holdUntilUs?(request: InferenceRequest, nowUs: number): number;
}

/** Removes candidates before data is produced; what several screeners keep is intersected. */
export interface Screener {
  /** Compacts rows[0 .. count) in place, keeping order; returns the new count. */
  screen(request: InferenceRequest, rows: Int32Array, count: number, table: EndpointTable): number;
}

/** Refuses requests. */
export interface Admitter {
  /** Null to admit, else why not. */
  deny(request: InferenceRequest, rows: Int32Array, count: number, nowUs: number): string | null;
}

/** Acts when the headers of a request are known. */
export interface HeaderProcessor {
  /** Fairness id for a request that names none; empty when this plugin knows none. */
  fairnessId(request: InferenceRequest): string;
}

/** A decision on its way to the shell, to which PreRequest plugins may add headers. */
export interface DispatchDraft extends RowPicks {
  /** Picked rows of each profile that picked, in the order in which they ran. */
  readonly picks: Dispatch['picks'];
  readonly primary: string;
  setHeader(name: string, value: string): void;
}

/** Follows requests after the decision. Every dispatched request ends exactly once. */
export interface RequestHooks {
  /** PreRequest: the decision is made. */
  onDispatched?(request: InferenceRequest, draft: DispatchDraft, nowUs: number): void;
  onFirstToken?(request: InferenceRequest, dispatch: Dispatch, nowUs: number): void;
  onFinished?(
    request: InferenceRequest,
    dispatch: Dispatch,
    usage: ResponseUsage,
    cause: TerminationCause,
    nowUs: number,
  ): void;
  /** Headers for the response to the client, asked when the response starts. */
  responseHeaders?(request: InferenceRequest, dispatch: Dispatch, headers: Map<string, string>): void;
  /** The row's endpoint leaves; the row will be reused. */
  endpointRemoved?(row: number, nowUs: number): void;
}

/** The capabilities of one plugin instance. */
export interface PluginInstance {
  readonly filter?: Filter;
  readonly scorer?: Scorer;
  readonly picker?: Picker;
  readonly handler?: (profiles: readonly string[], path: string) => ProfileHandler;
  readonly decider?: StageDecider;
  readonly producer?: Producer;
  readonly headerProcessor?: HeaderProcessor;
  readonly screener?: Screener;
  readonly admitter?: Admitter;
  readonly hooks?: RequestHooks;
  readonly detector?: SaturationDetector;
  readonly fairness?: FairnessPolicy;
  readonly ordering?: OrderingPolicy;
  readonly usageLimit?: UsageLimitPolicy;
  readonly evictionFilter?: EvictionFilter;
  readonly evictionOrder?: EvictionOrder;
  /** Anything that hosts look for by name (the index of a precise producer, which takes KV events). */
  readonly service?: unknown;
  /** What it holds, for debugging pages and gauges. */
  readonly state?: () => PluginState;
  /** Figures of its own for the host's metrics page, at `nowUs`. */
  readonly figures?: (nowUs: number) => readonly PluginFigure[];
}

/** One series of a plugin's own metric. */
export interface PluginFigure {
  /** Upstream's name, without the prefix that all metrics share. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Plain data without text of prompts; lists and maps may be long. */
export interface PluginState {
  /** Distinct blocks that a prefix index knows. */
  readonly indexedBlocks?: number;
  readonly [name: string]: unknown;
}

/** What a plugin gets at creation. */
export interface PluginContext {
  /** Name of the instance. */
  readonly name: string;
  /** The instance's own random stream. */
  readonly rng: Rng;
  readonly table: EndpointTable;
  column<T extends keyof ColumnTypes>(type: T, producer: string): ColumnTypes[T];
  /** An instance that the parameters refer to; created before. */
  plugin(name: string): PluginInstance;
}

/** Data that a plugin reads. Required keys get a producer created; optional ones do not. */
export interface DataNeeds {
  readonly required: readonly DataKey[];
  readonly optional?: readonly DataKey[];
}

/** A reference from one plugin's parameters to another plugin. */
export interface PluginReference {
  readonly path: string;
  readonly name: string;
  readonly kind: PluginKind;
}

/** A plugin type with its parameter type, as its file writes it. */
export interface PluginSpec<P> {
  readonly type: string;
  readonly kinds: readonly PluginKind[];
  readonly stability: Stability;
  /** What it does, in a few words, for tables and help. */
  readonly summary: string;
  /** Strict: throws ConfigError with a path below `path`. */
  parse(raw: unknown, path: string): P;
  needs?(parameters: P): DataNeeds;
  produces?(name: string, parameters: P): readonly DataKey[];
  references?(parameters: P, path: string): readonly PluginReference[];
  create(parameters: P, context: PluginContext): PluginInstance;
}

/** A plugin type whose parameters have been read. */
export interface BoundPlugin {
  readonly definition: PluginDefinition;
  readonly parameters: unknown;
  readonly needs: DataNeeds;
  readonly references: readonly PluginReference[];
  produces(name: string): readonly DataKey[];
  create(context: PluginContext): PluginInstance;
}

/** A plugin type, parameter type hidden. */
export interface PluginDefinition {
  readonly type: string;
  readonly kinds: readonly PluginKind[];
  readonly stability: Stability;
  readonly summary: string;
  bind(raw: unknown, path: string): BoundPlugin;
}

const NO_NEEDS: DataNeeds = { required: [] };

/** Makes a definition of a spec. */
export function definePlugin<P>(spec: PluginSpec<P>): PluginDefinition {
  const definition: PluginDefinition = {
    type: spec.type,
    kinds: spec.kinds,
    stability: spec.stability,
    summary: spec.summary,
    bind(raw, path) {
      const parameters = spec.parse(raw, path);
      return {
        definition,
        parameters,
        needs: spec.needs?.(parameters) ?? NO_NEEDS,
        references: spec.references?.(parameters, path) ?? [],
        produces: (name) => spec.produces?.(name, parameters) ?? [],
        create: (context) => spec.create(parameters, context),
      };
    },
  };
  return definition;
}

/** The same plugin under another type name. */
export function renamed(
  definition: PluginDefinition,
  type: string,
  stability: Stability = 'deprecated',
): PluginDefinition {
  const other: PluginDefinition = {
    ...definition,
    type,
    stability,
    bind: (raw, path) => ({ ...definition.bind(raw, path), definition: other }),
  };
  return other;
}

/** `parse` of a plugin without parameters, which upstream does not look at: anything goes. */
export function ignoreParameters(): Record<string, never> {
  return {};
}

/** Fails with a ConfigError; for conditions across several parameters. */
export function refuse(path: string, found: string, expected: string): never {
  throw new ConfigError({ path, found, expected });
}
