/** Scaling: signals, start-up by size and load path, scale to zero, and what is billed. */
import { describe, expect, test } from 'vitest';
import { findLlm } from '../../models/llms.ts';
import { weightBytes } from '../../models/weights.ts';
import { buildReport } from '../../sim/metrics/build-report.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import type { AutoscalerSpec, Scenario } from '../../sim/scenario/schema.ts';
import { expectSameOutcomes, run, scenario } from './fixtures.ts';

type Rule = AutoscalerSpec[number];

const RULE: Rule = {
  pool: 'chat',
  min: 1,
  max: 6,
  metric: 'inFlight',
  target: 5,
  intervalS: 1,
  startDelayS: 1,
  stabilizationS: 5,
};

function stages(...rates: [rateRps: number, durationS: number][]): Scenario['workload'] {
  return {
    kind: 'synthetic',
    arrivals: {
      process: 'stages',
      of: 'constant',
      stages: rates.map(([rateRps, durationS]) => ({ rateRps, durationS })),
    },
    input: { dist: 'constant', value: 100 },
    output: { dist: 'constant', value: 50 },
  };
}

function scaled(rule: Partial<Rule>, overrides: Partial<Scenario> = {}, replicas = 2) {
  const s = scenario({ autoscaler: [{ ...RULE, ...rule }], ...overrides }, { replicas });
  const fast = run(s);
  expectSameOutcomes(fast, run(s, false));
  return fast;
}

const sizes = (r: ReturnType<typeof run>): number[] => r.result.scaling.map((change) => change.replicas);

test('adds replicas after their start-up when the target is exceeded, and no more than it takes', () => {
  const r = scaled({ max: 4, target: 4, startDelayS: 2 }, { run: { requests: 400 } });
  // 20 requests/s for 0.5 s each keep 10 in flight: 3 replicas of 4.
  expect(new Set(r.records.map((x) => x.course.endpoint)).size).toBe(3);
  expect(r.records.filter((x) => x.course.endpoint === 2).every((x) => x.request.arrivalUs >= 3e6)).toBe(
    true,
  );
  expect(sizes(r)).toContain(3);
});

test('scales down to the floor when load ends, and loses nothing', () => {
  const r = scaled({}, { workload: stages([40, 10], [1, 60]), run: {} });
  expect(r.ends.completed).toBe(r.result.recorder.total.arrived);
  expect(sizes(r).at(-1)).toBe(1);
});

test('a busy share is a share of time: one stream keeps one replica busy whatever the batch holds', () => {
  // Requests of 0.5 s that overlap keep both replicas in steps all the time: 2 busy replicas / 0.5 = 4.
  const r = scaled({ metric: 'busy', target: 0.5, max: 4 }, { run: { requests: 100 } });
  expect(sizes(r)[0]).toBe(4);
});

test('a latency rule scales up while p95 is above the target, and not further once it is met', () => {
  // One sequence a step: a replica serves 2 requests/s, and 6/s need 3 replicas.
  const engine = { name: 'vllm', version: '0.19', args: { max_num_seqs: 1 } } as const;
  const base = scenario();
  const fleet = { pools: [{ ...base.fleet.pools[0]!, replicas: 1, engine }] };
  const rule = { metric: 'ttftP95Ms', target: 2000, max: 8, windowS: 10, stabilizationS: 60 } as const;
  const r = scaled(rule, { workload: stages([6, 60]), fleet, run: {} });
  expect(Math.max(...sizes(r))).toBeGreaterThanOrEqual(3);
  const late = r.records.filter((x) => x.request.arrivalUs > 40e6);
  const met = late.filter((x) => x.course.firstTokenUs - x.request.arrivalUs <= 2e6);
  expect(met.length / late.length).toBeGreaterThan(0.9);
  expect(r.ends.completed).toBe(r.result.recorder.total.arrived);
});

test('a pool that answers nobody is seen by a latency rule: ages of the waiting count', () => {
  const crash = { kind: 'crash', pool: 'chat', replica: 0, atS: 2, detectAfterS: 0 } as const;
  const r = scaled(
    { metric: 'ttftP95Ms', target: 500, min: 0, windowS: 5 },
    { faults: [crash], run: { requests: 200 } },
    1,
  );
  expect(sizes(r).some((size) => size >= 1)).toBe(true);
  expect(r.ends.completed + r.ends.failed).toBe(200);
  expect(r.ends.completed).toBeGreaterThan(150);
});

describe('start-up', () => {
  test('takes the boot time and the weights over the load path', () => {
    const bytes = weightBytes(findLlm('llama-3.1-8b', 'model'), 'bf16');
    const secondReplicaAt = (load: Rule['load']): number => {
      const rule: Rule = { pool: 'chat', min: 2, max: 2, metric: 'busy', target: 1, intervalS: 1, bootS: 3 };
      const s = scenario(
        {
          autoscaler: [load === undefined ? rule : { ...rule, load }],
          workload: stages([40, 40]),
          run: {},
        },
        { replicas: 1 },
      );
      const onSecond = run(s).records.filter((x) => x.course.endpoint === 1);
      return Math.min(...onSecond.map((x) => x.course.dispatchedUs)) / 1e6;
    };
    // Asked for at 1 s, serves 3 s + bytes / rate later; the router sends to it within a few arrivals.
    for (const [load, GBps] of [
      [undefined, 2],
      [{ from: 'disk' }, 5],
      [{ from: 'remote' }, 1],
      [{ from: 'sharedFs', GBps: 8 }, 8],
    ] as const) {
      const expected = 1 + 3 + bytes / (GBps * 1e9);
      const seen = secondReplicaAt(load);
      expect(seen).toBeGreaterThanOrEqual(expected);
      expect(seen).toBeLessThan(expected + 0.2);
    }
  });

  test('from a peer, each GPU reads its shard over its own KV link', () => {
    const base = scenario();
    const pool = { ...base.fleet.pools[0]!, replicas: 1, link: { GBps: 10, baseUs: 0 } };
    const rule: Rule = {
      ...{ pool: 'chat', min: 2, max: 2, metric: 'busy', target: 1, intervalS: 1 },
      bootS: 0,
      load: { from: 'peer' },
    } as Rule;
    const at = (tp: number): number => {
      const fleet = { pools: [{ ...pool, parallel: { tp } }] };
      const r = run(scenario({ autoscaler: [rule], fleet, workload: stages([40, 10]), run: {} }));
      const onSecond = r.records.filter((x) => x.course.endpoint === 1);
      return Math.min(...onSecond.map((x) => x.course.dispatchedUs)) / 1e6 - 1;
    };
    expect(at(1)).toBeCloseTo(1.6, 1);
    expect(at(2)).toBeCloseTo(0.8, 1);
  });
});

describe('scale to zero', () => {
  const toZero = { min: 0, startDelayS: 20 };
  const burst = stages([5, 4], [0, 60], [5, 4]);

  test('requests wait for the cold start, pay for it, and none is lost', () => {
    const r = scaled(toZero, { workload: burst, run: {} }, 1);
    expect(sizes(r)).toContain(0);
    expect(r.ends.completed).toBe(r.result.recorder.total.arrived);
    const second = r.records.filter((x) => x.request.arrivalUs >= 64e6);
    // Seen at the decision at 65 s at the latest, serving 20 s later.
    for (const x of second) expect(x.course.firstTokenUs).toBeGreaterThanOrEqual(84e6);
    expect(second.length).toBe(20);
  });

  test('with flow control they wait in its queues, under its time-to-live', () => {
    const router = (ttl: string) => ({
      allowExperimentalPlugins: true,
      config: {
        apiVersion: 'llm-d.ai/v1alpha1',
        kind: 'EndpointPickerConfig',
        featureGates: ['flowControl'],
        plugins: [{ type: 'queue-scorer' }],
        schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorer' }] }],
        flowControl: { noEndpointRequestTTL: ttl },
      },
    });
    const patient = scaled(toZero, { workload: burst, router: router('60s'), run: {} }, 1);
    expect(patient.ends.completed).toBe(patient.result.recorder.total.arrived);
    const hasty = scaled(toZero, { workload: burst, router: router('5s'), run: {} }, 1);
    expect(hasty.ends.rejected).toBe(20);
    expect(hasty.ends.completed + hasty.ends.rejected).toBe(hasty.result.recorder.total.arrived);
  });

  test('a pool may start empty, if a rule can fill it', () => {
    const s = scenario({ autoscaler: [{ ...RULE, min: 0 }], run: { requests: 30 } }, { replicas: 0 });
    expect(run(s).ends.completed).toBe(30);
    const { autoscaler: _, ...without } = s;
    expect(() => parseScenario(without)).toThrow(/replicas.*found 0|no autoscaler rule names the pool chat/s);
  });

  test('clients that give up while nothing serves are counted as cancelled', () => {
    const r = scaled(toZero, { workload: burst, clients: { timeoutS: 5 }, run: {} }, 1);
    expect(r.ends.cancelled).toBe(20);
  });
});

test('an elastic pool is billed for what is held, start-up included, and lists its sizes', () => {
  const r = scaled({ min: 0, startDelayS: 10 }, { workload: stages([5, 4], [0, 36], [5, 1]), run: {} }, 1);
  // Held until it is retired (idle from 4.3 s, calm for 5 s), and again for the cold start of 10 s and what follows.
  const [pool] = r.result.pools;
  expect(pool!.heldUs / 1e6).toBeGreaterThan(9 + 10);
  expect(pool!.heldUs / 1e6).toBeLessThan(10 + 12);
  expect(r.result.durationUs / 1e6).toBeGreaterThan(50);
  const report = buildReport([r.result], {
    scenario: 'x',
    slo: undefined,
    priceOf: () => ({ usdPerHour: 3, source: 'test' }),
    engineDigest: 'd',
    wallMs: 1,
  });
  expect(report.pools[0]!.replicaHours).toBeCloseTo(pool!.heldUs / 3.6e9, 12);
  expect(report.cost.perHour).toBeCloseTo((3 * pool!.heldUs) / r.result.durationUs, 9);
  expect(report.scaling).toEqual(r.result.scaling.map((change) => ({ seed: 3, ...change })));
});

test('rules that cannot be are errors with their path', () => {
  expect(() => scaled({ pool: 'caht' })).toThrow(/autoscaler\[0\]\.pool.*chat/);
  expect(() => scaled({ min: 7 })).toThrow(/autoscaler\[0\]\.min.*at most max/);
});
