/** Upper bounds as switches: each one takes away what it says, leaves the rest, and is marked in the report. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import { buildReport, type ClassedReport } from '../../sim/metrics/build-report.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';

function pool(role: string, replicas: number): Record<string, unknown> {
  return {
    ...{ name: role, role, replicas, gpu: 'h100-sxm', model: 'llama-3.1-8b' },
    engine: { name: 'vllm' },
  };
}

const WORKLOAD = {
  kind: 'synthetic',
  arrivals: { process: 'poisson', rateRps: 14 },
  prefixes: { groups: 4, tokens: 1000 },
  input: { dist: 'lognormal', mean: 500, cv: 1, max: 4000 },
  output: { dist: 'lognormal', mean: 100, cv: 1.5, max: 2000 },
};

function reportOf(changes: Record<string, unknown>, ideals: readonly string[] = [], seed = 1): ClassedReport {
  const { run, ...rest } = changes;
  const scenario = parseScenario({
    workload: WORKLOAD,
    slo: { ttftMs: { p95: 500 } },
    fleet: { pools: [pool('both', 3)] },
    calibration: {
      ...{ kind: 'affine', baseUs: 8000, perSequenceUs: 50, perPrefillTokenUs: 60 },
      ...{ perContextTokenUs: 0.05, frontEndUs: 500 },
    },
    ...rest,
    run: { requests: 300, ...(run as object), ...(ideals.length > 0 ? { idealised: ideals } : {}) },
  });
  return buildReport([simulate(scenario, { seed, fastForward: true })], {
    ...{ scenario: 's', slo: scenario.slo, priceOf: () => null, engineDigest: 'd', wallMs: 0 },
  });
}

const split = {
  fleet: { pools: [pool('prefill', 2), pool('decode', 2)], network: { kvLink: { GBps: 1, baseUs: 50 } } },
};

describe('idealised runs', () => {
  it('of an infinite network wait for no transfer, and say that they are ideal', () => {
    const real = reportOf(split);
    const ideal = reportOf(split, ['infiniteNetwork']);
    expect(real.transferMs.mean!).toBeGreaterThan(50);
    expect(ideal.transferMs.max!).toBeLessThan(0.001);
    expect(ideal.ttftMs.mean!).toBeLessThan(real.ttftMs.mean!);
    expect(ideal.counts).toEqual(real.counts);
    expect(real.idealised).toBeUndefined();
    expect(ideal.idealised).toEqual(['infiniteNetwork']);
    expect(
      ideal.notes.some((note) => note.startsWith('idealised, an upper bound that cannot be built')),
    ).toBe(true);
  });

  it('of a perfect cache compute what is new only: here the prefix of each group that came once', () => {
    const many = { workload: { ...WORKLOAD, prefixes: { groups: 100, tokens: 3000 } } };
    const [real, ideal] = [reportOf(many), reportOf(many, ['perfectCache'])];
    expect(ideal.counts).toEqual(real.counts);
    const tokens = (of: ClassedReport): number => of.throughput.inputTokensPerS * of.durationS;
    const groups = 300 - (tokens(real) - tokens(ideal)) / 3000;
    expect(groups).toBeCloseTo(Math.round(groups), 6);
    expect(groups).toBeGreaterThan(80);
    expect(groups).toBeLessThanOrEqual(100);
    expect(ideal.ttftMs.mean!).toBeLessThan(real.ttftMs.mean!);
  });

  it('of a perfect cache keep the turns of sessions', () => {
    const sessions = {
      workload: {
        kind: 'synthetic',
        arrivals: { process: 'poisson', rateRps: 3 },
        input: { dist: 'constant', value: 200 },
        output: { dist: 'constant', value: 50 },
        sessions: { turns: { dist: 'constant', value: 4 }, thinkTimeS: { dist: 'constant', value: 1 } },
      },
      run: { requests: 120 },
    };
    const [real, ideal] = [reportOf(sessions), reportOf(sessions, ['perfectCache'])];
    expect(ideal.counts.completed).toBe(real.counts.completed);
    // Of each turn the new 200 tokens are left, whatever the history.
    expect((ideal.throughput.inputTokensPerS * ideal.durationS) / ideal.counts.completed).toBeCloseTo(200, 6);
  });

  it('of ideal routing are no worse than the router, over seeds, and the same where there is nothing to choose', () => {
    const meanOf = (ideals: readonly string[]): number =>
      [1, 2, 3, 4].reduce((sum, seed) => sum + reportOf({}, ideals, seed).ttftMs.p95!, 0) / 4;
    expect(meanOf(['idealRouting'])).toBeLessThan(meanOf([]));
    const lone = { fleet: { pools: [pool('both', 1)] } };
    expect(reportOf(lone, ['idealRouting']).e2eMs).toEqual(reportOf(lone).e2eMs);
    expect(reportOf(split, ['idealRouting']).counts.completed).toBe(300);
  });

  it('of instant scaling have new replicas at once', () => {
    const scaled = {
      workload: { ...WORKLOAD, arrivals: { process: 'poisson', rateRps: 30 } },
      run: { requests: 1500 },
      fleet: { pools: [pool('both', 1)] },
      autoscaler: [{ pool: 'both', min: 1, max: 4, metric: 'inFlight', target: 8 }],
    };
    const [real, ideal] = [reportOf(scaled), reportOf(scaled, ['instantScaling'])];
    expect(ideal.ttftMs.p95!).toBeLessThan(real.ttftMs.p95! / 2);
  });
});

describe('run.stepTimeFactor', () => {
  it('makes steps last longer, and says so', () => {
    const lone = {
      workload: {
        kind: 'synthetic',
        arrivals: { process: 'constant', rateRps: 0.1 },
        input: { dist: 'constant', value: 100 },
        output: { dist: 'constant', value: 11 },
      },
    };
    const [one, two] = [1, 2].map((stepTimeFactor) =>
      reportOf({ ...lone, run: { requests: 3, stepTimeFactor } }),
    );
    expect(two!.tpotMs.mean!).toBeCloseTo(2 * one!.tpotMs.mean!, 6);
    expect(two!.notes).toContain("step times are 2 times the model's");
    expect(one!.notes.some((note) => note.startsWith('step times are'))).toBe(false);
  });
});
