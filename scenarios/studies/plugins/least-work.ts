/**
 * A scorer written from README and docs/lab.md alone: the endpoint at which least is left to compute, counting the prompt tokens
 * that wait there, those of this request that it does not hold, and so many tokens for each running request.
 */
import type { UserPlugin } from 'drydock/plugin';

const PREFIX = 'approx-prefix-cache-producer';
const LOAD = 'inflight-load-producer';

export const plugin: UserPlugin<{ perRunning: number }> = {
  type: 'least-work',
  kinds: ['scorer'],
  summary: 'least prompt tokens to compute, running requests counted as some more',
  defaults: { perRunning: 50 },
  needs: () => ({
    required: [
      { type: 'PrefixCacheMatchInfo', producer: PREFIX },
      { type: 'InFlightLoad', producer: LOAD },
    ],
  }),
  create: ({ perRunning }, { column }) => {
    const match = column('PrefixCacheMatchInfo', PREFIX);
    const load = column('InFlightLoad', LOAD);
    return {
      scorer: {
        score({ rows, count, table, request }, out): void {
          let least = Number.POSITIVE_INFINITY;
          for (let i = 0; i < count; i++) {
            const row = rows[i]!;
            const cached = match.present ? match.matchBlocks[row]! * match.blockSizeTokens : 0;
            const fresh = Math.max(1, request.prompt.tokens - cached);
            out[i] = fresh + load.tokens[row]! + perRunning * table.running[row]!;
            least = Math.min(least, out[i]!);
          }
          for (let i = 0; i < count; i++) out[i] = least / out[i]!;
        },
      },
    };
  },
};
