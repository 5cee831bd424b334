/**
 * KV events of engines on their way to the router's precise prefix indexes: what a ZeroMQ subscription does in production,
 * without its delay. Blocks are named by the same keys that the router computes for prompts.
 */
import type { PreciseIndex } from '../../src/prefix/precise.ts';
import type { EndpointPicker } from '../../src/router.ts';
import { preciseProducers } from '../../src/routing/producers/precise-producers.ts';
import type { CachedSequence, CacheListener } from '../engine/kv/block-pool.ts';
import { PromptContent } from '../workload/prompt-content.ts';
import type { Replica } from './replica.ts';

/** Memory tier that engines report for blocks on the GPU. */
const TIER = 'gpu';

/** A precise index and the block size of its keys, tokens. */
export interface PreciseTarget {
  readonly index: PreciseIndex;
  readonly blockSizeTokens: number;
}

/** The precise indexes of a router, whatever their instances are called. */
export function preciseTargets(router: EndpointPicker): PreciseTarget[] {
  return preciseProducers(router).map(({ index, parameters }) => ({
    index,
    blockSizeTokens: parameters.blockSizeTokens,
  }));
}

/** Feeds the indexes from one replica's cache; null when its engine makes no events or its blocks do not fit the keys'. */
export function kvEventFeed(replica: Replica, targets: readonly PreciseTarget[]): CacheListener | null {
  const engineBlock = replica.engine.blockSizeTokens;
  const fitting = targets.filter((target) => target.blockSizeTokens % engineBlock === 0);
  if (replica.engine.listenToCache === undefined || fitting.length === 0) return null;
  return {
    stored(sequence, fromBlock, toBlock) {
      for (const { index, blockSizeTokens } of fitting) {
        const ratio = blockSizeTokens / engineBlock;
        // A key's block is there once its last engine block is.
        const keys = keysOf(
          sequence,
          blockSizeTokens,
          Math.floor(fromBlock / ratio),
          Math.floor(toBlock / ratio),
        );
        if (keys.length > 0) index.add(replica.row, TIER, keys);
      }
    },
    removed(sequence, fromBlock, toBlock) {
      for (const { index, blockSizeTokens } of fitting) {
        const ratio = blockSizeTokens / engineBlock;
        const keys = keysOf(
          sequence,
          blockSizeTokens,
          Math.floor(fromBlock / ratio),
          Math.ceil(toBlock / ratio),
        );
        if (keys.length > 0) index.remove(replica.row, TIER, keys);
      }
    },
  };
}

function keysOf(sequence: CachedSequence, blockSize: number, from: number, to: number): Uint32Array {
  const { prompt, outputId, outputTokens } = sequence;
  if (!(prompt instanceof PromptContent)) return new Uint32Array(0);
  const whole = to * blockSize <= prompt.tokens ? prompt : withOutput(prompt, outputId, outputTokens);
  return whole.preciseKeys(blockSize).subarray(2 * from, 2 * to);
}

function withOutput(prompt: PromptContent, outputId: number, outputTokens: number): PromptContent {
  return new PromptContent(
    [...prompt.ids, outputId],
    [...prompt.lengths, outputTokens],
    prompt.tokens + outputTokens,
    prompt.seed,
  );
}
