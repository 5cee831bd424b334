/** Contract of the prices, look-ups and power figures. */
import { describe, expect, test } from 'vitest';
import { findGpu, GPUS } from '../../models/gpus.ts';
import { allInPowerKw, OWNERSHIP } from '../../models/power.ts';
import { cheapestPrice, defaultPrice, PRICES, priceProviders, pricesOf } from '../../models/prices.ts';
import { expectSources } from './sources.ts';

test('every row is of a known GPU, between 0.30 and 20 USD an hour, dated', () => {
  expect(PRICES.length).toBeGreaterThanOrEqual(100);
  for (const row of PRICES) {
    findGpu(row.gpuId);
    expect(row.usdPerGpuHour).toBeGreaterThan(0.3);
    expect(row.usdPerGpuHour).toBeLessThan(20);
    expectSources([row.source]);
  }
});

test('no row stands twice', () => {
  const keys = PRICES.map((row) => JSON.stringify({ ...row, source: row.source.ref }));
  expect(new Set(keys).size).toBe(keys.length);
});

describe('look-ups', () => {
  test('H100 SXM on demand: cheapest 2.40, default at the median of providers, Azure 12.29', () => {
    expect(cheapestPrice('h100-sxm', { purchase: 'on-demand' })?.usdPerGpuHour).toBe(2.402);
    expect(defaultPrice('h100-sxm', { provider: 'azure' })?.usdPerGpuHour).toBe(12.29);
    const middle = defaultPrice('h100-sxm');
    expect(middle?.purchase).toBe('on-demand');
    const onDemand = pricesOf('h100-sxm', { purchase: 'on-demand' });
    const cheaper = new Set(
      onDemand.filter((r) => r.usdPerGpuHour <= middle!.usdPerGpuHour).map((r) => r.provider),
    );
    const providers = new Set(onDemand.map((r) => r.provider));
    expect(cheaper.size).toBe(Math.ceil(providers.size / 2));
  });

  test('rows come cheapest first', () => {
    const rows = pricesOf('h200-sxm').map((row) => row.usdPerGpuHour);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
  });

  test('a GPU that nobody quotes falls back to a modelled rental, and says so', () => {
    expect(defaultPrice('gb300-nvl72')).toMatchObject({ purchase: 'reserved', usdPerGpuHour: 3.96 });
  });

  test('a provider that has no row gives nothing, rather than another price', () => {
    expect(defaultPrice('h100-sxm', { provider: 'nobody' })).toBeUndefined();
    expect(defaultPrice('rubin-r200')).toBeUndefined();
    expect(defaultPrice('t4', { purchase: 'spot' })).toBeUndefined();
  });

  test('providers are listed once, sorted', () => {
    const providers = priceProviders();
    expect(providers).toContain('AWS');
    expect(providers).toEqual([...new Set(providers)].toSorted());
  });
});

describe('power', () => {
  test('all-in power is above the GPU alone', () => {
    for (const gpu of GPUS) {
      const all = allInPowerKw(gpu);
      if (gpu.tdpW !== null && all !== undefined) expect(all * 1000).toBeGreaterThan(gpu.tdpW);
    }
    expect(allInPowerKw(findGpu('h100-sxm'))).toBe(1.73);
    expect(allInPowerKw(findGpu('tpu-v5e'))).toBeUndefined();
  });

  test('owning costs a hyperscaler less than a small cloud', () => {
    for (const entry of OWNERSHIP) {
      expect(entry.hyperscalerUsdPerGpuHour).toBeLessThan(entry.neocloudUsdPerGpuHour);
    }
  });
});
