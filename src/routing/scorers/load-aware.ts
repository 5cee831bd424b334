/** Waiting requests against a threshold: none waiting 0.5, threshold or more 0. */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';

const DEFAULT_THRESHOLD = 128;

export const loadAwareScorer = definePlugin<{ readonly threshold: number }>({
  type: 'load-aware-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: '0.5 for an empty queue, falling to 0 at a threshold',
  parse(raw, path) {
    const threshold = new Fields(raw, path, ['threshold']).integer('threshold', DEFAULT_THRESHOLD);
    return { threshold: threshold > 0 ? threshold : DEFAULT_THRESHOLD };
  },
  create: ({ threshold }) => ({
    scorer: {
      basis: 'signals',
      score({ rows, count, table: { waiting } }, out) {
        for (let i = 0; i < count; i++) {
          out[i] = 0.5 * (1 - Math.min(waiting[rows[i]!]!, threshold) / threshold);
        }
      },
    },
  }),
});
