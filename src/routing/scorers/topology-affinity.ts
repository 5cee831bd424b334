/** Closeness to the endpoint that the stage before picked: host 1, rack 0.2, zone 0.05, region 0.02, else 0. */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { closeness, topologyProducerOf } from '../topology/levels.ts';

/** index: closeness as in LEVELS. */
const SCORES = [0, 0.02, 0.05, 0.2, 1] as const;

export const topologyAffinityScorer = definePlugin<{ readonly producer: string }>({
  type: 'topology-affinity-scorer',
  kinds: ['scorer'],
  stability: 'alpha',
  summary: 'closeness to the endpoint of the stage before',
  parse: (raw, path) => ({ producer: topologyProducerOf(new Fields(raw, path, ['topologyProducerName'])) }),
  needs: ({ producer }) => ({ required: [{ type: 'Topology', producer }] }),
  create({ producer }, { column }) {
    const topology = column('Topology', producer);
    return {
      scorer: {
        score({ rows, count, peerRow }, out) {
          for (let i = 0; i < count; i++)
            out[i] = peerRow < 0 ? 0 : SCORES[closeness(topology, rows[i]!, peerRow)]!;
        },
      },
    };
  },
});
