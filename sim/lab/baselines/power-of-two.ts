/** Two endpoints at random; of these the one with fewer requests in flight, the first drawn when they are equal. */
import { definePlugin, ignoreParameters } from '../../../src/routing/plugin.ts';
import { type Baseline, singleProfile } from './baseline.ts';

const PRODUCER = 'inflight-load-producer';

const powerOfTwoPicker = definePlugin({
  type: 'lab-power-of-two-picker',
  kinds: ['picker'],
  stability: 'beta',
  summary: 'of two random candidates the one with fewer requests in flight',
  parse: ignoreParameters,
  needs: () => ({ required: [{ type: 'InFlightLoad', producer: PRODUCER }] }),
  create(_parameters, { rng, column }) {
    const load = column('InFlightLoad', PRODUCER);
    return {
      picker: {
        pick({ rows, count }, _totals, picked) {
          const first = Math.floor(rng.unit() * count);
          const step = 1 + Math.floor(rng.unit() * (count - 1));
          const second = (first + step) % count;
          const isBusier = load.requests[rows[first]!]! > load.requests[rows[second]!]!;
          picked[0] = isBusier ? second : first;
          return 1;
        },
      },
    };
  },
});

export const powerOfTwo: Baseline = {
  name: 'power-of-two',
  summary: 'of two random endpoints the one with fewer requests in flight',
  source: 'Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, IEEE TPDS 12(10), 2001',
  config: singleProfile({ type: 'lab-power-of-two-picker' }),
  plugins: [powerOfTwoPicker],
};
