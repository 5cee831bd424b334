/**
 * The approximate prefix producer: matches a prompt against what this router has lately sent where. A request's blocks
 * are noted for the primary target, and for the target of a profile named `prefill`, when it is dispatched.
 * Source: router specification 4.1.
 */
import { ApproximateIndex, approximateBlockSize } from '../../prefix/approximate.ts';
import type { PrefixMatchColumn } from '../columns.ts';
import { Fields } from '../config/fields.ts';
import type { EndpointTable } from '../endpoint.ts';
import {
  type DispatchDraft,
  definePlugin,
  type PluginState,
  type Producer,
  type RequestHooks,
} from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';
import { TOKENIZED_PROMPT } from './keys.ts';

interface Parameters {
  readonly autoTune: boolean;
  readonly blockSizeTokens: number;
  readonly maxPrefixTokensToMatch: number;
  readonly maxPrefixBlocksToMatch: number;
  readonly lruCapacityPerServer: number;
}

/** Profile that upstream knows by this name wherever blocks or load are charged. */
export const PREFILL_PROFILE = 'prefill';

export const approximatePrefixProducer = approximateProducer('approx-prefix-cache-producer', 'beta');

/** The same index, for a pool whose endpoints are clusters. */
export const multiclusterApproximatePrefixProducer = approximateProducer(
  'multicluster-approx-prefix-cache-producer',
  'alpha',
);

function approximateProducer(type: string, stability: 'alpha' | 'beta') {
  return definePlugin<Parameters>({
    type,
    kinds: ['producer', 'pre-request'],
    stability,
    summary: 'cached prefix per endpoint, judged by what this router has sent there',
    parse(raw, path) {
      const fields = new Fields(raw, path, [
        'autoTune',
        'blockSizeTokens',
        'maxPrefixTokensToMatch',
        'maxPrefixBlocksToMatch',
        'lruCapacityPerServer',
      ]);
      return {
        autoTune: fields.boolean('autoTune', true),
        blockSizeTokens: fields.integer('blockSizeTokens', 16, { min: 1 }),
        maxPrefixTokensToMatch: fields.integer('maxPrefixTokensToMatch', 131_072, { min: 0 }),
        maxPrefixBlocksToMatch: fields.integer('maxPrefixBlocksToMatch', 2048, { min: 0 }),
        lruCapacityPerServer: fields.integer('lruCapacityPerServer', 31_250, { min: 1 }),
      };
    },
    needs: () => ({ required: [TOKENIZED_PROMPT] }),
    produces: (name) => [{ type: 'PrefixCacheMatchInfo', producer: name }],
    create(parameters, { name, table, column }) {
      const index = new ApproximatePrefix(parameters, table, column('PrefixCacheMatchInfo', name));
      return { producer: index, hooks: index, service: index, state: () => index.state() };
    },
  });
}

const NO_KEYS = new Uint32Array(0);

/** Index, column and parameters of one instance. */
class ApproximatePrefix implements Producer, RequestHooks {
  readonly index = new ApproximateIndex();
  readonly #parameters: Parameters;
  readonly #table: EndpointTable;
  readonly #match: PrefixMatchColumn;
  #maxBlocks = 0;
  /** Keys of the request that is being routed, as far as others may look them up. */
  #keys: Uint32Array = NO_KEYS;

  constructor(parameters: Parameters, table: EndpointTable, match: PrefixMatchColumn) {
    this.#parameters = parameters;
    this.#table = table;
    this.#match = match;
  }

  produce(request: InferenceRequest, rows: Int32Array): void {
    const { autoTune, blockSizeTokens, maxPrefixTokensToMatch, maxPrefixBlocksToMatch } = this.#parameters;
    const match = this.#match;
    match.present = request.prompt.tokens > 0;
    if (!match.present) return;
    const metric = this.#table.blockSizeTokens[rows[0]!]!;
    const block = approximateBlockSize(autoTune, metric, blockSizeTokens);
    if (maxPrefixTokensToMatch > 0) this.#maxBlocks = Math.floor(maxPrefixTokensToMatch / block);
    else this.#maxBlocks = maxPrefixBlocksToMatch > 0 ? maxPrefixBlocksToMatch : Number.POSITIVE_INFINITY;
    const { prompt } = request;
    match.blockSizeTokens = block;
    if (prompt.singleUseFrom === undefined) {
      this.#keys = prompt.approximateKeys(block, this.#maxBlocks);
      match.totalBlocks = this.#keys.length >>> 1;
    } else {
      const findable = Math.min(this.#maxBlocks, Math.floor(prompt.singleUseFrom / block));
      this.#keys = findable === 0 ? NO_KEYS : prompt.approximateKeys(block, findable);
      match.totalBlocks = Math.min(this.#maxBlocks, Math.ceil(prompt.tokens / block));
    }
    const keys = this.#keys;
    // A prompt of which nothing can be looked up leaves a blank column as it is.
    if (keys.length === 0 && match.isBlank) return;
    match.isBlank = this.index.match(keys, match.matchBlocks) === 0;
    match.cachedBlocks = match.matchBlocks;
  }

  onDispatched(_request: InferenceRequest, draft: DispatchDraft): void {
    if (!this.#match.present || this.#match.totalBlocks === 0) return;
    const primary = draft.rows[0]!;
    this.#insert(primary);
    for (const pick of draft.picks) {
      const row = pick.rows[0]!;
      if (pick.profile === PREFILL_PROFILE && row !== primary) this.#insert(row);
    }
  }

  endpointRemoved(row: number): void {
    this.index.removeRow(row);
  }

  state(): PluginState {
    const { index } = this;
    const held = [...this.#table.rows].map((row) => [this.#table.endpoints[row]!.id, index.heldBy(row)]);
    return { indexedBlocks: index.blocks, bytes: index.bytes, blocksByEndpoint: Object.fromEntries(held) };
  }

  #insert(row: number): void {
    const keys = this.#keys;
    const metric = this.#parameters.autoTune ? this.#table.numBlocks[row]! : 0;
    this.index.insert(
      row,
      keys,
      metric > 0 ? metric : this.#parameters.lruCapacityPerServer,
      this.#match.totalBlocks - (keys.length >>> 1),
    );
  }
}
