/**
 * The price of a GPU hour in a scenario: what it says itself (a rate, or own hardware), else the catalogue's default for its
 * provider and purchase. With the price comes how many GPUs are billed at least together.
 */
import { findGpu } from '../../models/gpus.ts';
import { OWNERSHIP } from '../../models/power.ts';
import { SEMIANALYSIS_TCO } from '../../models/price-sources.ts';
import { defaultPrice, priceProviders } from '../../models/prices.ts';
import { ConfigError, nearest } from '../../src/core/check.ts';
import type { PriceOf } from '../metrics/pool-report.ts';
import type { EnergySpec, PricesSpec } from '../scenario/schema.ts';

const HOURS_PER_YEAR = 8766;
const DEFAULT_YEARS = 4;
const PURCHASES = ['on-demand', 'reserved', 'spot', 'owned'];

type Price = NonNullable<ReturnType<PriceOf>>;

/** Looks prices up by GPU id; null where neither scenario nor catalogue has one. Throws ConfigError at `prices`. */
export function priceLookup(prices: PricesSpec | undefined): PriceOf {
  if (prices?.provider !== undefined) checkProvider(prices.provider);
  if (prices?.purchase !== undefined) checkPurchase(prices.purchase);
  const known = new Map<string, Price | null>();
  return (gpuId) => {
    let price = known.get(gpuId);
    if (price === undefined) {
      price = lookUp(gpuId, prices ?? {});
      known.set(gpuId, price);
    }
    return price;
  };
}

/** What reports need to know about money and energy. */
export function pricing(prices: PricesSpec | undefined): {
  readonly priceOf: PriceOf;
  readonly energy: EnergySpec | undefined;
} {
  return { priceOf: priceLookup(prices), energy: prices?.energy };
}

function lookUp(gpuId: string, prices: PricesSpec): Price | null {
  const { gpuHourUsd = {}, own = {}, purchase, provider } = prices;
  const unit = (ofPrice: number): number => nodeGpus(gpuId, prices) ?? ofPrice;
  if (Object.hasOwn(gpuHourUsd, gpuId)) {
    return {
      usdPerHour: gpuHourUsd[gpuId]!,
      source: 'the scenario',
      billedTogether: unit(1),
      isWithEnergy: true,
    };
  }
  if (Object.hasOwn(own, gpuId)) {
    const { usdPerGpu, years = DEFAULT_YEARS, hostingUsdPerGpuHour = 0 } = own[gpuId]!;
    const usdPerHour = usdPerGpu / (years * HOURS_PER_YEAR) + hostingUsdPerGpuHour;
    const source = `own hardware, $${usdPerGpu} over ${years} years, hosting $${hostingUsdPerGpuHour}/h; energy on top`;
    return { usdPerHour, source, billedTogether: unit(findGpu(gpuId).gpusPerNode), isWithEnergy: false };
  }
  if (purchase === 'owned') {
    const entry = OWNERSHIP.find((one) => one.gpuId === gpuId);
    if (entry === undefined) return null;
    const source = `owned at a neocloud, energy included, ${SEMIANALYSIS_TCO.date} (${SEMIANALYSIS_TCO.ref})`;
    const usdPerHour = entry.neocloudUsdPerGpuHour;
    return { usdPerHour, source, billedTogether: unit(findGpu(gpuId).gpusPerNode), isWithEnergy: true };
  }
  const row = defaultPrice(gpuId, { provider, purchase });
  if (row === undefined) return null;
  const instance = row.instance === undefined ? '' : `, ${row.instance}`;
  const source = `${row.provider}, ${row.purchase}${instance}, ${row.source.date} (${row.source.ref})`;
  // Without a provider the rate is a median over providers, and stands for whatever instance there is.
  const billedTogether = unit(provider === undefined ? 1 : (row.gpusPerInstance ?? 1));
  return { usdPerHour: row.usdPerGpuHour, source, billedTogether, isWithEnergy: true };
}

/** Size of the nodes that are billed whole, where the scenario says; 1 where it says that none are. */
function nodeGpus(gpuId: string, { wholeNodes, nodeGpus: size }: PricesSpec): number | undefined {
  if (wholeNodes === false) return 1;
  if (size !== undefined) return size;
  return wholeNodes === true ? findGpu(gpuId).gpusPerNode : undefined;
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

function checkPurchase(purchase: string): void {
  if (PURCHASES.includes(purchase)) return;
  throw new ConfigError({
    path: 'prices.purchase',
    found: `"${purchase}"`,
    expected: `one of ${PURCHASES.join(', ')}`,
  });
}
