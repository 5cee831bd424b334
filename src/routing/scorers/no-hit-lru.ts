/**
 * Spreads requests that hit no cache over the endpoints that were least lately given one. Warm requests score 0.5
 * everywhere. Cold, n candidates: never used ones in candidate order 1 - i/(n-1); used ones
 * max(0, 1 - (neverUsed + age rank)/(n-1)), the rank counting all keys of the LRU, oldest 0. One candidate: 1.
 * Source: router specification 3.3.
 */
import type { PrefixMatchColumn } from '../columns.ts';
import { Fields } from '../config/fields.ts';
import type { EndpointTable } from '../endpoint.ts';
import {
  type Cycle,
  type DispatchDraft,
  definePlugin,
  type PluginState,
  type RequestHooks,
  type Scorer,
} from '../plugin.ts';
import { PREFILL_PROFILE } from '../producers/approximate-prefix.ts';
import { matchProducerOf } from '../producers/keys.ts';
import type { InferenceRequest } from '../request.ts';

interface Parameters {
  readonly lruSize: number;
  readonly matchProducer: string;
}

export const noHitLruScorer = definePlugin<Parameters>({
  type: 'no-hit-lru-scorer',
  kinds: ['scorer', 'pre-request'],
  stability: 'beta',
  summary: 'spreads requests without a cache hit over the least lately used endpoints',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['lruSize', 'prefixMatchInfoProducerName']);
    return { lruSize: fields.integer('lruSize', 1024, { min: 1 }), matchProducer: matchProducerOf(fields) };
  },
  needs: ({ matchProducer }) => ({
    required: [{ type: 'PrefixCacheMatchInfo', producer: matchProducer }],
  }),
  create({ lruSize, matchProducer }, { column, table }) {
    const scorer = new NoHitLru(lruSize, column('PrefixCacheMatchInfo', matchProducer));
    return { scorer, hooks: scorer, state: () => scorer.state(table) };
  },
});

class NoHitLru implements Scorer, RequestHooks {
  readonly #size: number;
  readonly #match: PrefixMatchColumn;
  /** Rows by time of last use, oldest first. */
  #order: number[] = [];
  #rank = new Int32Array(0);
  /** Request whose scoring found it cold, or -1; scoring and dispatch of a request follow each other at once. */
  #coldRequest = -1;

  constructor(size: number, match: PrefixMatchColumn) {
    this.#size = size;
    this.#match = match;
  }

  score(cycle: Cycle, out: Float64Array): void {
    const { rows, count, request } = cycle;
    const isCold = !this.#anyHit(cycle);
    this.#coldRequest = isCold ? request.id : -1;
    if (!isCold || count === 1) {
      out.fill(isCold ? 1 : 0.5, 0, count);
      return;
    }
    const rank = this.#ranks(cycle.table.capacity);
    let neverUsed = 0;
    for (let i = 0; i < count; i++) if (rank[rows[i]!]! < 0) neverUsed += 1;
    let fresh = 0;
    for (let i = 0; i < count; i++) {
      const own = rank[rows[i]!]!;
      out[i] = own < 0 ? 1 - fresh++ / (count - 1) : Math.max(0, 1 - (neverUsed + own) / (count - 1));
    }
  }

  /** Endpoints by time of last use, oldest first. */
  state({ endpoints }: EndpointTable): PluginState {
    return { leastLatelyUsed: this.#order.map((row) => endpoints[row]?.id ?? null) };
  }

  /** Position of each row among all keys of the LRU, oldest 0; -1 for rows that are not in it. */
  #ranks(capacity: number): Int32Array {
    if (this.#rank.length < capacity) this.#rank = new Int32Array(2 * capacity);
    this.#rank.fill(-1);
    for (let i = 0; i < this.#order.length; i++) this.#rank[this.#order[i]!] = i;
    return this.#rank;
  }

  onDispatched(request: InferenceRequest, draft: DispatchDraft): void {
    if (this.#coldRequest !== request.id) return;
    this.#coldRequest = -1;
    this.#touch(draft.rows[0]!);
    for (const pick of draft.picks) if (pick.profile === PREFILL_PROFILE) this.#touch(pick.rows[0]!);
  }

  endpointRemoved(row: number): void {
    this.#order = this.#order.filter((other) => other !== row);
  }

  #anyHit({ rows, count }: Cycle): boolean {
    if (!this.#match.present) return false;
    for (let i = 0; i < count; i++) if (this.#match.matchBlocks[rows[i]!]! > 0) return true;
    return false;
  }

  #touch(row: number): void {
    this.#order = this.#order.filter((other) => other !== row);
    this.#order.push(row);
    if (this.#order.length > this.#size) this.#order = this.#order.slice(1);
  }
}
