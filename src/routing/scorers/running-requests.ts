/** Fewer running requests is better, relative to the candidates. */
import { definePlugin, ignoreParameters } from '../plugin.ts';
import { lessIsBetter } from './relative.ts';

export const runningRequestsSizeScorer = definePlugin({
  type: 'running-requests-size-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: 'fewest running requests, relative to the candidates',
  parse: ignoreParameters,
  create: () => ({
    scorer: { basis: 'signals', score: (cycle, out) => lessIsBetter(cycle, cycle.table.running, out) },
  }),
});
