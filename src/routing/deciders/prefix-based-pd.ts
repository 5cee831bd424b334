/**
 * Prefills elsewhere when enough of the prompt is not cached on the chosen decode endpoint. Looks at the match info of
 * the default key only. `nonCachedTokens` 0 means never, as upstream. Source: router specification 3.5.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { APPROXIMATE_PRODUCER, TOKENIZED_PROMPT } from '../producers/keys.ts';

interface Parameters {
  readonly nonCachedTokens: number;
  readonly promptTokens: number;
}

export const prefixBasedPdDecider = definePlugin<Parameters>({
  type: 'prefix-based-pd-decider',
  kinds: ['decider'],
  stability: 'beta',
  summary: 'prefills elsewhere when the uncached suffix is long',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['nonCachedTokens', 'promptTokens']);
    return {
      nonCachedTokens: fields.integer('nonCachedTokens', 0, { min: 0 }),
      promptTokens: fields.integer('promptTokens', 0, { min: 0 }),
    };
  },
  needs: () => ({
    required: [TOKENIZED_PROMPT, { type: 'PrefixCacheMatchInfo', producer: APPROXIMATE_PRODUCER }],
  }),
  create({ nonCachedTokens, promptTokens }, { column }) {
    const match = column('PrefixCacheMatchInfo', APPROXIMATE_PRODUCER);
    return {
      decider: {
        runs({ prompt }, decodeRow) {
          if (nonCachedTokens === 0 || prompt.tokens < promptTokens || prompt.tokens < nonCachedTokens)
            return false;
          if (decodeRow < 0 || !match.present) return false;
          return prompt.tokens - match.cachedBlocks[decodeRow]! * match.blockSizeTokens >= nonCachedTokens;
        },
      },
    };
  },
});
