/** What a fleet costs and draws: hand-worked bills, shares that add up, tariffs over the clock. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findGpu } from '../../models/gpus.ts';
import { simulate } from '../../sim/cluster/simulate.ts';
import { buildReport, type ClassedReport } from '../../sim/metrics/build-report.ts';
import { tariffOf } from '../../sim/metrics/energy-report.ts';
import { priceLookup, pricing } from '../../sim/run/prices.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import type { PricesSpec } from '../../sim/scenario/schema.ts';
import { ConfigError } from '../../src/core/check.ts';
import { scenarioDocument } from '../worker/documents.ts';
import { POOL, recorderOf, request, runResult } from './fixtures.ts';

/** Two GPUs, half of the time in decode, a fifth in prefill, and 1000 output tokens in 10 s. */
function reportOf(prices: PricesSpec, gpus = 2): ClassedReport {
  const one = request({ firstTokenUs: 1e6, endUs: 10e6, outputTokens: 1000 });
  const pool = { ...POOL, gpus, busyPrefillUs: 4e6, busyDecodeUs: 10e6, availableUs: 20e6 };
  return buildReport([runResult(recorderOf([one]), { pools: [pool], durationUs: 10e6 })], {
    ...{ scenario: 's', slo: undefined, engineDigest: 'd', wallMs: 0 },
    ...pricing(prices),
  });
}

describe('the bill', () => {
  it('is of single GPUs at a rate, and of whole nodes where they are asked for', () => {
    const rate = { gpuHourUsd: { 'h100-sxm': 2 } };
    expect(reportOf(rate).cost).toMatchObject({ perHour: 4, billedGpus: 2 });
    expect(reportOf({ ...rate, wholeNodes: true }).cost).toMatchObject({ perHour: 16, billedGpus: 8 });
    expect(reportOf({ ...rate, wholeNodes: true }, 9).cost).toMatchObject({ perHour: 32, billedGpus: 16 });
    expect(reportOf({ ...rate, nodeGpus: 4 }).cost).toMatchObject({ perHour: 8, billedGpus: 4 });
    expect(reportOf({ ...rate, wholeNodes: true }).cost.prices[0]).toContain('8 billed for 2 used');
  });

  it('is of whole instances where the price is one of an instance', () => {
    const aws = reportOf({ provider: 'aws' });
    expect(aws.cost.perHour).toBeCloseTo(8 * 6.88, 9);
    expect(aws.cost.prices[0]).toContain('p5.48xlarge');
    expect(reportOf({ provider: 'aws', wholeNodes: false }).cost.perHour).toBeCloseTo(2 * 6.88, 9);
  });

  it('of own hardware is write-off, hosting and the energy that was drawn', () => {
    const own = {
      own: { 'h100-sxm': { usdPerGpu: 35_064, years: 4, hostingUsdPerGpuHour: 0.1 } },
      wholeNodes: false,
      energy: { usdPerKWh: 0.1 },
    };
    const { cost, energy } = reportOf(own);
    // 35064 / (4 * 8766 h) = 1 USD an hour.
    expect(cost.energyPerHour).toBeCloseTo(energy!.kW * 0.1, 12);
    expect(cost.perHour).toBeCloseTo(2 * 1.1 + energy!.kW * 0.1, 12);
    expect(reportOf({ purchase: 'owned' }).cost.energyPerHour).toBeNull();
  });

  it('names purchases that are none', () => {
    expect(() => priceLookup({ purchase: 'lease' })).toThrow(ConfigError);
  });
});

describe('energy', () => {
  const shares = { prefillShare: 0.9, decodeShare: 0.5, idleShare: 0.1, hostShare: 0.5, pue: 1.5 };

  it('is shares of TDP by phase, host and facility, by hand', () => {
    const { energy } = reportOf({ energy: { ...shares, usdPerKWh: 0.2, kgCo2ePerKWh: 0.4 } });
    // 700 W: 20 % prefill, 50 % decode, 30 % idle.
    const gpuW = 2 * 700 * (0.2 * 0.9 + 0.5 * 0.5 + 0.3 * 0.1);
    expect(findGpu('h100-sxm').tdpW).toBe(700);
    expect(energy!.gpuKW).toBeCloseTo(gpuW / 1e3, 12);
    expect(energy!.hostKW).toBeCloseTo(0.7, 12);
    expect(energy!.kW).toBeCloseTo((gpuW / 1e3 + 0.7) * 1.5, 12);
    // 100 tokens a second.
    expect(energy!.joulesPerOutputToken).toBeCloseTo((energy!.kW * 1e3) / 100, 9);
    expect(energy!.kgCo2ePer1MOutputTokens).toBeCloseTo((energy!.joulesPerOutputToken! / 3.6) * 0.4, 9);
    expect(energy!.usdPerHour).toBeCloseTo(energy!.kW * 0.2, 12);
    expect(energy!.assumptions).toEqual([]);
  });

  it('of billed GPUs that nothing runs on is idle draw; defaults are listed with their sources', () => {
    const rate = { gpuHourUsd: { 'h100-sxm': 2 } };
    const [two, eight] = [
      reportOf({ ...rate, energy: shares }),
      reportOf({ ...rate, wholeNodes: true, energy: shares }),
    ];
    expect(eight.energy!.gpuKW - two.energy!.gpuKW).toBeCloseTo((6 * 700 * 0.1) / 1e3, 12);
    expect(reportOf(rate).energy!.assumptions).toHaveLength(7);
    for (const line of reportOf(rate).energy!.assumptions) expect(line).toMatch(/\(.+\)$/);
  });

  it('costs what the clock says: half an hour on either side of a change of tariff', () => {
    const spec = {
      startHour: 21.5,
      hours: [
        { fromHour: 22, usdPerKWh: 0.05 },
        { fromHour: 6, usdPerKWh: 0.15, kgCo2ePerKWh: 0.3 },
      ],
    };
    expect(tariffOf(spec, 3600).usdPerKWh).toBeCloseTo(0.1, 12);
    expect(tariffOf(spec, 24 * 3600).usdPerKWh).toBeCloseTo((8 * 0.05 + 16 * 0.15) / 24, 12);
    expect(tariffOf({ ...spec, startHour: 3 }, 0).usdPerKWh).toBe(0.05);
    expect(tariffOf({ ...spec, startHour: 12 }, 60).kgCo2ePerKWh).toBeCloseTo(0.3, 12);
  });
});

describe('shares of the cost', () => {
  const document = (tenants: boolean): Record<string, unknown> => ({
    ...scenarioDocument(200),
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: 20 },
      input: { dist: 'constant', value: 300 },
      output: { dist: 'constant', value: 50 },
      classes: [
        { name: 'chat', weight: 1, ...(tenants ? { tenant: 'acme' } : {}) },
        { name: 'long', weight: 1, output: { dist: 'constant', value: 400 } },
      ],
    },
  });
  const run = (tenants: boolean): ClassedReport => {
    const scenario = parseScenario(document(tenants));
    return buildReport([simulate(scenario, { seed: 1, fastForward: true })], {
      ...{ scenario: 's', slo: undefined, engineDigest: 'd', wallMs: 0 },
      ...pricing({ gpuHourUsd: { 'h100-sxm': 2 } }),
    });
  };

  it('add up to the whole, and those who decode more pay more', () => {
    const { cost } = run(true);
    for (const parts of [cost.byClass!, cost.byTenant!]) {
      expect(parts.reduce((sum, part) => sum + part.perHour, 0)).toBeCloseTo(cost.perHour!, 9);
    }
    const [chat, long] = cost.byClass!;
    expect(long!.share).toBeGreaterThan(2 * chat!.share);
    expect(cost.byTenant!.map((part) => part.name)).toEqual(['acme', 'default-flow']);
    expect(cost.byTenant![0]!.share).toBeCloseTo(chat!.share, 12);
    const tokens = cost.byClass!.map((part) => (part.perHour * 1e6) / part.per1MOutputTokens!);
    expect((tokens[0]! + tokens[1]!) / 3600).toBeCloseTo(run(true).throughput.outputTokensPerS, 6);
  });

  it('of models are those of their pools, shared nodes by the GPUs that are used', () => {
    const one = request({ firstTokenUs: 1e6, endUs: 10e6, outputTokens: 1000 });
    const pools = [
      { ...POOL, gpus: 3 },
      { ...POOL, name: 'large', model: 'llama-3.3-70b', gpus: 2 },
    ];
    const { cost } = buildReport([runResult(recorderOf([one]), { pools })], {
      ...{ scenario: 's', slo: undefined, engineDigest: 'd', wallMs: 0 },
      ...pricing({ gpuHourUsd: { 'h100-sxm': 2 }, wholeNodes: true }),
    });
    expect(cost.perHour).toBe(16);
    expect(cost.byModel!.map(({ name, perHour }) => [name, perHour])).toEqual([
      ['llama-3.1-8b', (16 * 3) / 5],
      ['llama-3.3-70b', (16 * 2) / 5],
    ]);
  });

  it('are left out where there is one tenant', () => {
    expect(run(false).cost.byTenant).toBeUndefined();
    expect(run(false).cost.byModel).toBeUndefined();
  });
});

describe('spot machines', () => {
  const spotDocument = (interruptionsPerHour: number, clients = {}): Record<string, unknown> => ({
    ...scenarioDocument(2000),
    fleet: {
      pools: [
        {
          name: 'all',
          role: 'both',
          replicas: 12,
          gpu: 'h100-sxm',
          model: 'llama-3.1-8b',
          engine: { name: 'vllm' },
        },
      ],
    },
    clients,
    prices: { purchase: 'spot', spot: { interruptionsPerHour, noticeS: 1, replaceAfterS: 5 } },
  });
  const run = (perHour: number, clients = {}, seed = 1) =>
    simulate(parseScenario(spotDocument(perHour, clients)), { seed, fastForward: true });
  const taken = (notes: readonly string[]): number =>
    Number(/spot: (\d+) machines/.exec(notes.find((note) => note.startsWith('spot:'))!)![1]);

  it('are taken back about as often as the rate says, and every request ends once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (seed) => {
        const { recorder, notes, durationUs } = run(60, {}, seed);
        expect(recorder.total.arrived).toBe(2000);
        // Two machines, one interruption a minute each, less the time that they are away.
        const minutes = durationUs / 60e6;
        expect(taken(notes)).toBeLessThan(2 * minutes + 8 * Math.sqrt(2 * minutes) + 3);
      }),
      { numRuns: 5 },
    );
    const all = [1, 2, 3, 4, 5, 6].reduce((sum, seed) => sum + taken(run(60, {}, seed).notes), 0);
    expect(all).toBeGreaterThan(6);
  });

  it('lose nothing for clients that try again, and nothing happens at rate 0', () => {
    const { recorder, notes } = run(60, { retries: 20, backoffS: 1 }, 3);
    expect(taken(notes)).toBeGreaterThan(0);
    expect(recorder.total.ends.completed + recorder.total.ends.rejected).toBe(2000);
    expect(taken(run(0).notes)).toBe(0);
    expect(run(60, {}, 3).fingerprint).toBe(run(60, {}, 3).fingerprint);
  });

  it('are refused where nothing is bought as spot', () => {
    const bad = { ...scenarioDocument(10), prices: { spot: { noticeS: 1 } } };
    expect(() => parseScenario(bad)).toThrow(/prices\.spot/);
  });
});
