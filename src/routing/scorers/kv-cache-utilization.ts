/** Free share of the KV cache: 1 - usage. */
import { definePlugin, ignoreParameters } from '../plugin.ts';

export const kvCacheUtilizationScorer = definePlugin({
  type: 'kv-cache-utilization-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: '1 - KV cache usage',
  parse: ignoreParameters,
  create: () => ({
    scorer: {
      basis: 'signals',
      score(cycle, out) {
        const { rows, count } = cycle;
        const { kvUsage } = cycle.table;
        for (let i = 0; i < count; i++) out[i] = 1 - kvUsage[rows[i]!]!;
      },
    },
  }),
});
