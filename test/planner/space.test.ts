/** The space of fleets, demands beyond the plain SLO, and what a candidate's knee says. */
import { describe, expect, it } from 'vitest';
import { confirm, settle } from '../../sim/planner/confirm.ts';
import { type Setting, withoutWorkers } from '../../sim/planner/evaluate.ts';
import { Fitter } from '../../sim/planner/fit.ts';
import { parsePlan } from '../../sim/planner/parse.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import { type FleetChoice, fleetChoices } from '../../sim/planner/space.ts';
import { priceLookup } from '../../sim/run/prices.ts';
import { plannerHost, search } from './host.ts';

const RATES = { gpuHourUsd: { 'h100-sxm': 2, 'h200-sxm': 3, l40s: 1 } };

function plan(changes: Partial<Plan> = {}): Plan {
  return parsePlan({
    model: 'llama-3.1-8b',
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: 12 },
      input: { dist: 'lognormal', mean: 1000, cv: 1, max: 8000 },
      output: { dist: 'lognormal', mean: 150, cv: 0.8, max: 800 },
    },
    slo: { ttftMs: { p95: 400 }, itlMs: { p95: 30 } },
    run: { requests: 200 },
    search: { gpus: ['h100-sxm'], parallel: { tp: [1] } },
    budget: { maxGpus: 4 },
    prices: RATES,
    answers: 2,
    maxSeeds: 4,
    ...changes,
  });
}

const choicesOf = (of: Plan): FleetChoice[] => fleetChoices(of, priceLookup(of.prices));

describe('the space', () => {
  it('of mixed fleets is every pair of worker shapes within the budget, priced part by part', () => {
    const document = plan({
      search: {
        gpus: ['h100-sxm', 'h200-sxm'],
        parallel: { tp: [1, 2] },
        layouts: ['disaggregated'],
        mixed: true,
      },
    });
    const choices = choicesOf(document);
    expect(new Set(choices.map((choice) => choice.name)).size).toBe(choices.length);
    const mixed = choices.find((choice) => choice.name === '2P×TP1 h100-sxm + 1D×TP2 h200-sxm')!;
    expect(mixed).toMatchObject({ gpus: 4, costPerHour: 2 * 2 + 2 * 3, arithmetic: '2 x 1 + 1 x 2 = 4' });
    expect(mixed.fleet.pools.map(({ gpu, parallel }) => [gpu, parallel!.tp])).toEqual([
      ['h100-sxm', 1],
      ['h200-sxm', 2],
    ]);
    const pairs = new Set(
      choices.map(({ fleet }) => fleet.pools.map((pool) => `${pool.gpu}${pool.parallel!.tp}`).join('/')),
    );
    expect(pairs.size).toBe(16);
  });

  it('of legs with GPUs of their own takes them from there', () => {
    const document = plan({
      search: {
        gpus: ['l40s'],
        layouts: ['disaggregated'],
        parallel: { tp: [1] },
        prefill: { gpus: ['h100-sxm'], parallel: { tp: [2] } },
      },
    });
    for (const { fleet } of choicesOf(document)) {
      expect(fleet.pools.map((pool) => `${pool.gpu} ${pool.parallel!.tp}`)).toEqual(['h100-sxm 2', 'l40s 1']);
    }
    expect(() => plan({ search: { gpus: ['l40s'], decode: { gpus: ['l40'] } } })).toThrow(
      /search\.decode\.gpus\[0\]/,
    );
  });

  it('of node shapes bills whole nodes, and lets no tensor parallel group span one', () => {
    const document = plan({
      search: { gpus: ['h100-sxm'], parallel: { tp: [1, 4] }, nodes: [2, 4] },
      budget: { maxGpus: 6 },
    });
    const fitter = new Fitter(document);
    const choices = choicesOf(document);
    const three = choices.find((choice) => choice.name === '3×TP1/2 · h100-sxm')!;
    expect([three.gpus, three.costPerHour]).toEqual([3, 4 * 2]);
    const spanning = choices.find((choice) => choice.name === '1×TP4/2 · h100-sxm')!;
    expect(fitter.judge(spanning)).toMatchObject({ fleet: null, reason: 'topology' });
    expect(
      fitter.judge(choices.find((choice) => choice.name === '1×TP4/4 · h100-sxm')!).fleet,
    ).not.toBeNull();
  });

  it('of KV precision, KV tiers and router weights is their product, each in its fleet', () => {
    const document = plan({
      search: {
        gpus: ['h100-sxm'],
        parallel: { tp: [1] },
        replicas: { max: 2, min: 2 },
        engines: [{ name: 'vllm', kv: ['bf16', 'fp8'] }],
        kvTiers: [{ name: '' }, { name: 'host 64 GiB', kvTiers: [{ kind: 'cpu', GiB: 64 }] }],
        routers: [
          { name: '', router: {} },
          { name: 'blend', router: {}, weights: { 'prefix-cache-scorer': [1, 5], 'queue-scorer': [2] } },
        ],
      },
    });
    const choices = choicesOf(document);
    expect(choices).toHaveLength(2 * 2 * 3);
    const one = choices.find(
      ({ name }) => name.includes('kv fp8') && name.includes('host') && name.includes('scorer 5'),
    )!;
    expect(one.fleet.pools[0]!.kvTiers).toEqual([{ kind: 'cpu', GiB: 64 }]);
    expect(one.fleet.pools[0]!.precision).toEqual({ kv: 'fp8' });
    const [profile] = (
      one.router!.config as { schedulingProfiles: { plugins: { pluginRef: string; weight: number }[] }[] }
    ).schedulingProfiles;
    expect(profile!.plugins.map(({ pluginRef, weight }) => [pluginRef, weight])).toEqual([
      ['queue-scorer', 2],
      ['kv-cache-utilization-scorer', 2],
      ['prefix-cache-scorer', 5],
    ]);
    const plain = choices.find(({ name }) => !name.includes('scorer') && !name.includes('host'))!;
    expect(plain.router).toBeUndefined();
  });
});

describe('demands', () => {
  const settingOf = (of: Plan): Setting => ({
    ...{ plan: of, slo: of.slo, run: of.run!, priceOf: priceLookup(of.prices), readLines: undefined },
    makeRuns: plannerHost().makeRuns,
  });

  it('a power budget keeps out what draws more, and says so', async () => {
    const { candidates, rejected } = await search(plan({ budget: { maxGpus: 4, maxPowerW: 4000 } }));
    // 1.73 kW each: two fit, three do not.
    expect(candidates.every((one) => one.gpus <= 2)).toBe(true);
    const out = rejected.filter((one) => one.detail.endsWith('against 4000 W'));
    expect(out.map((one) => one.gpus).toSorted()).toEqual([3, 4]);
  });

  it('a fleet that survives a loss meets the SLO without that worker', async () => {
    const document = plan({ survive: 1, answers: 1 });
    const setting = settingOf(document);
    const { candidates } = await search(document);
    const choice = choicesOf(document).find((one) => one.name === candidates[0]!.fleet)!;
    const reduced = { ...choice, fleet: withoutWorkers(choice.fleet, 0, 1) };
    expect(reduced.fleet.pools[0]!.replicas).toBe(choice.fleet.pools[0]!.replicas - 1);
    expect((await settle(setting, reduced, [1, 2, 3, 4], 1)).verdict).toBe('meets');
  });

  it('the cheapest fleet of all has no worker to spare, and fails well beyond its knee', async () => {
    const busy = {
      ...plan().workload,
      arrivals: { process: 'poisson' as const, rateRps: 40 },
    } as Plan['workload'];
    const document = plan({ workload: busy, answers: 1 });
    const [least] = (await search(document)).candidates;
    const choice = choicesOf(document).find((one) => one.name === least!.fleet)!;
    expect(choice.fleet.pools[0]!.replicas).toBeGreaterThan(1);
    const reasonFor = async (demand: Partial<Plan>): Promise<string> => {
      const asked = { ...settingOf(document), plan: { ...document, ...demand } };
      const outcome = await confirm(asked, choice, [1, 2, 3, 4]);
      return outcome.isConfirmed ? 'confirmed' : outcome.miss.rejected.reason;
    };
    expect(await reasonFor({})).toBe('confirmed');
    expect(await reasonFor({ survive: 1 })).toBe('failsWithoutWorkers');
    expect(await reasonFor({ growth: 1.5 * (1 + least!.headroom!) })).toBe('failsWithGrowth');
  });

  it('limits of a class decide, beside those of the whole', async () => {
    const workload = {
      ...plan().workload,
      classes: [
        { name: 'chat', weight: 1 },
        { name: 'batch', weight: 1, input: { dist: 'constant' as const, value: 6000 } },
      ],
    } as Plan['workload'];
    const slo = { ttftMs: { p95: 5000 } };
    const verdictAt = async (p95: number): Promise<string> => {
      const document = plan({ workload, slo: { ...slo, classes: { chat: { ttftMs: { p95 } } } } });
      const choice = choicesOf(document).find((one) => one.gpus === 3)!;
      const settled = await settle(settingOf(document), choice, [1, 2, 3, 4], 1);
      expect(settled.metrics.map((one) => one.metric)).toContain('classes.chat.ttftMs.p95');
      return settled.verdict;
    };
    expect([await verdictAt(4000), await verdictAt(20)]).toEqual(['meets', 'fails']);
    expect(() => plan({ workload, slo: { ...slo, classes: { chta: { ttftMs: { p95: 1 } } } } })).toThrow(
      /slo\.classes\.chta/,
    );
  });
});

describe('knees', () => {
  it('are means over seeds with an interval around them', async () => {
    const [best] = (await search(plan())).candidates;
    const { kneeRps, kneeInterval, headroom } = best!;
    expect(kneeInterval!.low).toBeLessThanOrEqual(kneeRps!);
    expect(kneeInterval!.high).toBeGreaterThanOrEqual(kneeRps!);
    expect(headroom!).toBeGreaterThan(-0.1);
  });
});
