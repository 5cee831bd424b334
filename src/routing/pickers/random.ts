/** Any candidate, all equally likely. */
import { definePlugin } from '../plugin.ts';
import { drawIndexes } from './draw-without-replacement.ts';
import { parsePicker } from './parameters.ts';

export const randomPicker = definePlugin({
  type: 'random-picker',
  kinds: ['picker'],
  stability: 'beta',
  summary: 'uniformly at random',
  parse: parsePicker,
  create({ maxNumOfEndpoints }, { rng }) {
    const options = { rng, wanted: maxNumOfEndpoints, isWeighted: false };
    return { picker: { pick: ({ count }, totals, picked) => drawIndexes(totals, count, picked, options) } };
  },
});
