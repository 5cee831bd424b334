/** The default blend with the prefix share read from the engines' KV events. */
import { type Baseline, singleProfile } from './baseline.ts';

export const precisePrefix: Baseline = {
  name: 'precise-prefix',
  summary: 'queue 2, KV utilisation 2, precise prefix 3 from KV events',
  source: 'llm-d guide on precise prefix-cache aware scheduling; weights of the router default',
  config: singleProfile(
    { type: 'precise-prefix-cache-producer', isProducer: true },
    { type: 'queue-scorer', weight: 2 },
    { type: 'kv-cache-utilization-scorer', weight: 2 },
    {
      type: 'prefix-cache-scorer',
      weight: 3,
      parameters: { prefixMatchInfoProducerName: 'precise-prefix-cache-producer' },
    },
    { type: 'max-score-picker' },
  ),
  plugins: [],
};
