/** What goes wrong between prefill and decode: each fault by hand, and the rule of the decode engine. */
import { describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../sim/scenario/schema.ts';
import { expectSameOutcomes, KV_BYTES, run, splitScenario } from './fixtures.ts';

/** 999 tokens (the last is computed again) over 1 GB/s. */
const PULL_US = (999 * KV_BYTES) / 1e3;
const RECOMPUTE = { kv_load_failure_policy: 'recompute' };

function played(
  faults: FaultSpec[],
  args: Readonly<Record<string, string | number>> = {},
  more: Parameters<typeof splitScenario>[0] = {},
) {
  const s = splitScenario({ faults, ...more }, args);
  const fast = run(s);
  expectSameOutcomes(fast, run(s, false));
  const { ends, result } = fast;
  expect(ends.completed + ends.failed + ends.cancelled + ends.rejected).toBe(result.recorder.total.arrived);
  return fast;
}

test('undisturbed, TTFT is prefill step, pull, and one step for the last token', () => {
  const { records, ends } = played([]);
  expect(ends.completed).toBe(20);
  for (const r of records) {
    expect(r.course.transferUs).toBeCloseTo(PULL_US, 0);
    expect(r.course.firstTokenUs - r.request.arrivalUs).toBeCloseTo(10_000 + PULL_US + 10_000, 0);
  }
});

describe('links', () => {
  test('a slow link lengthens the pulls over it, those under way included', () => {
    const { records } = played([{ kind: 'linkSlow', pool: 'p', atS: 2, durationS: 3, factor: 2 }]);
    const pull = (id: number): number => records.find((r) => r.request.id === id)!.course.transferUs;
    expect(pull(0)).toBeCloseTo(PULL_US, 0);
    // Arrives at 2.5 s, wholly inside.
    expect(pull(5)).toBeCloseTo(2 * PULL_US, 0);
    expect(pull(12)).toBeCloseTo(PULL_US, 0);
    // Arrived at 1.5 s; one that strikes in the middle of the pull of request 4 (2.01 s on) doubles the rest only.
    const middle = played([{ kind: 'linkSlow', pool: 'p', atS: 2.06, durationS: 3, factor: 2 }]);
    const fourth = middle.records.find((r) => r.request.id === 4)!.course.transferUs;
    expect(fourth).toBeCloseTo(50_000 + 2 * (PULL_US - 50_000), 0);
  });

  test('over a cut link loads fail, and the decode engine fails the request or computes the prompt itself', () => {
    const cut: FaultSpec = { kind: 'linkCut', pool: 'p', atS: 1.9, durationS: 2 };
    const failing = played([cut]);
    // Arrivals at 2, 2.5, 3 and 3.5 s.
    const failed = failing.records.filter((r) => r.course.ending === 'failed');
    expect(failed.map((r) => r.request.id).sort()).toEqual([4, 5, 6, 7]);
    expect(failed[0]!.course.reason).toMatch(/^KV load failed/);
    const again = played([cut], RECOMPUTE);
    expect(again.ends.completed).toBe(20);
    const redone = again.records.find((r) => r.request.id === 5)!;
    // Prefill there, then the whole prompt here.
    expect(redone.course.firstTokenUs - redone.request.arrivalUs).toBeCloseTo(20_000, 0);
  });

  test('a cut that strikes during a pull fails that pull', () => {
    const { records } = played([{ kind: 'linkCut', pool: 'p', to: 'd', atS: 2.05, durationS: 0.1 }]);
    const failed = records.filter((r) => r.course.ending === 'failed');
    expect(failed.map((r) => [r.request.id, r.course.endUs])).toEqual([[4, 2.05e6]]);
  });

  test('the way back and the way to others are not cut', () => {
    const { ends } = played([{ kind: 'linkCut', pool: 'd', to: 'p', atS: 0, durationS: 100 }]);
    expect(ends.completed).toBe(20);
    const one = played([{ kind: 'linkCut', pool: 'd', replica: 0, atS: 0, durationS: 100 }]);
    for (const r of one.records) {
      expect(r.course.ending).toBe(r.course.endpoint === 1 ? 'failed' : 'completed');
    }
  });

  test('transfers break off with the probability given, at random points of their way', () => {
    const more = { run: { requests: 400 } };
    const half: FaultSpec = { kind: 'transferError', probability: 0.5, atS: 0 };
    const { ends, records } = played([half], {}, more);
    // Binomial with 400 draws: 5 standard deviations are 50.
    expect(Math.abs(ends.failed - 200)).toBeLessThan(50);
    const brokenUs = records
      .filter((r) => r.course.ending === 'failed')
      .map((r) => (r.course.endUs - r.course.transferSinceUs) / PULL_US);
    const mean = brokenUs.reduce((a, b) => a + b, 0) / brokenUs.length;
    expect(mean).toBeGreaterThan(0.4);
    expect(mean).toBeLessThan(0.6);
    const retried = played([half], {}, { ...more, clients: { retries: 30, backoffS: 0.1 } });
    expect(retried.ends.completed).toBe(400);
    const ended: FaultSpec = { ...half, probability: 1, durationS: 1.1 };
    expect(played([ended]).ends.failed).toBe(3);
  });
});

describe('instances', () => {
  const pCrash: FaultSpec = {
    kind: 'crash',
    pool: 'p',
    replica: 0,
    atS: 2.05,
    recoverAfterS: 0.2,
    detectAfterS: 0,
  };

  test('a prefill instance lost while its KV is being pulled: the decode engine deals with it', () => {
    const failing = played([pCrash]);
    expect(failing.records.filter((r) => r.course.ending === 'failed').map((r) => r.request.id)).toEqual([4]);
    const again = played([pCrash], RECOMPUTE);
    expect(again.ends.completed).toBe(20);
    const redone = again.records.find((r) => r.request.id === 4)!;
    // The crash at 50 ms, and one step for the whole prompt.
    expect(redone.course.firstTokenUs - redone.request.arrivalUs).toBeCloseTo(60_000, 0);
  });

  test('a prefill instance lost during the prefill fails the attempt; a retry goes elsewhere', () => {
    const early: FaultSpec = { ...pCrash, atS: 2.005 };
    expect(played([early], RECOMPUTE).ends.failed).toBe(1);
    const retried = played([early], RECOMPUTE, { clients: { retries: 1, backoffS: 1 } });
    expect(retried.ends.completed).toBe(20);
  });

  test('when the decode side dies, the prefill side keeps the blocks until the lease ends', () => {
    // Prefill pool of 79 usable blocks: one prompt (63 blocks) at a time.
    const dCrashes: FaultSpec[] = [0, 1].map((replica) => ({
      ...{ kind: 'crash', pool: 'd', replica, atS: 2.05, recoverAfterS: 0.1, detectAfterS: 0 },
    })) as FaultSpec[];
    for (const leaseS of [3, 6]) {
      const s = splitScenario({ faults: dCrashes });
      const [p, d] = s.fleet.pools;
      const args = { num_gpu_blocks_override: 80, kv_lease_duration: leaseS };
      const fleet = { pools: [{ ...p!, engine: { ...p!.engine, args } }, d!] };
      const { records, ends } = run({ ...s, fleet });
      // One was decoding, one was being pulled.
      expect(ends.failed).toBe(2);
      expect(ends.completed).toBe(18);
      const next = records.find((r) => r.request.id === 5)!;
      expect(next.course.firstTokenUs).toBeCloseTo(2.05e6 + leaseS * 1e6 + 20_000 + PULL_US, 0);
    }
  });

  test('a full decode side leaves KV with the prefill side, and everyone waits in turn', () => {
    // Decode pools hold one sequence (1,050 tokens are 66 blocks); each takes 0.5 s, two a second arrive for two of them.
    const s = splitScenario({ run: { requests: 40 } });
    const [p, d] = s.fleet.pools;
    const small = { ...d!.engine, args: { num_gpu_blocks_override: 68 } };
    const busy = { process: 'constant', rateRps: 6 } as const;
    const { records, ends } = run({
      ...s,
      workload: { ...s.workload, arrivals: busy } as typeof s.workload,
      fleet: { pools: [p!, { ...d!, engine: small }] },
    });
    expect(ends.completed).toBe(40);
    const last = records.reduce((a, b) => (a.request.id > b.request.id ? a : b));
    expect(last.course.firstTokenUs - last.request.arrivalUs).toBeGreaterThan(3e6);
  });
});

test('a fault between pools names its pools, and a way is cut as a whole', () => {
  const cut: FaultSpec = { kind: 'linkCut', pool: 'p', to: 'x', atS: 0, durationS: 1 };
  expect(() => run(splitScenario({ faults: [cut] }))).toThrow(/faults\[0\]\.to.*p, d/);
  expect(() => run(splitScenario({ faults: [{ ...cut, to: 'd', replica: 0 }] }))).toThrow(
    /faults\[0\]\.replica/,
  );
  expect(() => run(splitScenario({}, { kv_load_failure_policy: 'retry' }))).toThrow(/fail or recompute/);
});
