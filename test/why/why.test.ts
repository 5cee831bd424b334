/** Why: differences are those of two runs with the same seed, and flips lie where the decision does change. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import { comparisonCells, scenarioCell } from '../../sim/run/plan-cells.ts';
import { parseComparison, parseScenario } from '../../sim/scenario/parse.ts';
import type { NamedFleet, Scenario } from '../../sim/scenario/schema.ts';
import { changesOf } from '../../sim/why/changes.ts';
import { type Flips, findFlips } from '../../sim/why/flip.ts';
import { INPUTS } from '../../sim/why/inputs.ts';
import type { WhyReport } from '../../sim/why/report.ts';
import { stepInputsOf } from '../../sim/why/steps.ts';
import { localWorker, RunPool } from '../../sim/worker/run-pool.ts';
import { whyOf } from '../../sim/worker/why-job.ts';
import { comparisonDocument, scenarioDocument } from '../worker/documents.ts';

const pool = new RunPool({
  start: localWorker({ nowMs: () => performance.now(), pause: () => Promise.resolve() }),
  size: 1,
});
const settings = {
  name: 'test',
  seeds: [3, 4],
  makeRuns: (specs: Parameters<typeof pool.runAll>[0]) => pool.runAll(specs),
};

function whyScenario(scenario: Scenario, metric?: string): Promise<WhyReport> {
  return whyOf([scenarioCell(scenario, 'test')], {
    ...settings,
    ...(metric === undefined ? {} : { metric }),
  });
}

const p95 = (scenario: Scenario, seed: number): number =>
  simulate(scenario, { seed, fastForward: true }).recorder.total.ttft.quantile(0.95)! / 1e3;

const TIGHT_BUDGET = 32_768;

describe('counterfactuals', () => {
  const scenario = parseScenario(scenarioDocument(80));

  it('are the mean over seeds of changed less base, each pair with one seed', async () => {
    const report = await whyScenario(scenario, 'ttftMs.p95');
    const more = report.changes.find((one) => one.name === 'one replica more')!;
    const pools = [{ ...scenario.fleet.pools[0]!, replicas: 3 }];
    const changed = { ...scenario, fleet: { pools } };
    const differences = [3, 4].map((seed) => p95(changed, seed) - p95(scenario, seed));
    const figure = more.figures['ttftMs.p95']!;
    expect(figure.difference).toBeCloseTo((differences[0]! + differences[1]!) / 2, 9);
    expect((figure.interval!.low + figure.interval!.high) / 2).toBeCloseTo(figure.difference!, 9);
    expect(more.figures['cost.perHour']!.difference).toBeGreaterThan(0);
    expect(report.decision).toBe('meets');
    expect(report.fleets[0]!.attribution.e2eMs[0]!.n).toBe(160);
  });

  it('mark bounds as bounds, and say why a change cannot be run', async () => {
    const report = await whyScenario(scenario);
    expect(report.changes.filter((one) => one.kind === 'bound').map((one) => one.name)).toEqual([
      'perfectCache',
      'idealRouting',
      'all of these',
    ]);
    // A GPU of 24 GB: activations of twice the step budget leave no room for KV.
    const tight = {
      ...scenario.fleet.pools[0],
      gpu: 'l4',
      engine: { name: 'vllm', args: { max_num_batched_tokens: TIGHT_BUDGET } },
    };
    const whole = parseScenario({ ...scenarioDocument(20), fleet: { pools: [tight] } });
    const { changes } = await whyScenario(whole);
    const doubled = changes.find((one) => one.name === `step budget ${2 * TIGHT_BUDGET} tokens`)!;
    expect(doubled).toMatchObject({ status: 'invalid', figures: {} });
    expect(doubled.reason).toContain('fleet.pools[0].model');
  });

  it('of disaggregated fleets touch each pool and the links', () => {
    const base = scenario.fleet.pools[0]!;
    const split = parseScenario({
      ...scenarioDocument(10),
      fleet: {
        pools: [
          { ...base, name: 'p', role: 'prefill', replicas: 1 },
          { ...base, name: 'd', role: 'decode', replicas: 2 },
        ],
      },
    });
    const names = changesOf(split, () => 8192).map((change) => change.name);
    expect(names).toEqual(
      expect.arrayContaining([
        'p: one replica more',
        'd: one replica fewer',
        'KV links twice as fast',
        'infiniteNetwork',
      ]),
    );
    expect(names).not.toContain('p: one replica fewer');
  });
});

describe('inputs', () => {
  it('at factor 1 change no result; twice the output length makes twice the tokens', () => {
    const scenario = parseScenario({
      ...scenarioDocument(40),
      workload: {
        kind: 'synthetic',
        arrivals: { process: 'poisson', rateRps: 10 },
        input: { dist: 'constant', value: 200 },
        output: { dist: 'uniform', min: 10, max: 50 },
        classes: [
          { name: 'a', weight: 1 },
          { name: 'b', weight: 1, output: { dist: 'constant', value: 30 } },
        ],
      },
    });
    const tokens = (of: Scenario): number =>
      simulate(of, { seed: 1, fastForward: true }).recorder.total.outputTokens;
    for (const input of INPUTS) {
      const same = input.scaled(scenario, 1);
      if (same !== null) expect(p95(same, 1)).toBe(p95(scenario, 1));
    }
    const twice = INPUTS.find((one) => one.id === 'output')!.scaled(scenario, 2)!;
    expect(tokens(twice) / tokens(scenario)).toBeCloseTo(2, 1);
  });

  it('that a scenario does not have are left out', () => {
    const scenario = parseScenario(scenarioDocument(10));
    expect(INPUTS.filter((input) => input.scaled(scenario, 1) === null).map((input) => input.id)).toEqual([
      'prefix',
      'link',
    ]);
  });
});

describe('flip points', () => {
  const search = (flipsAt: (factor: number) => string | null): Flips => {
    const found = findFlips(flipsAt(1)!);
    let step = found.next();
    while (step.done !== true) step = found.next(flipsAt(step.value));
    return step.value;
  };

  it('bracket a known threshold to 2 %, on either side', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.26, max: 3.9, noNaN: true }), (at) => {
        fc.pre(Math.abs(Math.log(at)) > 0.05);
        const { up, down } = search((factor) => (factor > at === 1 > at ? 'meets' : 'fails'));
        const [hit, other] = at > 1 ? [up!, down] : [down!, up];
        expect(other).toBeNull();
        expect(hit.decision).toBe('fails');
        expect(Math.min(hit.factor, hit.holdsTo)).toBeLessThanOrEqual(at);
        expect(Math.max(hit.factor, hit.holdsTo)).toBeGreaterThanOrEqual(at);
        expect(Math.abs(Math.log(hit.factor / hit.holdsTo))).toBeLessThanOrEqual(0.02);
      }),
    );
  });

  it('of load: the SLO fails just beyond, and holds just before', async () => {
    const scenario = parseScenario({ ...scenarioDocument(150), slo: { ttftMs: { p95: 60 } } });
    const { flips, decision } = await whyScenario(scenario);
    const { up } = flips.find((one) => one.input === 'load')!;
    expect([decision, up!.decision]).toEqual(['meets', 'fails']);
    const load = INPUTS.find((one) => one.id === 'load')!;
    const pooled = (factor: number): boolean => simulateBoth(load.scaled(scenario, factor)!) <= 60;
    expect([pooled(up!.holdsTo), pooled(up!.factor)]).toEqual([true, false]);
  });

  function simulateBoth(scenario: Scenario): number {
    const [a, b] = [3, 4].map((seed) => simulate(scenario, { seed, fastForward: true }).recorder);
    a!.merge(b!);
    return a!.total.ttft.quantile(0.95)! / 1e3;
  }

  it('of a comparison say which fleet is the one to take instead', async () => {
    const comparison = parseComparison({ ...comparisonDocument(150), slo: { ttftMs: { p95: 60 } } });
    const report = await whyOf(comparisonCells(comparison), settings);
    expect(report.decision).toBe('two');
    // The tornado is that of the fleet to take, which is not the first one.
    expect(report.tornadoOf).toBe('two');
    const ends = report.tornado.find((one) => one.input === 'load')!;
    const base = report.fleets.find(({ fleet }) => fleet === 'two')!.figures[report.metric]!;
    expect(ends.low.value! - ends.low.difference!).toBeCloseTo(base, 6);
    expect(report.changes).toEqual([]);
    expect(report.flips.find((one) => one.input === 'load')!.up!.decision).toBe('three');
  });
});

describe('settings that go in steps', () => {
  const pool = parseScenario(scenarioDocument(10)).fleet.pools[0]!;
  const split = parseScenario({
    ...scenarioDocument(60),
    fleet: {
      pools: [
        { ...pool, name: 'p', role: 'prefill', replicas: 2 },
        { ...pool, name: 'd', role: 'decode', replicas: 3 },
      ],
    },
  });

  it('have values to either side, nearest first, and change nothing but themselves', () => {
    const inputs = Object.fromEntries(stepInputsOf(split, () => 2048).map((one) => [one.id, one]));
    expect(inputs['tp']).toMatchObject({ now: 1, up: [2, 4, 8, 16], down: [] });
    expect(inputs['split']).toMatchObject({ now: 2, up: [3, 4], down: [1] });
    expect(inputs['stepTokens']).toMatchObject({
      now: 2048,
      up: [4096, 8192, 16_384, 32_768],
      down: [1024, 512],
    });
    const moved = inputs['split']!.at(4).fleet.pools.map(({ replicas }) => replicas);
    expect(moved).toEqual([4, 1]);
    // The link that a GPU comes with, spelled out, is the same link.
    expect(p95(inputs['link']!.at(inputs['link']!.now), 3)).toBe(p95(split, 3));
  });

  it('are looked at until the decision changes, with the value before it and the figure there', async () => {
    // Prompts of 300 tokens take 15 ms, and 60 of them a second are nine tenths of a worker.
    const load = INPUTS.find((one) => one.id === 'load')!.scaled(split, 3)!;
    const limited = { ...load, slo: { ttftMs: { p95: 80 } } };
    const report = await whyScenario(limited);
    expect(report.decision).toBe('meets');
    const found = report.steps.find((one) => one.input === 'split')!;
    expect(found.down).toMatchObject({ holdsTo: 2, value: 1, decision: 'fails' });
    expect(found.down!.metric).toBeGreaterThan(80);
    const bar = report.tornado.find((one) => one.input === 'split')!;
    expect(bar).toMatchObject({ error: null, steps: { low: 1, now: 2, high: 3 } });
    expect(bar.low.value).toBeCloseTo(found.down!.metric!, 9);
    // A GPU a replica is the least there is.
    expect(report.tornado.find((one) => one.input === 'tp')).toMatchObject({
      ...{ steps: { low: null, now: 1 }, low: { value: null } },
    });
  });
});

describe('prices', () => {
  it('flip the choice where fleets of two GPUs cost the same', async () => {
    const document = comparisonDocument(60);
    const [first, second] = parseComparison(document).fleets as [NamedFleet, NamedFleet];
    const other = { ...second, pools: second.pools.map((one) => ({ ...one, gpu: 'h200-sxm', replicas: 2 })) };
    const same = { ...first, pools: first.pools.map((one) => ({ ...one, replicas: 2 })) };
    const comparison = parseComparison({
      ...document,
      fleets: [same, other],
      slo: { ttftMs: { p95: 60_000 } },
      prices: { gpuHourUsd: { 'h100-sxm': 2, 'h200-sxm': 3 } },
    });
    const { decision, flips } = await whyOf(comparisonCells(comparison), settings);
    expect(decision).toBe(first.name);
    // At one and a half times its price the H100 costs what the H200 does.
    const h100 = flips.find(({ input }) => input === 'price:h100-sxm')!;
    expect(h100.down).toBeNull();
    expect(h100.up!.decision).toContain(second.name);
    expect(h100.up!.holdsTo).toBeLessThanOrEqual(1.5);
    expect(h100.up!.factor).toBeGreaterThanOrEqual(1.5);
    const h200 = flips.find(({ input }) => input === 'price:h200-sxm')!;
    expect(h200.down!.factor).toBeLessThanOrEqual(2 / 3);
    expect(h200.down!.holdsTo).toBeGreaterThanOrEqual(2 / 3);
  });

  it('of one GPU for all fleets flip nothing, and are not listed', async () => {
    const comparison = parseComparison({ ...comparisonDocument(30), slo: { ttftMs: { p95: 60_000 } } });
    const { flips } = await whyOf(comparisonCells(comparison), settings);
    expect(flips.some(({ input }) => input.startsWith('price:'))).toBe(false);
  });
});
