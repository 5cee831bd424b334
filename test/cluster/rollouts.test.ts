/** Rolling changes: limits kept, nothing lost, and new replicas are what they should be. */
import { expect, test } from 'vitest';
import type { RolloutSpec, Scenario } from '../../sim/scenario/schema.ts';
import { expectSameOutcomes, run, scenario } from './fixtures.ts';

type Spec = RolloutSpec[number];

const SPEC: Spec = { pool: 'chat', atS: 2, startDelayS: 3 };

function rolled(spec: Partial<Spec>, overrides: Partial<Scenario> = {}) {
  const s = scenario(
    { rollout: [{ ...SPEC, ...spec }], run: { requests: 600 }, ...overrides },
    { replicas: 3 },
  );
  const fast = run(s);
  expectSameOutcomes(fast, run(s, false));
  return fast;
}

test('replaces every replica in turn, and every request completes', () => {
  const { ends, records, result } = rolled({});
  expect(ends.completed).toBe(600);
  expect(new Set(records.map((r) => r.course.endpoint))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  const late = records.filter((r) => r.request.arrivalUs > 20e6);
  expect(Math.min(...late.map((r) => r.course.endpoint))).toBe(3);
  expect(result.notes.find((note) => note.includes('rollout'))).toMatch(
    /chat: rollout of vllm@0.19 from 2.0 s, over at .*3 of 3 replicas replaced, at least 2 serving/,
  );
});

test('without a surge no more machines are held than before, and each replacement waits for the one before', () => {
  const { result, records } = rolled({});
  // Three at most, all the time: what is billed is at most 3 x duration, and less than that by no start-up.
  expect(result.pools[0]!.heldUs).toBeLessThanOrEqual(3 * result.durationUs);
  const first = (index: number): number =>
    Math.min(...records.filter((r) => r.course.endpoint === index).map((r) => r.request.arrivalUs));
  expect(first(4) - first(3)).toBeGreaterThan(3e6);
  expect(first(5) - first(4)).toBeGreaterThan(3e6);
});

test('with a surge and none unavailable there are never fewer than before', () => {
  const { result } = rolled({ maxSurge: 1, maxUnavailable: 0 });
  expect(result.notes.find((note) => note.includes('rollout'))).toMatch(/at least 3 serving/);
  expect(result.pools[0]!.heldUs).toBeGreaterThan(3 * result.durationUs);
});

test('all at once: requests wait at the gateway until a new replica serves', () => {
  const { ends, records } = rolled({ maxUnavailable: 3 });
  expect(ends.completed).toBe(600);
  const during = records.filter((r) => r.request.arrivalUs > 2.1e6 && r.request.arrivalUs < 5e6);
  for (const r of during) expect(r.course.firstTokenUs).toBeGreaterThan(5e6);
});

test('a grace period shorter than an answer loses it, unless the client asks again', () => {
  // Answers take 0.5 s.
  const { ends } = rolled({ graceS: 0.2 });
  expect(ends.failed).toBeGreaterThan(0);
  expect(ends.completed + ends.failed).toBe(600);
  expect(rolled({ graceS: 0.2 }, { clients: { retries: 2, backoffS: 0.1 } }).ends.completed).toBe(600);
});

test('the new engine serves: one sequence at a time makes answers wait', () => {
  const { records } = rolled({ engine: { version: '0.27', args: { max_num_seqs: 1 } } });
  const tpot = (from: number, to: number): number[] =>
    records
      .filter((r) => r.request.arrivalUs > from && r.request.arrivalUs < to)
      .map((r) => r.course.queueUs);
  expect(Math.max(...tpot(0, 1.5e6))).toBeLessThan(20_000);
  expect(Math.max(...tpot(25e6, 30e6))).toBeGreaterThan(500_000);
});

test('a rollout that cannot be is an error with its path', () => {
  expect(() => rolled({ pool: 'caht' })).toThrow(/rollout\[0\]\.pool.*chat/);
  expect(() => rolled({ maxUnavailable: 0 })).toThrow(/rollout\[0\]\.maxUnavailable/);
  expect(() => rolled({ engine: { args: { max_seqs: 1 } } })).toThrow(
    /rollout\[0\]\.engine\.args\.max_seqs.*max_num_seqs/,
  );
});
