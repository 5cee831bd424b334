/**
 * Which encoded multimodal items an endpoint probably holds, judged by what was sent there: an LRU of item hashes per
 * endpoint, its capacity a memory budget over 2 MiB an item. Source: router specification 3.6.
 */
import { Fields } from '../config/fields.ts';
import type { Dispatch } from '../contract.ts';
import { definePlugin } from '../plugin.ts';

const ITEM_MIB = 2;

export const mmEmbeddingsCacheProducer = definePlugin<{ readonly cacheSizeInMBPerServer: number }>({
  type: 'mm-embeddings-cache-producer',
  kinds: ['producer', 'pre-request'],
  stability: 'beta',
  summary: 'encoded multimodal items per endpoint, judged by what was sent there',
  parse: (raw, path) => ({
    cacheSizeInMBPerServer: new Fields(raw, path, ['cacheSizeInMBPerServer']).integer(
      'cacheSizeInMBPerServer',
      4096,
      { min: 1 },
    ),
  }),
  produces: (name) => [{ type: 'EncoderCacheMatchInfo', producer: name }],
  create({ cacheSizeInMBPerServer }, { name, column }) {
    const match = column('EncoderCacheMatchInfo', name);
    const capacity = Math.max(1, Math.floor(cacheSizeInMBPerServer / ITEM_MIB));
    /** Item hashes of each row, oldest first (a Set keeps its order of insertion). */
    const held: (Set<string> | undefined)[] = [];
    const note = (row: number, hash: string): void => {
      held[row] ??= new Set();
      const items = held[row];
      items.delete(hash);
      items.add(hash);
      if (items.size > capacity) items.delete(items.values().next().value!);
    };
    const noteAll = (rows: Iterable<number>, hashes: readonly string[]): void => {
      for (const row of rows) for (const hash of hashes) note(row, hash);
    };
    return {
      producer: {
        produce({ multimodal }, rows, count) {
          const hashes = multimodal === null ? [] : [...new Set(multimodal.hashes)];
          match.present = hashes.length > 0;
          match.totalItems = hashes.length;
          for (let i = 0; i < count && match.present; i++) {
            const row = rows[i]!;
            match.matchedItems[row] = hashes.filter((hash) => held[row]?.has(hash) === true).length;
          }
        },
      },
      hooks: {
        onDispatched({ multimodal }, draft) {
          if (multimodal !== null) noteAll(targets(draft), multimodal.hashes);
        },
        endpointRemoved(row) {
          held[row] = undefined;
        },
      },
    };
  },
});

/** Endpoints that will hold the encodings: the encoders where the encode stage ran, else the primary target. */
function targets(draft: Pick<Dispatch, 'rows' | 'encodeRows'>): readonly number[] {
  return draft.encodeRows.length > 0 ? draft.encodeRows : draft.rows.slice(0, 1);
}
