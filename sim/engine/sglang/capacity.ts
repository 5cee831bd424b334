/**
 * SGLang's token pool (engines.md 2.8): `mem_fraction_static` of the device holds weights and KV; where it is not given, a
 * reserve is computed from chunk size, graph batch and parallelism.
 */
import { kvBytesPerToken, kvBytesPerTokenPerRank, kvGrowthBytesPerToken } from '../../../models/kv.ts';
import { weightBytesPerRank } from '../../../models/weights.ts';
import { type EngineContext, expertRanks } from '../kind.ts';
import type { SglangConfig } from './config.ts';

const MIB = 2 ** 20;
const GB = 1e9;

/** Reserved for the drafter of speculative decoding. */
const DRAFTER_BYTES = { layer: 2 * GB, model: 6 * GB, lookup: 0 } as const;

/** Share of device memory for weights and KV when none is given. */
export function memFractionStatic(config: SglangConfig, memoryBytes: number, tp: number, pp: number): number {
  const chunk = Number.isFinite(config.chunkedPrefillSize)
    ? config.chunkedPrefillSize
    : config.maxPrefillTokens;
  const reservedMib =
    512 + 1.5 * Math.max(chunk, 2048) + 2 * config.cudaGraphMaxBatch + ((tp * pp) / 8) * 1024;
  const drafterBytes = config.speculation === null ? 0 : DRAFTER_BYTES[config.speculation.drafter];
  const reserved = drafterBytes + Math.max(reservedMib * MIB, memoryBytes > 60 * GB ? 10 * GB : 0);
  return (memoryBytes - reserved) / memoryBytes;
}

/** Tokens that the KV pool of one instance holds; not above 0 when the weights do not fit. */
export function sglangPoolTokens(
  config: SglangConfig,
  context: EngineContext,
  kv: string,
): { tokens: number; weightBytes: number } {
  const { gpu, model, tp, pp } = context;
  const fraction =
    config.memFractionStatic > 0
      ? config.memFractionStatic
      : memFractionStatic(config, gpu.memoryBytes, tp, pp);
  const weightBytes = weightBytesPerRank(model, context.weights, { tp, pp, ep: expertRanks(context) });
  const kvBytes = gpu.memoryBytes * fraction - weightBytes;
  return { tokens: Math.floor(kvBytes / bytesPerToken(context, kv)), weightBytes };
}

/** Tokens of the pool for windowed layers over those of the pool for the others (`swa_full_tokens_ratio`). */
const WINDOWED_SHARE = 0.8;

/** Bytes per rank that a token of the pool takes; hybrid models have a pool of windowed layers beside the other, smaller. */
function bytesPerToken({ model, tp, pp }: EngineContext, kv: string): number {
  const all = kvBytesPerToken(model, kv, tp);
  const growing = kvGrowthBytesPerToken(model, kv, tp);
  const pooled = growing > 0 && growing < all ? growing + WINDOWED_SHARE * (all - growing) : all;
  return (kvBytesPerTokenPerRank(model, kv, tp, pp) * pooled) / all;
}
