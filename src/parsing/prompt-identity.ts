/**
 * The production prompt: real block keys over the tokens that a body yields. Keys are made on first use and kept, since
 * several plugins ask for the same ones.
 */

import { approximateKeyCount, writeApproximateKeys } from '../prefix/approximate-keys.ts';
import type { BlockExtras, BlockKeyer } from '../prefix/block-keys.ts';
import type { PromptIdentity } from '../routing/request.ts';
import type { Prompt } from './pseudo-tokens.ts';

/** What block keys depend on besides the tokens. */
export interface PromptKeying {
  /** Target model: part of every key. */
  readonly model: string;
  readonly cacheSalt: string;
  /** Maker of precise keys; null when tokens are an estimate, which no engine block can match. */
  readonly keyer: BlockKeyer | null;
}

/** Identity of one request's prompts. Keys of several prompts stand one after another; caps apply to each prompt. */
export class TokenPrompt implements PromptIdentity {
  readonly tokens: number;
  readonly #prompts: readonly Prompt[];
  readonly #keying: PromptKeying;
  #approximate: { blockSizeTokens: number; maxBlocks: number; keys: Uint32Array } | null = null;
  #precise: { blockSizeTokens: number; keys: Uint32Array } | null = null;

  constructor(prompts: readonly Prompt[], keying: PromptKeying) {
    this.#prompts = prompts;
    this.#keying = keying;
    this.tokens = prompts.reduce((sum, prompt) => sum + prompt.tokens.length, 0);
  }

  approximateKeys(blockSizeTokens: number, maxBlocks: number): Uint32Array {
    const held = this.#approximate;
    if (held !== null && held.blockSizeTokens === blockSizeTokens && held.maxBlocks === maxBlocks)
      return held.keys;
    const seedText = this.#keying.model + this.#keying.cacheSalt;
    const options = { blockSizeTokens, maxBlocks };
    let blocks = 0;
    for (const { tokens } of this.#prompts)
      blocks += approximateKeyCount(tokens.length, blockSizeTokens, maxBlocks);
    const keys = new Uint32Array(2 * blocks);
    let block = 0;
    for (const { tokens } of this.#prompts)
      block += writeApproximateKeys(tokens, seedText, options, keys, block);
    this.#approximate = { blockSizeTokens, maxBlocks, keys };
    return keys;
  }

  preciseKeys(blockSizeTokens: number): Uint32Array | null {
    const { keyer } = this.#keying;
    if (keyer === null) return null;
    if (this.#precise?.blockSizeTokens === blockSizeTokens) return this.#precise.keys;
    const chains = this.#prompts.map((prompt) => this.#preciseChain(prompt, keyer, blockSizeTokens));
    const keys = new Uint32Array(chains.reduce((sum, chain) => sum + chain.length, 0));
    let at = 0;
    for (const chain of chains) {
      keys.set(chain, at);
      at += chain.length;
    }
    this.#precise = { blockSizeTokens, keys };
    return keys;
  }

  /** Keys of one prompt's full blocks. */
  #preciseChain(prompt: Prompt, keyer: BlockKeyer, size: number): Uint32Array {
    const blocks = Math.floor(prompt.tokens.length / size);
    const out = new Uint32Array(2 * blocks + 2);
    keyer.start(this.#keying.model, out, 0);
    for (let i = 0; i < blocks; i++) {
      const extras = this.#extras(prompt, i, size);
      keyer.next({ tokens: prompt.tokens, from: i * size, count: size, extras }, out, 2 * i, 2 * i + 2);
    }
    return out.subarray(2);
  }

  /** Hashes of the items that overlap block i, and the cache salt in block 0. */
  #extras(prompt: Prompt, i: number, size: number): BlockExtras {
    const salted = i === 0 && this.#keying.cacheSalt !== '';
    if (prompt.items.length === 0 && !salted) return null;
    const from = i * size;
    const overlapping = prompt.items.filter(
      (item) => item.firstToken < from + size && item.firstToken + item.tokens > from,
    );
    const hashes = overlapping.map((item) => item.hash);
    return salted ? [...hashes, this.#keying.cacheSalt] : hashes;
  }
}
