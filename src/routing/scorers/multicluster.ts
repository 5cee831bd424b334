/**
 * Scorers over endpoints that stand for clusters: the base formulas on aggregate attributes. An endpoint without the
 * attribute scores 0.
 */
import type { EndpointTable } from '../endpoint.ts';
import { type Cycle, definePlugin, ignoreParameters, renamed } from '../plugin.ts';
import { prefixCacheScorer } from './prefix-cache.ts';

const QUEUE_ATTRIBUTE = 'llm-d.ai/multicluster-queue-size';
const KV_ATTRIBUTE = 'llm-d.ai/multicluster-kv-cache-utilization';

export const multiclusterQueueScorer = definePlugin({
  type: 'multicluster-queue-scorer',
  kinds: ['scorer'],
  stability: 'alpha',
  summary: 'fewest waiting requests per cluster, relative to the candidates',
  parse: ignoreParameters,
  create: (_parameters, { table }) => ({
    scorer: { score: (cycle, out) => scoreQueues(cycle, table, out) },
  }),
});

export const multiclusterKvCacheUtilizationScorer = definePlugin({
  type: 'multicluster-kv-cache-utilization-scorer',
  kinds: ['scorer'],
  stability: 'alpha',
  summary: '1 - KV cache usage per cluster',
  parse: ignoreParameters,
  create: (_parameters, { table }) => ({
    scorer: {
      score({ rows, count }, out) {
        for (let i = 0; i < count; i++) {
          const usage = table.attributes[rows[i]!]?.get(KV_ATTRIBUTE);
          out[i] = usage === undefined ? 0 : 1 - usage;
        }
      },
    },
  }),
});

export const multiclusterPrefixCacheScorer = renamed(
  prefixCacheScorer,
  'multicluster-prefix-cache-scorer',
  'alpha',
);

function scoreQueues({ rows, count }: Cycle, table: EndpointTable, out: Float64Array): void {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const size = table.attributes[rows[i]!]?.get(QUEUE_ATTRIBUTE);
    if (size === undefined) continue;
    min = Math.min(min, size);
    max = Math.max(max, size);
  }
  for (let i = 0; i < count; i++) {
    const size = table.attributes[rows[i]!]?.get(QUEUE_ATTRIBUTE);
    if (size === undefined) out[i] = 0;
    else out[i] = max === min ? 1 : (max - size) / (max - min);
  }
}
