/**
 * Tokens in flight plus those that this request would add, against a threshold: 1 - min(load, T) / T; no load 1.
 * T = 1000, 300 in flight and 200 uncached: 0.5.
 */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';
import { loadProducerOf } from '../producers/keys.ts';

const DEFAULT_THRESHOLD = 4_194_304;

interface Parameters {
  readonly queueThresholdTokens: number;
  readonly loadProducer: string;
}

export const tokenLoadScorer = definePlugin<Parameters>({
  type: 'token-load-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: 'fewest tokens in flight, this request included',
  parse(raw, path) {
    const fields = new Fields(raw, path, ['queueThresholdTokens', 'inFlightLoadProducerName']);
    return {
      queueThresholdTokens: fields.integer('queueThresholdTokens', DEFAULT_THRESHOLD, { min: 1 }),
      loadProducer: loadProducerOf(fields),
    };
  },
  needs: ({ loadProducer }) => ({
    required: [
      { type: 'InFlightLoad', producer: loadProducer },
      { type: 'UncachedRequestTokens', producer: loadProducer },
    ],
  }),
  create({ queueThresholdTokens, loadProducer }, { column }) {
    const load = column('InFlightLoad', loadProducer);
    const uncached = column('UncachedRequestTokens', loadProducer);
    return {
      scorer: {
        score({ rows, count }, out) {
          for (let i = 0; i < count; i++) {
            const row = rows[i]!;
            const tokens = load.tokens[row]! + (uncached.present ? uncached.tokens[row]! : 0);
            out[i] = tokens <= 0 ? 1 : 1 - Math.min(tokens, queueThresholdTokens) / queueThresholdTokens;
          }
        },
      },
    };
  },
});
