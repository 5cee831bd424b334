/** Fewer waiting requests is better, relative to the candidates. Waiting 0, 4, 10 score 1, 0.6, 0. */
import { definePlugin, ignoreParameters } from '../plugin.ts';
import { lessIsBetter } from './relative.ts';

export const queueScorer = definePlugin({
  type: 'queue-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: 'fewest waiting requests, relative to the candidates',
  parse: ignoreParameters,
  create: () => ({
    scorer: { basis: 'signals', score: (cycle, out) => lessIsBetter(cycle, cycle.table.waiting, out) },
  }),
});
