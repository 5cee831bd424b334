/** KV tiers for the bench of one engine. */
import { KvTransfers } from '../../../sim/cluster/kv-transfers.ts';
import { Tier, type TierSetup } from '../../../sim/engine/kv/tiers/tier.ts';
import type { Bench } from '../harness.ts';
import type { Prepare } from '../worlds.ts';

/** Bytes of a token. */
export const BYTES = 1000;

/** A host tier with no limits of its own; `overrides` win. */
export function setup(overrides: Partial<TierSetup> = {}): TierSetup {
  return {
    kind: 'cpu',
    capacityBytes: 1e9,
    chunkTokens: 16,
    bytesPerToken: BYTES,
    readBytesPerUs: Number.POSITIVE_INFINITY,
    writeBytesPerUs: Number.POSITIVE_INFINITY,
    baseUs: 10,
    stores: 'prompt',
    leaseUs: 0,
    visibleAfterUs: 0,
    watermark: 1,
    evictionShare: 0,
    ...overrides,
  };
}

/** Gives a bench tiers behind one link each way of `bytesPerUs`. */
export function connect(bench: Bench, setups: readonly TierSetup[], bytesPerUs: number): Tier[] {
  const transfers = new KvTransfers(bench.kernel, () => {});
  const toHost = transfers.network.addLink(bytesPerUs);
  const fromHost = transfers.network.addLink(bytesPerUs);
  const tiers = setups.map((s) => new Tier(s, -1, -1));
  bench.replica.connectTiers(
    tiers.map((tier) => ({ tier, readLinks: [fromHost], writeLinks: [toHost] })),
    transfers,
  );
  return tiers;
}

/** A small host tier and a store with lease, delay and watermark, over links that loads and writes fight for. */
export const smallTiers: Prepare = (bench, w) => {
  const tiers = connect(
    bench,
    [
      setup({ capacityBytes: w.blocks * 16 * BYTES, stores: w.flags.b ? 'all' : 'prompt' }),
      setup({
        kind: 'store',
        chunkTokens: 32,
        capacityBytes: 3 * w.blocks * 16 * BYTES,
        stores: 'all',
        leaseUs: 20_000,
        visibleAfterUs: 3_000,
        watermark: 0.9,
        evictionShare: 0.1,
      }),
    ],
    7.3 * w.seqs,
  );
  return () => tiers.map((tier) => [tier.meters, tier.cache.used, tier.cache.evicted, tier.cache.turnedAway]);
};
