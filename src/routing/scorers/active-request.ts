/**
 * Fewer requests in flight is better: at most `idleThreshold` 1, else (max - n) / max * maxBusyScore, so the busiest
 * gets 0. In flight 0, 2, 4 score 1, 0.5, 0.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { loadProducerOf } from '../producers/keys.ts';

interface Parameters {
  readonly idleThreshold: number;
  readonly maxBusyScore: number;
  readonly loadProducer: string;
}

export const activeRequestScorer = definePlugin<Parameters>({
  type: 'active-request-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: 'fewest requests in flight, counted by the router',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'idleThreshold',
      'maxBusyScore',
      'inFlightLoadProducerName',
      'requestTimeout',
    ]);
    fields.durationUs('requestTimeout', 0);
    const busy = fields.number('maxBusyScore', 1);
    return {
      idleThreshold: fields.integer('idleThreshold', 0, { min: 0 }),
      // Upstream ignores a value outside its range.
      maxBusyScore: busy < 0 || busy > 1 ? 1 : busy,
      loadProducer: loadProducerOf(fields),
    };
  },
  needs: ({ loadProducer }) => ({ required: [{ type: 'InFlightLoad', producer: loadProducer }] }),
  create({ idleThreshold, maxBusyScore, loadProducer }, { column }) {
    const load = column('InFlightLoad', loadProducer);
    return {
      scorer: {
        score({ rows, count }, out) {
          const { requests } = load;
          let max = 0;
          for (let i = 0; i < count; i++) max = Math.max(max, requests[rows[i]!]!);
          for (let i = 0; i < count; i++) {
            const active = requests[rows[i]!]!;
            out[i] = active <= idleThreshold ? 1 : ((max - active) / max) * maxBusyScore;
          }
        },
      },
    };
  },
});
