/** The older composite of precise producer and prefix scorer: one plugin that keeps the index and scores by it. */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { TOKENIZED_PROMPT } from '../producers/keys.ts';
import {
  createPrecise,
  PRECISE_KEYS,
  type PreciseParameters,
  parsePrecise,
} from '../producers/precise-prefix.ts';

export const precisePrefixCacheScorer = definePlugin<PreciseParameters>({
  type: 'precise-prefix-cache-scorer',
  kinds: ['scorer', 'producer', 'pre-request', 'extractor'],
  stability: 'deprecated',
  summary: 'older form: precise producer and prefix scorer in one',
  parse: (raw, path) => parsePrecise(new Fields(raw, path, PRECISE_KEYS)),
  needs: () => ({ required: [TOKENIZED_PROMPT] }),
  produces: (name) => [{ type: 'PrefixCacheMatchInfo', producer: name }],
  create(parameters, context) {
    const precise = createPrecise(parameters, context);
    const { match } = precise;
    return {
      scorer: {
        score({ rows, count }, out) {
          const scores = match.present && match.totalBlocks > 0;
          for (let i = 0; i < count; i++)
            out[i] = scores ? match.matchBlocks[rows[i]!]! / match.totalBlocks : 0;
        },
      },
      producer: precise,
      hooks: precise,
      service: precise,
      state: () => precise.state(),
    };
  },
});
