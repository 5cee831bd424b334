/**
 * Block keys of the approximate index: h = XXH64(model + cache salt); block i hashes its tokens as 32-bit
 * little-endian words, and key i = XXH64(LE64(block hash) + LE64(key i-1)). The last, partial block counts too.
 * Source: design of llm-d's approximate prefix producer (router specification 4.1).
 */
import { utf8 } from '../core/utf8.ts';
import { NO_SEED, xxh64Bytes, xxh64Pair, xxh64Words } from '../core/xxh64.ts';

/** [0, 1] the running key, [2, 3] the hash of the block at hand. */
const scratch = new Uint32Array(4);

/** The seed text hashed last, and its hash: most requests ask for one model. */
let lastSeed: string | null = null;
const seedHash = new Uint32Array(2);

/** Number of keys that a prompt of `tokens` tokens has. */
export function approximateKeyCount(tokens: number, blockSizeTokens: number, maxBlocks: number): number {
  return Math.min(Math.ceil(tokens / blockSizeTokens), maxBlocks);
}

/**
 * Keys of one prompt, written to `out` from block index `firstBlock` on (two words a block, low lane first).
 * Returns the number of blocks written.
 */
export function writeApproximateKeys(
  tokens: Uint32Array,
  seedText: string,
  options: { readonly blockSizeTokens: number; readonly maxBlocks: number },
  out: Uint32Array,
  firstBlock: number,
): number {
  const size = options.blockSizeTokens;
  const blocks = approximateKeyCount(tokens.length, size, options.maxBlocks);
  if (seedText !== lastSeed) {
    xxh64Bytes(utf8(seedText), NO_SEED, seedHash, 0);
    lastSeed = seedText;
  }
  scratch.set(seedHash);
  for (let i = 0; i < blocks; i++) {
    const from = i * size;
    const length = Math.min(size, tokens.length - from);
    xxh64Words(tokens, from, 4 * length, NO_SEED, scratch, 2);
    xxh64Pair(scratch, 2, 0, 0);
    out[2 * (firstBlock + i)] = scratch[0]!;
    out[2 * (firstBlock + i) + 1] = scratch[1]!;
  }
  return blocks;
}
