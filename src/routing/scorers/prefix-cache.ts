/**
 * Cached share of the prompt. With match-length weight w, a block size b and a scale s in tokens:
 * w * min(1, matched*b/s)^2 + (1-w) * matched/total. Matched 6 of 8 blocks, w = 0: 0.75.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { matchProducerOf } from '../producers/keys.ts';

interface Parameters {
  readonly producer: string;
  readonly matchLengthWeight: number;
  readonly matchLengthScaleTokens: number;
}

export const prefixCacheScorer = definePlugin<Parameters>({
  type: 'prefix-cache-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: 'cached share of the prompt, and optionally its length',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'prefixMatchInfoProducerName',
      'matchLengthWeight',
      'matchLengthScaleTokens',
    ]);
    const parameters = {
      producer: matchProducerOf(fields),
      matchLengthWeight: fields.number('matchLengthWeight', 0, { min: 0, max: 1 }),
      matchLengthScaleTokens: fields.number('matchLengthScaleTokens', 8192),
    };
    if (parameters.matchLengthWeight > 0 && parameters.matchLengthScaleTokens <= 0)
      fields.refuse('matchLengthScaleTokens', 'a number > 0, as matchLengthWeight is set');
    return parameters;
  },
  needs: ({ producer }) => ({ required: [{ type: 'PrefixCacheMatchInfo', producer }] }),
  create({ producer, matchLengthWeight, matchLengthScaleTokens }, context) {
    const match = context.column('PrefixCacheMatchInfo', producer);
    return {
      scorer: {
        score({ rows, count }, out) {
          const { totalBlocks, blockSizeTokens, matchBlocks } = match;
          if (!match.present || match.isBlank || totalBlocks === 0) return false;
          for (let i = 0; i < count; i++) {
            const matched = matchBlocks[rows[i]!]!;
            const length = Math.min(1, (matched * blockSizeTokens) / matchLengthScaleTokens);
            const ratio = matched / totalBlocks;
            out[i] =
              matchLengthWeight === 0
                ? ratio
                : matchLengthWeight * length * length + (1 - matchLengthWeight) * ratio;
          }
          return undefined;
        },
      },
    };
  },
});
