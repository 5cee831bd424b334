/**
 * Whatever happens to a fleet, every request ends in exactly one bucket, and fast-forward ends them as stepping does: random
 * worlds of engines, split and whole pools, faults, scaling, rollouts, clients that give up, cancel and ask again.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FaultSpec, PoolSpec, Scenario } from '../../sim/scenario/schema.ts';
import { expectSameOutcomes, run, scenario } from './fixtures.ts';

const tenths = (min: number, max: number) => fc.integer({ min, max }).map((n) => n / 10);

const ENGINES = [
  { name: 'vllm', version: '0.15' },
  { name: 'vllm', version: '0.27', args: { kv_load_failure_policy: 'recompute', kv_lease_duration: 2 } },
  { name: 'vllm', version: '0.27', args: { num_gpu_blocks_override: 60, kv_lease_duration: 1 } },
  { name: 'sglang', version: '0.5.16' },
  { name: 'trtllm', version: '1.2' },
] as const;

const pool = fc.constantFrom('a', 'b');
const at = { pool, replica: fc.constant(0), atS: tenths(0, 60) };
const durationS = tenths(1, 30);

const fault: fc.Arbitrary<FaultSpec> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('crash' as const),
      ...at,
      recoverAfterS: durationS,
      detectAfterS: tenths(0, 8),
    },
    { requiredKeys: ['kind', 'pool', 'replica', 'atS', 'detectAfterS'] },
  ),
  fc.record({ kind: fc.constant('drain' as const), ...at, returnAfterS: durationS }),
  fc.record({ kind: fc.constant('slow' as const), ...at, durationS, factor: fc.constant(2.7) }),
  fc.record({
    kind: fc.constant('linkSlow' as const),
    pool,
    atS: tenths(0, 60),
    durationS,
    factor: tenths(11, 90),
  }),
  fc.record({ kind: fc.constant('linkCut' as const), pool, atS: tenths(0, 60), durationS }),
  fc.record({
    kind: fc.constant('transferError' as const),
    atS: tenths(0, 60),
    durationS,
    probability: tenths(1, 10),
  }),
);

const rule = fc.record({
  pool,
  min: fc.integer({ min: 0, max: 1 }),
  max: fc.integer({ min: 1, max: 3 }),
  metric: fc.constantFrom('inFlight', 'busy', 'ttftP95Ms', 'kvUsage', 'tpotP95Ms', 'waiting'),
  target: fc.constantFrom(0.5, 3, 150),
  intervalS: fc.constant(0.7),
  startDelayS: tenths(0, 25),
  stabilizationS: tenths(0, 20),
  windowS: fc.constant(3),
});

const rollout = fc.record({
  pool,
  atS: tenths(0, 40),
  maxUnavailable: fc.constant(1),
  maxSurge: fc.integer({ min: 0, max: 1 }),
  graceS: tenths(0, 20),
  startDelayS: tenths(0, 10),
});

const world = fc.record({
  split: fc.boolean(),
  engine: fc.constantFrom(...ENGINES),
  pp: fc.constantFrom(1, 1, 2),
  replicas: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  faults: fc.array(fault, { maxLength: 3 }),
  autoscaler: fc.uniqueArray(rule, { maxLength: 2, selector: (r) => r.pool }),
  rollout: fc.array(rollout, { maxLength: 1 }),
  clients: fc.record({
    timeoutS: tenths(3, 80),
    retries: fc.integer({ min: 0, max: 2 }),
    backoffS: tenths(0, 10),
  }),
  rateRps: fc.integer({ min: 5, max: 40 }),
  seed: fc.integer({ min: 1, max: 1000 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

function scenarioOf(w: World): Scenario {
  const base = scenario();
  const made = (name: string, role: PoolSpec['role'], replicas: number): PoolSpec => ({
    ...base.fleet.pools[0]!,
    ...{ name, role, replicas, engine: w.engine, parallel: { pp: w.pp }, link: { GBps: 2, baseUs: 30 } },
  });
  return {
    ...base,
    seed: w.seed,
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: w.rateRps },
      input: { dist: 'lognormal', mean: 300, cv: 0.7, min: 1, max: 800 },
      output: { dist: 'lognormal', mean: 40, cv: 0.8, min: 1, max: 120 },
      maxTokens: 120,
    },
    fleet: {
      pools: [
        made('a', w.split ? 'prefill' : 'both', w.replicas[0]),
        made('b', w.split ? 'decode' : 'both', w.replicas[1]),
      ],
    },
    faults: w.faults,
    autoscaler: w.autoscaler as NonNullable<Scenario['autoscaler']>,
    rollout: w.rollout,
    clients: w.clients,
    calibration: {
      ...{ kind: 'affine', baseUs: 7_913, perSequenceUs: 31.7, perPrefillTokenUs: 17.3 },
      ...{ perContextTokenUs: 0.0137, frontEndUs: 1_111 },
    } as NonNullable<Scenario['calibration']>,
    run: { requests: 100 },
  };
}

test('every request ends in exactly one bucket, and fast-forward changes none', () => {
  fc.assert(
    fc.property(world, (w) => {
      const s = scenarioOf(w);
      const fast = run(s);
      expect(fast.records.map((r) => r.request.id).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 100 }, (_, i) => i),
      );
      const { completed, failed, rejected, cancelled, expired, inFlight } = fast.ends;
      expect(completed + failed + rejected + cancelled + expired).toBe(100);
      expect(inFlight).toBe(0);
      for (const { course, request, outputTokens } of fast.records) {
        expect(course.endUs).toBeGreaterThanOrEqual(request.arrivalUs);
        if (course.ending !== 'completed') continue;
        expect(course.firstTokenUs).toBeGreaterThan(request.arrivalUs);
        expect(course.endUs - course.firstTokenUs).toBeGreaterThanOrEqual((outputTokens - 1) * 7_913);
      }
      const slow = run(s, false);
      expectSameOutcomes(fast, slow);
      expect(fast.result.scaling).toEqual(slow.result.scaling);
    }),
    { numRuns: 50 },
  );
});
