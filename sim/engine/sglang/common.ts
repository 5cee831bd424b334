/** What an SGLang engine holds that does not belong to one batch: queue, token pool, counters. */
import { type RadixNode, RadixTree } from '../kv/radix-tree.ts';
import { TierLoads } from '../kv/tiers/tier-loads.ts';
import type { LoraSlots } from '../lora.ts';
import { EngineMeters } from '../meters.ts';
import type { Sequence as EngineSequence } from '../sequence.ts';
import type { SglangConfig } from './config.ts';
import { Disaggregation } from './disaggregation.ts';
import { NewTokenRatio } from './new-token-ratio.ts';
import type { SglangEngine } from './sglang.ts';

type Sequence = EngineSequence<RadixNode>;

/** One for each engine; the lanes of a pipeline share it. */
export interface SglangCommon {
  readonly tree: RadixTree;
  /** The waiting queue. */
  waiting: Sequence[];
  readonly disaggregation: Disaggregation;
  readonly ratio: NewTokenRatio;
  readonly loads: TierLoads<RadixNode>;
  readonly meters: EngineMeters;
  readonly lanes: SglangEngine[];
  /** LoRA adapters; null without any. */
  readonly lora: LoraSlots | null;
}

/** Queue and token pool of an engine. */
export function sglangCommon(
  config: SglangConfig,
  poolTokens: number,
  meters = new EngineMeters(),
  lora: LoraSlots | null = null,
): SglangCommon {
  const tree = new RadixTree({
    capacity: Math.floor(poolTokens / config.pageTokens),
    pageTokens: config.pageTokens,
    caching: config.radixCache,
  });
  return {
    tree,
    waiting: [],
    disaggregation: new Disaggregation(tree, config.reservedDecodeTokens),
    ratio: new NewTokenRatio(config.scheduleConservativeness),
    loads: new TierLoads<RadixNode>(),
    meters,
    lanes: [],
    lora,
  };
}
