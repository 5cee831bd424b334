/**
 * Places requests that arrive together and share a prompt on the same endpoint, while no cache can tell yet. Requests
 * are held for a window and then placed as a batch; each one's match info is full on its endpoint and zero elsewhere,
 * which the prefix scorer follows. Source: router specification 3.6.
 */
import { approximateBlockSize } from '../../prefix/approximate.ts';
import type { PrefixMatchColumn } from '../columns.ts';
import { Fields } from '../config/fields.ts';
import type { EndpointTable } from '../endpoint.ts';
import { definePlugin, type Producer } from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';
import { type BurstMember, placeBurst } from './burst-placement.ts';
import { TOKENIZED_PROMPT } from './keys.ts';

interface Parameters {
  readonly windowUs: number;
  /** Members of one group per endpoint; negative: all. */
  readonly maxPerReplica: number;
  readonly blockSizeTokens: number;
  readonly maxPrefixTokensToMatch: number;
  readonly minColocateBlocks: number;
  readonly maxBatchSize: number;
  readonly balanceBy: 'requests' | 'tokens';
}

/** Block cap where no token cap is set (upstream's default cap of prefix hashing). */
const DEFAULT_MAX_BLOCKS = 2048;

export const burstPrefixCacheProducer = definePlugin<Parameters>({
  type: 'burst-prefix-cache-producer',
  kinds: ['producer'],
  stability: 'alpha',
  summary: 'places requests that arrive together and share a prompt on one endpoint',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'windowDurationMs',
      'maxPerReplica',
      'blockSizeTokens',
      'maxPrefixTokensToMatch',
      'minColocateBlocks',
      'maxBatchSize',
      'balanceBy',
    ]);
    return {
      windowUs: fields.number('windowDurationMs', 100, { above: 0, max: 10_000 }) * 1e3,
      maxPerReplica: fields.integer('maxPerReplica', -1),
      blockSizeTokens: fields.integer('blockSizeTokens', 64, { min: 1 }),
      maxPrefixTokensToMatch: fields.integer('maxPrefixTokensToMatch', 0, { min: 0 }),
      minColocateBlocks: fields.integer('minColocateBlocks', 0, { min: 0 }),
      maxBatchSize: fields.integer('maxBatchSize', 1000, { min: 1 }),
      balanceBy: fields.oneOf('balanceBy', 'requests', ['requests', 'tokens']),
    };
  },
  needs: () => ({ required: [TOKENIZED_PROMPT] }),
  produces: (name) => [{ type: 'PrefixCacheMatchInfo', producer: name }],
  create(parameters, { name, table, column }) {
    const burst = new BurstPrefix(parameters, table, column('PrefixCacheMatchInfo', name));
    return { producer: burst };
  },
});

interface Batch {
  readonly members: BurstMember[];
  readonly endsUs: number;
  /** Row per request id; null until the batch is placed. */
  placed: ReadonlyMap<number, number> | null;
}

class BurstPrefix implements Producer {
  readonly #parameters: Parameters;
  readonly #table: EndpointTable;
  readonly #match: PrefixMatchColumn;
  readonly #batchOf = new Map<number, Batch>();
  #open: Batch | null = null;

  constructor(parameters: Parameters, table: EndpointTable, match: PrefixMatchColumn) {
    this.#parameters = parameters;
    this.#table = table;
    this.#match = match;
  }

  holdUntilUs(request: InferenceRequest, nowUs: number): number {
    if (request.prompt.tokens === 0) return nowUs;
    const { windowUs, maxBatchSize } = this.#parameters;
    const open = this.#open;
    let batch: Batch;
    if (open === null || nowUs >= open.endsUs)
      batch = { members: [], endsUs: nowUs + windowUs, placed: null };
    else if (open.members.length >= maxBatchSize) batch = { members: [], endsUs: open.endsUs, placed: null };
    else batch = open;
    if (batch !== open) this.#forgetCancelled(nowUs);
    this.#open = batch;
    batch.members.push({ id: request.id, keys: this.#keys(request), tokens: request.prompt.tokens });
    this.#batchOf.set(request.id, batch);
    return batch.endsUs;
  }

  produce(request: InferenceRequest, rows: Int32Array, count: number): void {
    const match = this.#match;
    const batch = this.#batchOf.get(request.id);
    match.present = batch !== undefined;
    if (batch === undefined) return;
    this.#batchOf.delete(request.id);
    if (batch === this.#open) this.#open = null;
    batch.placed ??= placeBurst(batch.members, rows.subarray(0, count), this.#table, this.#parameters);
    match.blockSizeTokens = this.#blockSize();
    match.totalBlocks = this.#keys(request).length >>> 1;
    match.matchBlocks.fill(0);
    match.cachedBlocks = match.matchBlocks;
    const row = batch.placed.get(request.id);
    if (row !== undefined) match.matchBlocks[row] = match.totalBlocks;
  }

  /** Drops entries of requests that were cancelled while held: their batch is long over. */
  #forgetCancelled(nowUs: number): void {
    this.#batchOf.forEach((batch, id) => {
      if (batch.endsUs + this.#parameters.windowUs < nowUs) this.#batchOf.delete(id);
    });
  }

  #blockSize(): number {
    return approximateBlockSize(false, 0, this.#parameters.blockSizeTokens);
  }

  #keys(request: InferenceRequest): Uint32Array {
    const block = this.#blockSize();
    const cap = this.#parameters.maxPrefixTokensToMatch;
    return request.prompt.approximateKeys(block, cap > 0 ? Math.floor(cap / block) : DEFAULT_MAX_BLOCKS);
  }
}
