/** The price of a GPU hour in a scenario: what it says itself, else the catalogue's default for its provider and purchase. */
import { defaultPrice, priceProviders } from '../../models/prices.ts';
import { ConfigError, nearest } from '../../src/core/check.ts';
import type { PriceOf } from '../metrics/pool-report.ts';
import type { PricesSpec } from '../scenario/schema.ts';

/** Looks prices up by GPU id; null where neither scenario nor catalogue has one. Throws ConfigError at `prices`. */
export function priceLookup(prices: PricesSpec | undefined): PriceOf {
  if (prices?.provider !== undefined) checkProvider(prices.provider);
  const own = prices?.gpuHourUsd ?? {};
  return (gpuId) => {
    if (Object.hasOwn(own, gpuId)) return { usdPerHour: own[gpuId]!, source: 'the scenario' };
    const row = defaultPrice(gpuId, { provider: prices?.provider, purchase: prices?.purchase });
    if (row === undefined) return null;
    const source = `${row.provider}, ${row.purchase}, ${row.source.date} (${row.source.ref})`;
    return { usdPerHour: row.usdPerGpuHour, source };
  };
}

function checkProvider(provider: string): void {
  const known = priceProviders();
  if (known.some((name) => name.toLowerCase() === provider.toLowerCase())) return;
  const near = nearest(provider, known);
  throw new ConfigError({
    path: 'prices.provider',
    found: `unknown provider "${provider}"`,
    expected: `a provider of \`drydock catalog prices\`${near === undefined ? '' : `, e.g. "${near}"`}`,
  });
}
