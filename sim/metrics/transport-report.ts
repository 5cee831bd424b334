/** What KV tiers and links did, over all runs of a scenario. */
import type { LinkReport, TierReport } from './report.ts';
import type { LinkUsage, RunResult } from './run-result.ts';
import { ratio, sum } from './sums.ts';

/** Hit shares by tier, the GPU's own cache first; they add up to `cache.hitRate`. Empty for fleets without tiers. */
export function tierReports(results: readonly RunResult[]): TierReport[] {
  const tiers = results[0]!.tiers;
  if (tiers.length === 0) return [];
  const queried = sum(results, (r) => r.queriedTokens);
  const below = tiers.map((tier, i) => ({
    kind: tier.kind,
    hitRate: ratio(
      sum(results, (r) => r.tiers[i]!.hitTokens),
      queried,
    ),
    loadedBytes: sum(results, (r) => r.tiers[i]!.loadedBytes),
    storedBytes: sum(results, (r) => r.tiers[i]!.storedBytes),
  }));
  const total = ratio(
    sum(results, (r) => r.hitTokens),
    queried,
  );
  const gpuRate = Math.max(0, total - sum(below, (tier) => tier.hitRate));
  return [{ kind: 'gpu', hitRate: gpuRate, loadedBytes: 0, storedBytes: 0 }, ...below];
}

/** Groups of equal links that carried anything, e.g. the NICs of a pool's replicas, outwards. */
export function linkReports(results: readonly RunResult[]): LinkReport[] {
  const groups = new Map<string, { usage: LinkUsage; durationUs: number }[]>();
  for (const { links, durationUs } of results) {
    for (const usage of links) {
      const group = groups.get(usage.name) ?? [];
      group.push({ usage, durationUs });
      groups.set(usage.name, group);
    }
  }
  return [...groups].flatMap(([name, members]) => {
    const bytes = sum(members, ({ usage }) => usage.bytes);
    if (bytes === 0) return [];
    const shares = members.map(({ usage, durationUs }) => ratio(usage.bytes, usage.bytesPerUs * durationUs));
    return [
      {
        name,
        links: members.length / results.length,
        GBps: sum(members, ({ usage }) => usage.bytesPerUs) / members.length / 1e3,
        utilisation: { mean: sum(shares, (share) => share) / shares.length, max: Math.max(...shares) },
        bytes,
      },
    ];
  });
}
