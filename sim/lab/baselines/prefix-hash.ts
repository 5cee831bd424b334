/**
 * Session affinity without a session header: prompts that begin with the same block go to the same endpoint, by rendezvous
 * hashing, so that an endpoint that comes or goes moves only its own share.
 */
import { definePlugin, ignoreParameters } from '../../../src/routing/plugin.ts';
import { type Baseline, singleProfile } from './baseline.ts';

const BLOCK_TOKENS = 16;

const prefixHashPicker = definePlugin({
  type: 'lab-prefix-hash-picker',
  kinds: ['picker'],
  stability: 'beta',
  summary: 'the endpoint that the first block of the prompt hashes to',
  parse: ignoreParameters,
  create: () => ({
    picker: {
      pick({ request, rows, count }, _totals, picked) {
        const keys = request.prompt.approximateKeys(BLOCK_TOKENS, 1);
        let best = -1;
        for (let i = 0; i < count; i++) {
          const rank = mixed(keys[0] ?? 0, keys[1] ?? 0, rows[i]!);
          if (rank <= best) continue;
          best = rank;
          picked[0] = i;
        }
        return 1;
      },
    },
  }),
});

/** A 32-bit hash of three words (finaliser of MurmurHash3 after each). */
function mixed(a: number, b: number, c: number): number {
  let hash = 0x9e3779b9;
  for (const word of [a, b, c]) {
    hash ^= word;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

export const prefixHash: Baseline = {
  name: 'prefix-hash',
  summary: 'prompts with the same first 16 tokens go to the same endpoint, whatever the load',
  source: 'Thaler and Ravishankar, Using Name-Based Mappings to Increase Hit Rates, IEEE/ACM ToN 6(1), 1998',
  config: singleProfile({ type: 'lab-prefix-hash-picker' }),
  plugins: [prefixHashPicker],
};
