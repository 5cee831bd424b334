/**
 * Names the endpoint from which the computing one should pull cached KV blocks. Among the endpoints within one block of
 * the most cached, one is sampled with weight 1 / (1 + waiting), by a hash of the request id (so replicas agree). The
 * header is set when the source holds at least `minCachedTokenDelta` tokens more than the computing endpoint.
 * Source: router specification 3.6.
 */
import { Fields } from '../config/fields.ts';
import { addressOf } from '../dispatch-builder.ts';
import { definePlugin } from '../plugin.ts';
import { matchProducerOf } from './keys.ts';

const SOURCE_HEADER = 'x-kv-cache-source-host-port';

interface Parameters {
  readonly matchProducer: string;
  readonly minCachedTokenDelta: number;
  readonly prefillProfileName: string;
}

export const p2pSourceProducer = definePlugin<Parameters>({
  type: 'p2p-source-producer',
  kinds: ['producer', 'pre-request'],
  stability: 'alpha',
  summary: 'names the endpoint to pull cached KV blocks from',
  parse(raw, path) {
    const fields = new Fields(raw, path, [
      'prefixMatchInfoProducerName',
      'minCachedTokenDelta',
      'prefillProfileName',
    ]);
    return {
      matchProducer: matchProducerOf(fields),
      minCachedTokenDelta: fields.integer('minCachedTokenDelta', 1, { min: 1 }),
      prefillProfileName: fields.string('prefillProfileName', '') || 'prefill',
    };
  },
  needs: ({ matchProducer }) => ({
    required: [{ type: 'PrefixCacheMatchInfo', producer: matchProducer }],
  }),
  create({ matchProducer, minCachedTokenDelta, prefillProfileName }, { table, column }) {
    const match = column('PrefixCacheMatchInfo', matchProducer);
    let source = -1;
    /** Blocks of the CPU tier count where any candidate has some: only those can be pulled. */
    let usesCpu = false;
    const held = (row: number): number => (usesCpu ? match.cpuBlocks![row]! : match.cachedBlocks[row]!);
    return {
      producer: {
        produce({ requestId }, rows, count) {
          source = -1;
          if (!match.present) return;
          const candidates = Array.from(rows.subarray(0, count));
          usesCpu = match.cpuBlocks !== null && candidates.some((row) => match.cpuBlocks![row]! > 0);
          const most = Math.max(...candidates.map(held));
          if (most === 0) return;
          const near = candidates.filter((row) => held(row) > 0 && held(row) >= most - 1);
          source = sample(near, table.waiting, fnv32a(requestId) / 2 ** 32);
        },
      },
      hooks: {
        onDispatched(_request, draft) {
          if (source < 0 || !match.present) return;
          const prefill = draft.picks.find((pick) => pick.profile === prefillProfileName)?.rows[0];
          const computing = prefill ?? draft.rows[0]!;
          const delta = (held(source) - held(computing)) * match.blockSizeTokens;
          if (source !== computing && delta >= minCachedTokenDelta)
            draft.setHeader(SOURCE_HEADER, addressOf(table, source));
        },
      },
    };
  },
});

/** A row with probability in proportion to 1 / (1 + waiting); `position` in [0, 1). */
function sample(rows: readonly number[], waiting: Float64Array, position: number): number {
  const weights = rows.map((row) => 1 / (1 + waiting[row]!));
  let left = position * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < rows.length; i++) {
    if (left < weights[i]!) return rows[i]!;
    left -= weights[i]!;
  }
  return rows[rows.length - 1]!;
}

/** FNV-1a of the string's char codes, 32 bits (request ids are ASCII). */
function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
