/**
 * The precise prefix producer: matches a prompt against what engines report to hold. KV events reach the index through
 * the instance's `service` (a PrecisePrefix). With speculative indexing a dispatched request's blocks count as held by
 * its primary and prefill targets for a while. Source: router specification 4.2.
 */
import { PreciseIndex, type TierWeight } from '../../prefix/precise.ts';
import type { PrefixMatchColumn } from '../columns.ts';
import { Fields } from '../config/fields.ts';
import {
  type DispatchDraft,
  definePlugin,
  type PluginContext,
  type PluginState,
  type Producer,
  type RequestHooks,
} from '../plugin.ts';
import type { InferenceRequest } from '../request.ts';
import { PREFILL_PROFILE } from './approximate-prefix.ts';
import { TOKENIZED_PROMPT } from './keys.ts';

/** Parameters of the precise producer. */
export interface PreciseParameters extends EventParameters {
  readonly blockSizeTokens: number;
  readonly hashSeed: string;
  readonly hashAlgorithm: 'cbor-fnv' | 'xxh64';
  readonly size: number;
  readonly podCacheSize: number;
  readonly tiers: readonly TierWeight[];
  readonly speculativeIndexing: boolean;
  readonly speculativeTtlUs: number;
}

/** Where the engines' KV events come from (the server subscribes). */
export interface EventParameters {
  /** Topics that begin like this. */
  readonly topicFilter: string;
  readonly engineType: 'vllm' | 'sglang';
  /** An address that this side binds and all engines connect to; empty: none. */
  readonly zmqEndpoint: string;
  /** Connect to each endpoint's own socket. */
  readonly discoverPods: boolean;
  readonly socketPort: number;
  /** Port that lost events are asked for at; 0: none. */
  readonly replaySocketPort: number;
}

const PARAMETER_KEYS = [
  'tokenProcessorConfig',
  'indexerConfig',
  'kvEventsConfig',
  'speculativeIndexing',
  'speculativeTTL',
];

/** Keys of a cost-aware budget: bytes that one key with its holders takes, about (upstream's 2 GiB default). */
const BYTES_PER_KEY = 128;

export const precisePrefixProducer = definePlugin<PreciseParameters>({
  type: 'precise-prefix-cache-producer',
  kinds: ['producer', 'pre-request', 'extractor'],
  stability: 'beta',
  summary: 'cached prefix per endpoint, from the KV events of engines',
  parse: (raw, path) => parsePrecise(new Fields(raw, path, PARAMETER_KEYS)),
  needs: () => ({ required: [TOKENIZED_PROMPT] }),
  produces: (name) => [{ type: 'PrefixCacheMatchInfo', producer: name }],
  create(parameters, context) {
    const precise = createPrecise(parameters, context);
    return { producer: precise, hooks: precise, service: precise, state: () => precise.state() };
  },
});

/** Keys that the deprecated scorer form shares. */
export const PRECISE_KEYS: readonly string[] = PARAMETER_KEYS;

export function createPrecise(parameters: PreciseParameters, { name, column }: PluginContext): PrecisePrefix {
  return new PrecisePrefix(parameters, column('PrefixCacheMatchInfo', name));
}

/** Reads the producer's parameters. */
export function parsePrecise(fields: Fields): PreciseParameters {
  const processor = fields.object('tokenProcessorConfig', [
    'blockSizeTokens',
    'blockSize',
    'hashSeed',
    'hashAlgorithm',
  ]);
  const indexer = fields.object('indexerConfig', ['kvBlockIndexConfig', 'kvCacheBackendConfigs']);
  const blockIndex = indexer.object('kvBlockIndexConfig', [
    'inMemoryConfig',
    'costAwareMemoryConfig',
    'redisConfig',
    'enableMetrics',
    'metricsLoggingInterval',
  ]);
  blockIndex.boolean('enableMetrics', false);
  blockIndex.durationUs('metricsLoggingInterval', 0);
  if (blockIndex.has('redisConfig'))
    blockIndex.refuse(
      'redisConfig',
      'inMemoryConfig or costAwareMemoryConfig: this router keeps its index in memory',
    );
  const memory = blockIndex.object('inMemoryConfig', ['size', 'podCacheSize']);
  const costAware = blockIndex.object('costAwareMemoryConfig', ['size']).quantity('size', 2 ** 31);
  const events = parseEvents(fields);
  const tiers = indexer.objects('kvCacheBackendConfigs', ['name', 'weight']).map((tier) => ({
    name: tier.requiredString('name').toLowerCase(),
    weight: tier.number('weight', 1),
  }));
  const defaultTiers = [
    { name: 'gpu', weight: 1 },
    { name: 'cpu', weight: 0.8 },
  ];
  const size = blockIndex.has('costAwareMemoryConfig')
    ? Math.max(1, Math.floor(costAware / BYTES_PER_KEY))
    : memory.integer('size', 1e8, { min: 1 });
  return {
    blockSizeTokens: processor.integer('blockSizeTokens', processor.integer('blockSize', 16, { min: 1 }), {
      min: 1,
    }),
    hashSeed: processor.string('hashSeed', ''),
    hashAlgorithm: processor.oneOf('hashAlgorithm', 'cbor-fnv', ['cbor-fnv', 'xxh64']),
    size,
    podCacheSize: memory.integer('podCacheSize', 10, { min: 1 }),
    tiers: tiers.length > 0 ? tiers : defaultTiers,
    speculativeIndexing: fields.boolean('speculativeIndexing', false),
    speculativeTtlUs: fields.durationUs('speculativeTTL', 2e6),
    ...events,
  };
}

function parseEvents(fields: Fields): EventParameters {
  const events = fields.object('kvEventsConfig', [
    'zmqEndpoint',
    'topicFilter',
    'concurrency',
    'engineType',
    'discoverPods',
    'podDiscoveryConfig',
  ]);
  events.integer('concurrency', 4, { min: 1 });
  const discovery = events.object('podDiscoveryConfig', [
    'podLabelSelector',
    'podNamespace',
    'socketPort',
    'replaySocketPort',
  ]);
  discovery.string('podLabelSelector', '');
  discovery.string('podNamespace', '');
  return {
    topicFilter: events.string('topicFilter', 'kv@'),
    engineType: events.oneOf('engineType', 'vllm', ['vllm', 'sglang']),
    zmqEndpoint: events.string('zmqEndpoint', ''),
    discoverPods: events.boolean('discoverPods', true),
    socketPort: discovery.integer('socketPort', 5557, { min: 1, max: 65_535 }),
    replaySocketPort: discovery.integer('replaySocketPort', 0, { min: 0, max: 65_535 }),
  };
}

/** Index, column and parameters of one instance. */
export class PrecisePrefix implements Producer, RequestHooks {
  readonly parameters: PreciseParameters;
  /** Written by whoever consumes KV events. */
  readonly index: PreciseIndex;
  readonly match: PrefixMatchColumn;

  constructor(parameters: PreciseParameters, match: PrefixMatchColumn) {
    this.parameters = parameters;
    this.index = new PreciseIndex(parameters);
    this.match = match;
  }

  state(): PluginState {
    return { indexedBlocks: this.index.blocks, bytes: this.index.bytes };
  }

  produce(request: InferenceRequest, rows: Int32Array, count: number, nowUs: number): void {
    const { match, index } = this;
    const keys = request.prompt.preciseKeys(this.parameters.blockSizeTokens);
    match.present = keys !== null;
    if (keys === null) return;
    index.expire(nowUs);
    index.match(keys, match);
    match.blockSizeTokens = this.parameters.blockSizeTokens;
    match.totalBlocks = keys.length >>> 1;
    match.cpuBlocks ??= new Float64Array(match.matchBlocks.length);
    if (match.cpuBlocks.length < match.matchBlocks.length)
      match.cpuBlocks = new Float64Array(match.matchBlocks.length);
    if (!this.parameters.tiers.some((tier) => tier.name === 'cpu')) return;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const held = match.cachedBlocks[row]!;
      match.cpuBlocks[row] = held === 0 ? 0 : index.cachedInTier(keys, row, 'cpu', held);
    }
  }

  onDispatched(request: InferenceRequest, draft: DispatchDraft, nowUs: number): void {
    if (!this.parameters.speculativeIndexing || !this.match.present) return;
    const keys = request.prompt.preciseKeys(this.parameters.blockSizeTokens);
    if (keys === null || keys.length === 0) return;
    const primary = draft.rows[0]!;
    this.index.addSpeculative(primary, keys, nowUs);
    for (const { profile, rows } of draft.picks)
      if (profile === PREFILL_PROFILE && rows[0] !== primary)
        this.index.addSpeculative(rows[0]!, keys, nowUs);
  }

  endpointRemoved(row: number): void {
    this.index.removeRow(row);
  }
}
