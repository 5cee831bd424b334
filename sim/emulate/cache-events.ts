/**
 * What an emulated engine's prefix cache gains and loses, as vLLM's KV events say it. Live prompts are runs of one block each, named by
 * a hash of all tokens up to its end (`runsOfTokens`), which is just what an engine's block hash is.
 *
 * Blocks that hold part of an answer are left out: an emulated engine has no text of its own that a later prompt could repeat.
 */
import type { CachedSequence, CacheListener } from '../engine/kv/block-pool.ts';
import { PromptContent } from '../workload/prompt-content.ts';

/** Blocks that entered or left the cache. */
export type CacheEvent =
  | {
      readonly kind: 'stored';
      readonly hashes: readonly number[];
      readonly parent: number | null;
      readonly tokens: readonly number[];
    }
  | { readonly kind: 'removed'; readonly hashes: readonly number[] };

/** Collects events between two looks. */
export class CacheEvents implements CacheListener {
  readonly #blockSizeTokens: number;
  readonly #tokensOf = new WeakMap<PromptContent, Uint32Array>();
  #pending: CacheEvent[] = [];

  constructor(blockSizeTokens: number) {
    this.#blockSizeTokens = blockSizeTokens;
  }

  /** Tokens of a prompt that may be cached. */
  know(prompt: PromptContent, tokens: Uint32Array): void {
    this.#tokensOf.set(prompt, tokens);
  }

  /** Events since the last call. */
  take(): readonly CacheEvent[] {
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }

  stored(sequence: CachedSequence, fromBlock: number, toBlock: number): void {
    const { prompt } = sequence;
    if (!(prompt instanceof PromptContent)) return;
    const tokens = this.#tokensOf.get(prompt);
    const to = this.#wholeBlocks(prompt, toBlock);
    if (tokens === undefined || to <= fromBlock) return;
    this.#pending.push({
      kind: 'stored',
      hashes: prompt.ids.slice(fromBlock, to),
      parent: fromBlock === 0 ? null : prompt.ids[fromBlock - 1]!,
      tokens: [...tokens.subarray(fromBlock * this.#blockSizeTokens, to * this.#blockSizeTokens)],
    });
  }

  removed(sequence: CachedSequence, fromBlock: number, toBlock: number): void {
    const { prompt } = sequence;
    if (!(prompt instanceof PromptContent)) return;
    const to = this.#wholeBlocks(prompt, toBlock);
    if (to > fromBlock) this.#pending.push({ kind: 'removed', hashes: prompt.ids.slice(fromBlock, to) });
  }

  #wholeBlocks(prompt: PromptContent, toBlock: number): number {
    return Math.min(toBlock, Math.floor(prompt.tokens / this.#blockSizeTokens));
  }
}
