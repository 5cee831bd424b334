/**
 * Creates missing data producers and orders all of them. For every required key that nothing produces, the default
 * producer of its type is added, then what that one needs in turn. Required keys decide the order of execution;
 * producers that do not depend on each other keep the order of configuration. Source: router specification 2.2, step 10.
 */
import { ConfigError, nearest } from '../../core/check.ts';
import { type DataKey, type DataType, keyText } from '../columns.ts';
import type { PlannedPlugin, PluginSet } from './plan.ts';

/** Producer that is created when a key of the type is wanted and nobody makes it. */
const DEFAULT_PRODUCERS: Readonly<Partial<Record<DataType, string>>> = {
  PrefixCacheMatchInfo: 'approx-prefix-cache-producer',
  TokenizedPrompt: 'token-producer',
  InFlightLoad: 'inflight-load-producer',
  UncachedRequestTokens: 'inflight-load-producer',
  LatencyPredictionInfo: 'predicted-latency-producer',
  EncoderCacheMatchInfo: 'mm-embeddings-cache-producer',
  SessionID: 'session-id-producer',
};

/** throws: ConfigError for keys that nobody can produce and for cycles. */
export function orderProducers(set: PluginSet): readonly PlannedPlugin[] {
  // The list grows while it is walked: an added producer's own needs are met in turn.
  for (let index = 0; index < set.list.length; index++) {
    const consumer = set.list[index]!;
    for (const key of consumer.bound.needs.required)
      if (producerOf(set, key) === undefined) create(set, consumer, key);
  }
  const producers = set.ofKind('producer');
  const ordered: PlannedPlugin[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (plugin: PlannedPlugin): void => {
    if (state.get(plugin.name) === 'done') return;
    if (state.get(plugin.name) === 'open')
      throw new ConfigError({
        path: plugin.path,
        found: `data producer ${plugin.name} in a cycle of required data`,
        expected: 'producers that do not need each other',
      });
    state.set(plugin.name, 'open');
    for (const key of plugin.bound.needs.required) {
      const other = producerOf(set, key);
      if (other !== undefined && other !== plugin) visit(other);
    }
    state.set(plugin.name, 'done');
    if (producers.includes(plugin)) ordered.push(plugin);
  };
  for (const plugin of producers) visit(plugin);
  return ordered;
}

/** A token producer serves every TokenizedPrompt key: a request carries one tokenised prompt. */
function producerOf(set: PluginSet, key: DataKey): PlannedPlugin | undefined {
  const wanted = keyText(key);
  return set.list.find((plugin) =>
    plugin.bound
      .produces(plugin.name)
      .some((made) => keyText(made) === wanted || (made.type === key.type && key.type === 'TokenizedPrompt')),
  );
}

function create(set: PluginSet, consumer: PlannedPlugin, key: DataKey): void {
  const type = DEFAULT_PRODUCERS[key.type];
  if (type !== undefined && type === key.producer && set.find(type) === undefined) {
    set.inject(type, `producer of ${keyText(key)}, which ${consumer.name} needs`);
    return;
  }
  const known = set.list.flatMap((plugin) => plugin.bound.produces(plugin.name).map(keyText));
  const close = nearest(keyText(key), known);
  throw new ConfigError({
    path: consumer.path,
    found: `${consumer.name} needing ${keyText(key)}, which no plugin produces`,
    expected:
      close ??
      (type === undefined
        ? 'a producer of it in plugins'
        : `a producer of that name, or ${key.type}/${type}`),
  });
}
