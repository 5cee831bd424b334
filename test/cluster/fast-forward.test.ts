/**
 * Fast-forward on whole fleets equals one event per step: the same decisions, cache hits, preemptions and token counts, times
 * within 1e-9. Random traffic (shared prefixes, sessions, long prompts in chunks, clients that give up) on small caches of every
 * engine, whole and split; faults are those of conservation.test.ts.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PoolSpec, Scenario } from '../../sim/scenario/schema.ts';
import { expectSameOutcomes, run, scenario } from './fixtures.ts';

/** Every engine with a small budget of tokens a step, and (where the cache can be sized) with one of few thousand tokens. */
const ENGINES = [
  { name: 'vllm', version: '0.15', args: { max_num_batched_tokens: 256, num_gpu_blocks_override: 180 } },
  { name: 'vllm', version: '0.19', args: { max_num_batched_tokens: 512, num_gpu_blocks_override: 240 } },
  { name: 'vllm', version: '0.27', args: { max_num_batched_tokens: 300, num_gpu_blocks_override: 200 } },
  { name: 'sglang', version: '0.5.16', args: { chunked_prefill_size: 256, max_total_tokens: 3200 } },
  { name: 'trtllm', version: '1.2', args: { max_num_tokens: 512 } },
  { name: 'tgi', version: '3.3', args: { max_batch_total_tokens: 4000, max_total_tokens: 1400 } },
] as const;

const world = fc.record({
  engine: fc.constantFrom(...ENGINES),
  split: fc.boolean(),
  prefixes: fc.boolean(),
  sessions: fc.boolean(),
  meanInput: fc.constantFrom(60, 300, 700),
  rateRps: fc.integer({ min: 3, max: 60 }),
  timeoutS: fc.constantFrom(2, 9, 60),
  perContextTokenUs: fc.constantFrom(0, 0.0137, 0.731),
  seed: fc.integer({ min: 1, max: 10_000 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

function scenarioOf(w: World): Scenario {
  const base = scenario();
  const split = w.split && w.engine.name !== 'tgi';
  const pool = (name: string, role: PoolSpec['role']): PoolSpec => ({
    ...base.fleet.pools[0]!,
    ...{ name, role, replicas: 2, engine: w.engine, link: { GBps: 3, baseUs: 40 } },
  });
  return {
    ...base,
    seed: w.seed,
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: w.rateRps },
      input: { dist: 'lognormal', mean: w.meanInput, cv: 0.8, min: 1, max: 900 },
      output: { dist: 'lognormal', mean: 60, cv: 0.9, min: 1, max: 300 },
      ...(w.prefixes ? { prefixes: { groups: 4, tokens: 200, zipf: 1 } } : {}),
      ...(w.sessions ? { sessions: { turns: 3, thinkTimeS: { dist: 'uniform', min: 0, max: 3 } } } : {}),
    },
    fleet: { pools: split ? [pool('p', 'prefill'), pool('d', 'decode')] : [pool('a', 'both')] },
    clients: { timeoutS: w.timeoutS },
    calibration: {
      ...{ kind: 'affine', baseUs: 6_113, perSequenceUs: 41.3, perPrefillTokenUs: 19.7 },
      ...{ perContextTokenUs: w.perContextTokenUs, frontEndUs: 907 },
    } as NonNullable<Scenario['calibration']>,
    run: { requests: 90 },
  };
}

/** What must be equal to the last token. */
function counts({ result, records }: ReturnType<typeof run>): unknown {
  const { total, itl } = result.recorder;
  return {
    requests: records.map(({ request, course }) => [
      request.id,
      course.cachedTokens,
      course.preemptions,
      course.admissions,
      course.prefillEndpoint,
    ]),
    queried: result.queriedTokens,
    hits: result.hitTokens,
    output: total.outputTokens,
    gaps: itl.count,
  };
}

test('random traffic ends alike with and without fast-forward, on every engine', () => {
  const seen = { preemptions: 0, hits: 0, cancelled: 0 };
  fc.assert(
    fc.property(world, (w) => {
      const fast = run(scenarioOf(w), true);
      const slow = run(scenarioOf(w), false);
      expectSameOutcomes(fast, slow);
      expect(counts(fast)).toEqual(counts(slow));
      const [a, b] = [fast.result.recorder.itl, slow.result.recorder.itl];
      if (a.mean !== null) expect(Math.abs(a.mean - b.mean!)).toBeLessThanOrEqual(1e-9 * b.mean!);
      expect(fast.result.events).toBeLessThanOrEqual(slow.result.events);
      seen.preemptions += fast.result.recorder.total.preemptions;
      seen.hits += fast.result.hitTokens;
      seen.cancelled += fast.ends.cancelled;
    }),
    { numRuns: 40 },
  );
  // The worlds are worth it: caches run over, prefixes hit, clients give up.
  expect(Math.min(seen.preemptions, seen.hits, seen.cancelled)).toBeGreaterThan(0);
});
