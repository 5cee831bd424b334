/**
 * Prices of GPU hours: the rows in price/ and look-ups. Prices rose during 2026 and differ fivefold between
 * providers, so the default is the median over providers of the cheapest on-demand row of each.
 */
import { MODELLED_RENTALS } from './power.ts';
import { GPU_CLOUD_PRICES } from './price/gpu-clouds.ts';
import { HYPERSCALER_PRICES } from './price/hyperscalers.ts';
import type { PriceSpec } from './schema.ts';

/** All prices. */
export const PRICES: readonly PriceSpec[] = [...HYPERSCALER_PRICES, ...GPU_CLOUD_PRICES, ...MODELLED_RENTALS];

/** Which rows to take; absent fields take all. Providers in any letter case. */
export interface PriceFilter {
  readonly provider?: string | undefined;
  readonly purchase?: string | undefined;
}

/** Rows of a GPU, cheapest first. */
export function pricesOf(gpuId: string, filter: PriceFilter = {}): readonly PriceSpec[] {
  const provider = filter.provider?.toLowerCase();
  return PRICES.filter(
    (row) =>
      row.gpuId === gpuId &&
      (provider === undefined || row.provider.toLowerCase() === provider) &&
      (filter.purchase === undefined || row.purchase === filter.purchase),
  ).toSorted((a, b) => a.usdPerGpuHour - b.usdPerGpuHour);
}

/** The cheapest row of a GPU, or undefined. */
export function cheapestPrice(gpuId: string, filter: PriceFilter = {}): PriceSpec | undefined {
  return pricesOf(gpuId, filter)[0];
}

/**
 * The price to assume for a GPU: on demand unless the filter says otherwise, the (lower) median over
 * providers. A GPU without such a row and without a filter falls back to its cheapest reserved row; undefined
 * when there is none at all.
 */
export function defaultPrice(gpuId: string, filter: PriceFilter = {}): PriceSpec | undefined {
  const rows = pricesOf(gpuId, { provider: filter.provider, purchase: filter.purchase ?? 'on-demand' });
  const firstOfProvider = rows.filter((row, i) => rows.findIndex((r) => r.provider === row.provider) === i);
  const median = firstOfProvider[Math.floor((firstOfProvider.length - 1) / 2)];
  if (median !== undefined || filter.provider !== undefined || filter.purchase !== undefined) return median;
  return cheapestPrice(gpuId, { purchase: 'reserved' });
}

/** Providers in the rows, sorted. */
export function priceProviders(): readonly string[] {
  return [...new Set(PRICES.map((row) => row.provider))].toSorted();
}
