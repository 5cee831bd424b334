/**
 * A prompt in simulation: content runs for the engines, and block keys over the same runs for the router. Keys are made only
 * when an index asks. They stand in for XXH64 and CBOR-FNV chains over token ids: cheaper, with the same law, that two
 * prompts agree on key i exactly when they agree on every token up to the end of block i (collisions near 2^-64 aside).
 *
 * Within a block the pieces (content, start offset, tokens) are hashed. As every run starts at offset 0 of its content,
 * equal tokens have equal pieces; runs of no tokens are skipped.
 */
import type { PromptIdentity } from '../../src/routing/request.ts';
import type { ContentRuns } from './request.ts';

const UNIT = 4294967296;

/** Keys that were asked for, and how. */
interface KeptKeys {
  readonly blockSizeTokens: number;
  readonly maxBlocks: number;
  readonly keys: Uint32Array;
}

/** Keys of blocks that a shared prefix fills, made once for all prompts that begin with it. */
export class PrefixKeys {
  readonly tokens: number;
  readonly #runs: ContentRuns;
  readonly #seed: number;
  #kept: KeptKeys | null = null;

  constructor(content: number, tokens: number, seed: number) {
    this.tokens = tokens;
    this.#runs = { ids: [content], lengths: [tokens] };
    this.#seed = seed;
  }

  /** Keys of the first `blocks` blocks, all of them within the prefix. */
  of(blockSizeTokens: number, blocks: number): Uint32Array {
    let kept = this.#kept;
    if (kept?.blockSizeTokens !== blockSizeTokens || kept.maxBlocks !== blocks) {
      const keys = blockKeys(this.#runs, this.#seed, blockSizeTokens, blocks);
      kept = { blockSizeTokens, maxBlocks: blocks, keys };
      this.#kept = kept;
    }
    return kept.keys;
  }
}

/** Prompt content and identity in one. The arrays are owned by it and must not be written. */
export class PromptContent implements PromptIdentity, ContentRuns {
  readonly ids: readonly number[];
  readonly lengths: readonly number[];
  /** Sum of `lengths`. */
  readonly tokens: number;
  /** Start of every key chain: prompts of different models share nothing. */
  readonly seed: number;
  /** First token of single-use content; Infinity when all of the prompt may recur. */
  readonly singleUseFrom: number;
  /** Of the prefix that it begins with, where others do too. */
  readonly #prefix: PrefixKeys | null;
  #approximate: KeptKeys | null = null;
  #precise: KeptKeys | null = null;

  constructor(
    ids: readonly number[],
    lengths: readonly number[],
    tokens: number,
    seed: number,
    prefix: PrefixKeys | null = null,
  ) {
    this.#prefix = prefix;
    this.ids = ids;
    this.lengths = lengths;
    this.tokens = tokens;
    this.seed = seed;
    this.singleUseFrom = singleUseStart(ids, lengths);
  }

  approximateKeys(blockSizeTokens: number, maxBlocks: number): Uint32Array {
    const blocks = Math.min(maxBlocks, Math.ceil(this.tokens / blockSizeTokens));
    const prefix = this.#prefix;
    if (prefix !== null && blocks * blockSizeTokens <= prefix.tokens)
      return prefix.of(blockSizeTokens, blocks);
    let kept = this.#approximate;
    if (kept?.blockSizeTokens !== blockSizeTokens || kept.maxBlocks !== maxBlocks) {
      kept = { blockSizeTokens, maxBlocks, keys: blockKeys(this, this.seed, blockSizeTokens, blocks) };
      this.#approximate = kept;
    }
    return kept.keys;
  }

  preciseKeys(blockSizeTokens: number): Uint32Array {
    let kept = this.#precise;
    if (kept?.blockSizeTokens !== blockSizeTokens) {
      const maxBlocks = Math.floor(this.tokens / blockSizeTokens);
      kept = { blockSizeTokens, maxBlocks, keys: blockKeys(this, this.seed, blockSizeTokens, maxBlocks) };
      this.#precise = kept;
    }
    return kept.keys;
  }
}

function singleUseStart(ids: readonly number[], lengths: readonly number[]): number {
  let start = 0;
  for (let i = 0; i < ids.length; i++) {
    if (ids[i]! < 0) return start;
    start += lengths[i]!;
  }
  return Number.POSITIVE_INFINITY;
}

/** Seed of the key chains of a model, from its name (FNV-1a). */
export function modelSeed(model: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < model.length; i++) hash = Math.imul(hash ^ model.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Chained keys of the first `blocks` blocks (the last one may be partial), [low, high] each. */
function blockKeys(runs: ContentRuns, seed: number, blockSize: number, blocks: number): Uint32Array {
  const keys = new Uint32Array(2 * blocks);
  const { ids, lengths } = runs;
  let low = seed | 0;
  let high = ~seed;
  let run = 0;
  let offset = 0;
  for (let block = 0; block < blocks; block++) {
    let need = blockSize;
    while (need > 0 && run < ids.length) {
      const take = Math.min(need, lengths[run]! - offset);
      if (take > 0) {
        const id = ids[run]!;
        const upper = Math.imul(Math.floor(id / UNIT), 0x9e3779b1) ^ take;
        low = foldLow(foldLow(foldLow(low, id), upper), offset);
        high = foldHigh(foldHigh(foldHigh(high, id), upper), offset);
        need -= take;
        offset += take;
      }
      if (offset === lengths[run]!) {
        run += 1;
        offset = 0;
      }
    }
    keys[2 * block] = finish(low ^ high);
    keys[2 * block + 1] = finish(high + Math.imul(low, 5));
  }
  return keys;
}

/** One word into the low lane, and into the high one: the rounds of MurmurHash3 (A. Appleby, public domain). */
function foldLow(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0xcc9e2d51);
  const mixed = hash ^ Math.imul((scrambled << 15) | (scrambled >>> 17), 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function foldHigh(hash: number, word: number): number {
  const scrambled = Math.imul(word, 0x239b961b);
  const mixed = hash ^ Math.imul((scrambled << 16) | (scrambled >>> 16), 0xab0e9789);
  return (Math.imul((mixed << 17) | (mixed >>> 15), 5) + 0x561ccd1b) | 0;
}

/** MurmurHash3's final mix. */
function finish(hash: number): number {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
}
