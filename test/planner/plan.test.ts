import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultPrice } from '../../models/prices.ts';
import { buildFleet } from '../../sim/cluster/fleet.ts';
import { brokenBound } from '../../sim/planner/bound.ts';
import { settle } from '../../sim/planner/confirm.ts';
import { metricsOf, runTrial, type Setting, verdictOf } from '../../sim/planner/evaluate.ts';
import { parsePlan } from '../../sim/planner/parse.ts';
import { planFleets } from '../../sim/planner/planner.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import { type FleetChoice, fleetChoices } from '../../sim/planner/space.ts';
import { scaledWorkload, trafficOf } from '../../sim/planner/traffic.ts';
import { priceLookup } from '../../sim/run/prices.ts';
import { Cancelled } from '../../sim/run/run-spec.ts';
import { ConfigError } from '../../src/core/check.ts';
import { plannerHost, search } from './host.ts';

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
    run: { requests: 300 },
    search: { gpus: ['h100-sxm', 'l40s'], parallel: { tp: [1, 2] } },
    budget: { maxGpus: 4 },
    answers: 1,
    maxSeeds: 4,
    ...changes,
  });
}

function settingOf(of: Plan): Setting {
  const { makeRuns } = plannerHost();
  const priceOf = priceLookup(of.prices);
  return { plan: of, slo: of.slo, run: of.run ?? {}, priceOf, readLines: undefined, makeRuns };
}

describe('the search', () => {
  it('finds the fleet that full runs of all fleets find', async () => {
    const document = plan();
    const setting = settingOf(document);
    const meeting: FleetChoice[] = [];
    for (const choice of fleetChoices(document, setting.priceOf)) {
      if (choice.gpus > 4) continue;
      const { verdict } = await settle(setting, choice, [1, 2, 3, 4], 1);
      if (verdict === 'meets') meeting.push(choice);
    }
    const { candidates } = await search(document);
    expect(meeting.length).toBeGreaterThan(0);
    expect(candidates[0]!.costPerHour).toBe(meeting[0]!.costPerHour);
    expect(meeting.map((choice) => choice.name)).toContain(candidates[0]!.fleet);
  });

  it('accounts for every fleet once, and gives the same answer twice', async () => {
    const document = plan();
    const report = await search(document);
    const names = [...report.candidates, ...report.rejected].map((one) => one.fleet);
    const all = fleetChoices(document, priceLookup(undefined)).map((choice) => choice.name);
    expect(names.toSorted()).toEqual(all.toSorted());
    expect(await search(document)).toEqual(report);
  });

  it('gives the same answer with any number of workers', async () => {
    const document = plan({ answers: 2 });
    expect(await search(document, 5)).toEqual(await search(document, 1));
  });

  it('ends where runs are cancelled', async () => {
    const host = { ...plannerHost(), makeRuns: () => Promise.resolve([{ status: 'cancelled' as const }]) };
    await expect(planFleets(plan(), 'test', host)).rejects.toThrow(Cancelled);
  });

  it('counts cost as GPUs times the price, and shows only intervals that clear the limits', async () => {
    const report = await search(plan());
    for (const candidate of report.candidates) {
      const gpu = candidate.fleet.includes('l40s') ? 'l40s' : 'h100-sxm';
      expect(candidate.costPerHour).toBeCloseTo(candidate.gpus * defaultPrice(gpu)!.usdPerGpuHour, 9);
      expect(verdictOf(candidate.metrics)).toBe('meets');
    }
  });

  it('asks for a spare worker, and never answers with a cheaper fleet for it', async () => {
    const without = await search(plan());
    const spare = await search(plan({ survive: 1 }));
    const lost = spare.rejected.filter((one) => one.reason === 'noSpare');
    expect(lost.length).toBeGreaterThan(0);
    for (const { costPerHour } of spare.candidates) {
      expect(costPerHour).toBeGreaterThanOrEqual(without.candidates[0]!.costPerHour!);
    }
  });
});

describe('an infeasible plan', () => {
  it('becomes feasible when a relaxation is applied', async () => {
    const document = plan({
      budget: { maxGpus: 1 },
      slo: { ttftMs: { p95: 60 } },
      search: { gpus: ['h100-sxm'], parallel: { tp: [1] } },
    });
    const report = await search(document);
    expect(report.feasible).toBe(false);
    expect(report.nearestMisses.length).toBeGreaterThan(0);
    const limit = report.relaxations.find((one) => one.constraint === 'slo.ttftMs.p95')!;
    expect(limit.to).toBeGreaterThan(60);
    expect((await search({ ...document, slo: { ttftMs: { p95: limit.to } } })).feasible).toBe(true);
    const budget = report.relaxations.find((one) => one.constraint === 'budget.maxGpus');
    if (budget !== undefined) {
      expect((await search({ ...document, budget: { maxGpus: budget.to } })).feasible).toBe(true);
    }
    const rate = report.relaxations.find((one) => one.constraint === 'workload.rate');
    if (rate !== undefined) {
      const workload = scaledWorkload(document.workload, rate.to);
      expect((await search({ ...document, workload })).feasible).toBe(true);
    }
  });
});

describe('lower bounds', () => {
  it('reject no fleet that a run shows to meet the SLO', async () => {
    let rejections = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('h100-sxm', 'l40s', 'a100-80gb-sxm'),
        fc.constantFrom(1, 2),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.integer({ min: 2, max: 150 }),
        fc.integer({ min: 20, max: 2000 }),
        fc.integer({ min: 3, max: 60 }),
        async (gpu, tp, replicas, isSplit, rateRps, ttft, itl) => {
          const document = plan({
            slo: { ttftMs: { p95: ttft }, itlMs: { p95: itl } },
            run: { requests: 150 },
            workload: {
              kind: 'synthetic',
              arrivals: { process: 'poisson', rateRps },
              input: { dist: 'lognormal', mean: 1500, cv: 1, max: 8000 },
              output: { dist: 'lognormal', mean: 100, cv: 0.8, max: 500 },
            },
          });
          const pool = { gpu, model: document.model, engine: { name: 'vllm' as const }, parallel: { tp } };
          const pools = isSplit
            ? [
                { ...pool, name: 'p', role: 'prefill' as const, replicas },
                { ...pool, name: 'd', role: 'decode' as const, replicas },
              ]
            : [{ ...pool, name: 'a', role: 'both' as const, replicas }];
          const traffic = trafficOf({ workload: document.workload, run: document.run! }, 1);
          const fleet = buildFleet({ pools }, undefined, 'fleet');
          const broken = brokenBound(fleet, document.slo, [traffic]);
          if (broken === null) return;
          rejections += 1;
          const choice = { name: 'a fleet', fleet: { pools }, router: undefined };
          const variant = { seed: 1, rate: 1, patience: Number.POSITIVE_INFINITY };
          const trial = await runTrial(settingOf(document), choice, variant);
          expect(verdictOf(metricsOf([trial], 0.95)), broken).toBe('fails');
        },
      ),
      { numRuns: 60, seed: 7 },
    );
    expect(rejections).toBeGreaterThan(5);
  });
});

describe('mistakes in a plan', () => {
  const base = JSON.parse(JSON.stringify(plan())) as Record<string, unknown>;
  it.each([
    [{ buget: {} }, 'buget', 'budget'],
    [{ budget: undefined }, 'search.replicas.max', 'bound'],
    [{ search: { gpus: ['h101-sxm'] } }, 'search.gpus[0]', 'h100-sxm'],
    [{ model: 'lama' }, 'model', 'drydock catalog models'],
    [{ slo: { attainment: 0.9 } }, 'slo', 'limit'],
    [{ run: { requests: 10, idealised: ['perfectCache'] } }, 'run.idealised', 'drydock why'],
    [{ confidence: 2 }, 'confidence', '0.999'],
  ])('%j is named at its path', (change, path, hint) => {
    const document = JSON.parse(JSON.stringify({ ...base, ...change })) as unknown;
    let problems: ConfigError['problems'] = [];
    try {
      parsePlan(document);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      problems = (error as ConfigError).problems;
    }
    const found = problems.find((problem) => problem.path === path);
    expect(found?.expected).toContain(hint);
  });
});

describe('shipped plans', () => {
  const folder = new URL('../../scenarios/plans/', import.meta.url);
  it.each(readdirSync(folder))('%s says what it asks and is valid', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    expect(text.startsWith('# ')).toBe(true);
    expect(parsePlan(parse(text)).name).toBe(name.replace('.yaml', ''));
  });
});
