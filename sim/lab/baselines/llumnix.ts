/**
 * Llumnix's dispatch: the instance of most freeness, KV memory that is free less what waiting requests will take, over the
 * requests of a batch. What makes Llumnix what it is, moving requests that run from one instance to another, is not modelled:
 * engines here cannot hand over a running request, so this is the dispatching half alone.
 */
import { definePlugin, ignoreParameters, type PluginDefinition } from '../../../src/routing/plugin.ts';
import { Backlog, leastOf } from './backlog.ts';
import { type Baseline, singleProfile } from './baseline.ts';

/** Capacity in tokens where none has been scraped: the order of a 8B model on an 80 GB GPU. */
const ASSUMED_TOKENS = 400_000;

const llumnixPicker: PluginDefinition = definePlugin({
  type: 'lab-llumnix-picker',
  kinds: ['picker', 'pre-request', 'response'],
  stability: 'beta',
  summary: 'most free KV memory a running request, less the demand of requests that wait',
  parse: ignoreParameters,
  create(_parameters, { rng, table }) {
    let tokens = 0;
    const demand = new Backlog(() => tokens);
    const freeness = (row: number): number => {
      const capacity = table.numBlocks[row]! * table.blockSizeTokens[row]! || ASSUMED_TOKENS;
      const free = capacity * (1 - table.kvUsage[row]!) - demand.of(row);
      return free / Math.max(1, table.running[row]! + table.waiting[row]!);
    };
    return {
      hooks: demand.hooks,
      picker: {
        pick({ request, rows, count }, _totals, picked) {
          tokens = request.prompt.tokens;
          picked[0] = leastOf(count, (i) => -freeness(rows[i]!), rng);
          return 1;
        },
      },
    };
  },
});

export const llumnixDispatch: Baseline = {
  name: 'llumnix-dispatch',
  summary:
    'most freeness: KV memory free and not asked for, per request (dispatch only; running requests do not move)',
  source:
    'B. Sun et al., Llumnix: Dynamic Scheduling for Large Language Model Serving, OSDI 2024, virtual usage',
  config: singleProfile({ type: 'lab-llumnix-picker' }),
  plugins: [llumnixPicker],
};
