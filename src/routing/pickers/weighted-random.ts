/** In proportion to the weighted totals: P(first) = total / sum of positive totals; none positive: uniform. */
import { definePlugin } from '../plugin.ts';
import { drawIndexes } from './draw-without-replacement.ts';
import { parsePicker } from './parameters.ts';

export const weightedRandomPicker = definePlugin({
  type: 'weighted-random-picker',
  kinds: ['picker'],
  stability: 'beta',
  summary: 'at random, in proportion to the totals',
  parse: parsePicker,
  create({ maxNumOfEndpoints }, { rng }) {
    const options = { rng, wanted: maxNumOfEndpoints, isWeighted: true };
    return { picker: { pick: ({ count }, totals, picked) => drawIndexes(totals, count, picked, options) } };
  },
});
