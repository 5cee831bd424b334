/** Endpoints take turns, in order of their rows; those that are filtered out are passed over. */
import { definePlugin, ignoreParameters } from '../../../src/routing/plugin.ts';
import { type Baseline, singleProfile } from './baseline.ts';

const roundRobinPicker = definePlugin({
  type: 'lab-round-robin-picker',
  kinds: ['picker'],
  stability: 'beta',
  summary: 'candidates take turns',
  parse: ignoreParameters,
  create() {
    let last = -1;
    return {
      picker: {
        pick({ rows, count }, _totals, picked) {
          let next = 0;
          while (next < count && rows[next]! <= last) next += 1;
          picked[0] = next % count;
          last = rows[picked[0]]!;
          return 1;
        },
      },
    };
  },
});

export const roundRobin: Baseline = {
  name: 'round-robin',
  summary: 'endpoints take turns',
  source: 'nginx documentation, module ngx_http_upstream_module: the default method without weights',
  config: singleProfile({ type: 'lab-round-robin-picker' }),
  plugins: [roundRobinPicker],
};
