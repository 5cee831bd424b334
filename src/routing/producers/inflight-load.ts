/**
 * Router-tracked load: requests and uncached prompt tokens in flight per endpoint, and what the request at hand would
 * add. Charged at PreRequest to the first target of every profile. The first response chunk releases all tokens (and
 * the prefill profile's request), the end of the response the rest; with estimated output only the prefill profile is
 * released at the first chunk. Source: router specification 3.6.
 */
import { IdMap } from '../../core/id-map.ts';
import type { InFlightColumn, PrefixMatchColumn, UncachedColumn } from '../columns.ts';
import { Fields } from '../config/fields.ts';
import type { Dispatch } from '../contract.ts';
import type { EndpointTable } from '../endpoint.ts';
import {
  type DispatchDraft,
  definePlugin,
  type PluginInstance,
  type PluginState,
  type Producer,
  type RequestHooks,
} from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';
import { PREFILL_PROFILE } from './approximate-prefix.ts';
import { matchProducerOf, TOKENIZED_PROMPT } from './keys.ts';

interface Parameters {
  readonly addEstimatedOutputTokens: boolean;
  readonly outputRatio: number;
  /** 0: no limit. */
  readonly maxEstimatedOutputTokens: number;
  readonly matchProducer: string;
}

export const inflightLoadProducer = definePlugin<Parameters>({
  type: 'inflight-load-producer',
  kinds: ['producer', 'pre-request', 'response'],
  stability: 'beta',
  summary: 'requests and uncached tokens in flight per endpoint, counted by the router',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'addEstimatedOutputTokens',
      'outputRatio',
      'maxEstimatedOutputTokens',
      'prefixMatchInfoProducerName',
      'syncCrossReplicaState',
    ]);
    fields.boolean('syncCrossReplicaState', true);
    return {
      addEstimatedOutputTokens: fields.boolean('addEstimatedOutputTokens', false),
      outputRatio: fields.number('outputRatio', 1.5, { min: 0 }),
      maxEstimatedOutputTokens: fields.integer('maxEstimatedOutputTokens', 0, { min: 0 }),
      matchProducer: matchProducerOf(fields),
    };
  },
  needs: ({ matchProducer }) => ({
    required: [TOKENIZED_PROMPT, { type: 'PrefixCacheMatchInfo', producer: matchProducer }],
  }),
  produces: (name) => [
    { type: 'InFlightLoad', producer: name },
    { type: 'UncachedRequestTokens', producer: name },
  ],
  create(parameters, { name, table, column }) {
    const load = new InFlightLoad(
      parameters,
      column('InFlightLoad', name),
      column('UncachedRequestTokens', name),
      column('PrefixCacheMatchInfo', parameters.matchProducer),
    );
    return { producer: load, hooks: load, service: load, state: () => load.state(table) };
  },
});

/** What one request has charged; arrays run over the profiles that picked. */
interface Charge {
  /** Row per profile; -1 once the endpoint is gone. */
  readonly rows: number[];
  readonly isPrefill: readonly boolean[];
  readonly tokens: number[];
  readonly requests: number[];
}

/** Counts of one request on one row. */
export interface RowCharge {
  readonly row: number;
  readonly requests: number;
  readonly tokens: number;
}

/** Counters of one instance. */
export class InFlightLoad implements Producer, RequestHooks {
  readonly #parameters: Parameters;
  readonly #load: InFlightColumn;
  readonly #uncached: UncachedColumn;
  readonly #match: PrefixMatchColumn;
  readonly #charges = new IdMap<Charge>();

  constructor(
    parameters: Parameters,
    load: InFlightColumn,
    uncached: UncachedColumn,
    match: PrefixMatchColumn,
  ) {
    this.#parameters = parameters;
    this.#load = load;
    this.#uncached = uncached;
    this.#match = match;
  }

  produce(request: InferenceRequest, rows: Int32Array, count: number): void {
    const { present, totalBlocks, blockSizeTokens, matchBlocks } = this.#match;
    const input = request.prompt.tokens;
    const output = this.#estimatedOutput(request);
    const out = this.#uncached.tokens;
    this.#uncached.present = true;
    const tail = Math.max(0, input - totalBlocks * blockSizeTokens) + output;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      out[row] = present ? (totalBlocks - matchBlocks[row]!) * blockSizeTokens + tail : input + output;
    }
  }

  onDispatched(request: InferenceRequest, draft: DispatchDraft): void {
    const charge: Charge = { rows: [], isPrefill: draft.picks.map(isPrefill), tokens: [], requests: [] };
    const { requests, tokens } = this.#load;
    for (const pick of draft.picks) {
      const row = pick.rows[0]!;
      const uncached = this.#uncached.tokens[row]!;
      charge.rows.push(row);
      charge.tokens.push(uncached);
      charge.requests.push(1);
      requests[row] = requests[row]! + 1;
      tokens[row] = tokens[row]! + uncached;
    }
    this.#charges.set(request.id, charge);
  }

  onFirstToken(request: InferenceRequest, _dispatch: Dispatch): void {
    const charge = this.#charges.get(request.id);
    if (charge === undefined) return;
    const { addEstimatedOutputTokens } = this.#parameters;
    for (let i = 0; i < charge.rows.length; i++) {
      const prefill = charge.isPrefill[i]!;
      if (prefill || !addEstimatedOutputTokens) this.#releaseTokens(charge, i);
      if (prefill) this.#releaseRequest(charge, i);
    }
  }

  onFinished(request: InferenceRequest): void {
    const charge = this.#charges.get(request.id);
    if (charge === undefined) return;
    this.#charges.delete(request.id);
    for (let i = 0; i < charge.rows.length; i++) {
      this.#releaseTokens(charge, i);
      this.#releaseRequest(charge, i);
    }
  }

  /** The endpoint's counters start at zero when its row is used again; nothing of it is released later. */
  endpointRemoved(row: number): void {
    this.#load.requests[row] = 0;
    this.#load.tokens[row] = 0;
    for (const id of this.#charges.ids()) {
      const { rows } = this.#charges.get(id)!;
      for (let i = 0; i < rows.length; i++) if (rows[i] === row) rows[i] = -1;
    }
  }

  /** What a request is charged now; rows of endpoints that have gone are left out. */
  chargesOf(id: number): RowCharge[] {
    const { rows = [], tokens = [], requests = [] } = this.#charges.get(id) ?? {};
    return rows.flatMap((row, i) => (row < 0 ? [] : [{ row, requests: requests[i]!, tokens: tokens[i]! }]));
  }

  state({ rows, endpoints }: EndpointTable): PluginState {
    const { requests, tokens } = this.#load;
    const counts = [...rows].map((row) => [
      endpoints[row]!.id,
      { requests: requests[row], tokens: tokens[row] },
    ]);
    return { endpoints: Object.fromEntries(counts) };
  }

  #releaseTokens(charge: Charge, index: number): void {
    const row = charge.rows[index]!;
    if (row < 0) return;
    const { tokens } = this.#load;
    tokens[row] = Math.max(0, tokens[row]! - charge.tokens[index]!);
    charge.tokens[index] = 0;
  }

  #releaseRequest(charge: Charge, index: number): void {
    const row = charge.rows[index]!;
    if (row < 0) return;
    const { requests } = this.#load;
    requests[row] = Math.max(0, requests[row]! - charge.requests[index]!);
    charge.requests[index] = 0;
  }

  #estimatedOutput(request: InferenceRequest): number {
    const { addEstimatedOutputTokens, outputRatio, maxEstimatedOutputTokens } = this.#parameters;
    if (!addEstimatedOutputTokens) return 0;
    let estimate = Math.round(request.prompt.tokens * outputRatio);
    if (request.maxOutputTokens > 0) estimate = Math.min(estimate, request.maxOutputTokens);
    if (maxEstimatedOutputTokens > 0) estimate = Math.min(estimate, maxEstimatedOutputTokens);
    return estimate;
  }
}

/** An instance by its name. */
export interface NamedLoad {
  readonly name: string;
  readonly load: InFlightLoad;
}

/** The producers of in-flight load of a router, whatever their instances are called. */
export function inFlightProducers(router: {
  readonly plugins: readonly { readonly name: string; readonly instance: PluginInstance }[];
}): NamedLoad[] {
  return router.plugins.flatMap(({ name, instance: { service } }) =>
    service instanceof InFlightLoad ? [{ name, load: service }] : [],
  );
}

function isPrefill(pick: { readonly profile: string }): boolean {
  return pick.profile === PREFILL_PROFILE;
}
