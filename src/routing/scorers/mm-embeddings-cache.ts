/** Share of the request's multimodal items whose encoding the endpoint probably holds. */
import { Fields } from '../config/fields.ts';
import { definePlugin } from '../plugin.ts';

const DEFAULT_PRODUCER = 'mm-embeddings-cache-producer';

export const mmEmbeddingsCacheScorer = definePlugin<{ readonly producer: string }>({
  type: 'mm-embeddings-cache-scorer',
  kinds: ['scorer'],
  stability: 'beta',
  summary: 'endpoints that hold the encodings of the multimodal items',
  parse: (raw, path) => ({
    producer: new Fields(raw, path, ['producerName']).string('producerName', '') || DEFAULT_PRODUCER,
  }),
  needs: ({ producer }) => ({ required: [{ type: 'EncoderCacheMatchInfo', producer }] }),
  create({ producer }, { column }) {
    const match = column('EncoderCacheMatchInfo', producer);
    return {
      scorer: {
        score({ rows, count }, out) {
          const { present, totalItems, matchedItems } = match;
          for (let i = 0; i < count; i++)
            out[i] = present && totalItems > 0 ? matchedItems[rows[i]!]! / totalItems : 0;
        },
      },
    };
  },
});
