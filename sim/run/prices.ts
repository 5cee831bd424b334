/** The price of a GPU hour in a scenario: what it says itself, else the catalogue's default for its provider and purchase. */
import { defaultPrice } from '../../models/prices.ts';
import type { PriceOf } from '../metrics/build-report.ts';
import type { PricesSpec } from '../scenario/schema.ts';

/** Looks prices up by GPU id; null where neither scenario nor catalogue has one. */
export function priceLookup(prices: PricesSpec | undefined): PriceOf {
  const own = prices?.gpuHourUsd ?? {};
  return (gpuId) => {
    if (Object.hasOwn(own, gpuId)) return { usdPerHour: own[gpuId]!, source: 'the scenario' };
    const row = defaultPrice(gpuId, { provider: prices?.provider, purchase: prices?.purchase });
    if (row === undefined) return null;
    const source = `${row.provider}, ${row.purchase}, ${row.source.date} (${row.source.ref})`;
    return { usdPerHour: row.usdPerGpuHour, source };
  };
}
