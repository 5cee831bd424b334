/**
 * Mooncake's cache-aware scheduling of prefill: the instance whose estimated time to first token, queue and own prefill with
 * the cached prefix left out, is least. Not here: fetching the best prefix from another instance (its third term), and the
 * refusal of requests that no instance would serve within the SLO.
 */

import { Fields } from '../../../src/routing/config/fields.ts';
import { definePlugin, type PluginDefinition } from '../../../src/routing/plugin.ts';
import { Backlog, leastOf } from './backlog.ts';
import { type Baseline, singleProfile } from './baseline.ts';

const PRODUCER = 'approx-prefix-cache-producer';

const mooncakePicker: PluginDefinition = definePlugin<{ readonly attentionTokens: number }>({
  type: 'lab-mooncake-picker',
  kinds: ['picker', 'pre-request', 'response'],
  stability: 'beta',
  summary:
    'least estimated time to first token: prefill that waits plus this prompt without its cached prefix',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['attentionTokens']);
    // Context at which attention costs as much as the rest of a token's prefill: 32k for models of 8B parameters.
    return { attentionTokens: fields.number('attentionTokens', 32_768, { above: 0 }) };
  },
  needs: () => ({ required: [{ type: 'PrefixCacheMatchInfo', producer: PRODUCER }] }),
  create({ attentionTokens }, { rng, column }) {
    const match = column('PrefixCacheMatchInfo', PRODUCER);
    /** In tokens without context. */
    const prefill = (tokens: number, row: number): number => {
      const held = match.present ? match.matchBlocks[row]! * match.blockSizeTokens : 0;
      const cached = Math.min(held, Math.max(0, tokens - 1));
      const fresh = tokens - cached;
      return fresh * (1 + (cached + fresh / 2) / attentionTokens);
    };
    let cost = 0;
    const backlog = new Backlog(() => cost);
    return {
      hooks: backlog.hooks,
      picker: {
        pick({ request, rows, count }, _totals, picked) {
          const own = (i: number): number => prefill(request.prompt.tokens, rows[i]!);
          picked[0] = leastOf(count, (i) => backlog.of(rows[i]!) + own(i), rng);
          cost = own(picked[0]);
          return 1;
        },
      },
    };
  },
});

export const mooncakeCacheAware: Baseline = {
  name: 'mooncake-cache-aware',
  summary:
    'least estimated TTFT: prefill queued there plus this prompt less its cached prefix (no remote fetch)',
  source:
    'R. Qin et al., Mooncake: A KVCache-centric Disaggregated Architecture for LLM Serving, FAST 2025, algorithm 1',
  config: singleProfile({ type: 'lab-mooncake-picker' }),
  plugins: [mooncakePicker],
};
