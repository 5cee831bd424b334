/** Faults and clients: nothing is lost uncounted, and what the fault says is what happens. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SimRequest } from '../../sim/workload/request.ts';
import { expectSameOutcomes, run, scenario } from './fixtures.ts';

const CRASH = { kind: 'crash', pool: 'chat', replica: 0, atS: 4 } as const;

describe('faults', () => {
  test('a crash fails what was on the instance and what is still sent to it until it is detected', () => {
    const { ends, records } = run(scenario({ faults: [{ ...CRASH, detectAfterS: 2 }] }));
    expect(ends.completed + ends.failed).toBe(200);
    const failed = records.filter((r) => r.course.ending === 'failed');
    expect(failed.some((r) => r.course.reason === 'the instance crashed')).toBe(true);
    expect(failed.some((r) => r.course.reason === 'connection refused')).toBe(true);
    expect(failed.every((r) => r.course.endUs >= 4e6 && r.course.endUs <= 6.1e6)).toBe(true);
  });

  test('a crash of one rank takes the ranks in lock step with it down, and no other group', () => {
    const base = scenario();
    const chat = {
      ...base.fleet.pools[0]!,
      gpu: 'h200-sxm',
      model: 'mixtral-8x7b',
      parallel: { dp: 4, tp: 2 },
    };
    const fault = { ...CRASH, replica: 2, recoverAfterS: 3, detectAfterS: 0 };
    const { ends, records } = run(scenario({ fleet: { pools: [chat] }, faults: [fault] }));
    const crashed = records.filter((r) => r.course.reason === 'the instance crashed');
    expect(new Set(crashed.map((r) => r.course.endpoint))).toEqual(new Set([0, 1, 2, 3]));
    expect(crashed.every((r) => r.course.endUs === 4e6)).toBe(true);
    expect(ends.completed + ends.failed).toBe(200);
    // Two groups of four; after the other has served alone, four new ranks stand in for those that went.
    const later = records.filter((r) => r.request.arrivalUs >= 7e6).map((r) => r.course.endpoint);
    expect(later.some((endpoint) => endpoint >= 8)).toBe(true);
    const between = records.filter((r) => r.request.arrivalUs > 4.01e6 && r.request.arrivalUs < 6.9e6);
    expect(between.every((r) => r.course.endpoint >= 4 && r.course.endpoint < 8)).toBe(true);
  });

  test('with retries every request of a crash completes, and its latency counts from the first attempt', () => {
    const { ends, records } = run(
      scenario({ faults: [{ ...CRASH, detectAfterS: 0 }], clients: { retries: 3, backoffS: 0.5 } }),
    );
    expect(ends.completed).toBe(200);
    const retried = records.filter((r) => r.course.attempts > 0);
    expect(retried.length).toBeGreaterThan(0);
    for (const r of retried) expect(r.course.firstTokenUs - r.request.arrivalUs).toBeGreaterThan(500_000);
  });

  test('a slow node makes its own steps longer and nobody else is slower by it', () => {
    const slow = { kind: 'slow', pool: 'chat', replica: 1, atS: 2, durationS: 4, factor: 3 } as const;
    const { records } = run(scenario({ faults: [slow] }));
    const tpot = (r: SimRequest) => (r.course.endUs - r.course.firstTokenUs) / 49;
    const inside = records.filter((r) => r.request.arrivalUs > 2.2e6 && r.course.endUs < 6e6);
    for (const r of inside) {
      if (r.course.endpoint === 1) expect(tpot(r)).toBeCloseTo(30_000, 3);
      else expect(tpot(r)).toBeCloseTo(10_000, 3);
    }
    expect(inside.some((r) => r.course.endpoint === 1)).toBe(true);
  });

  test('a drained instance finishes what it has and gets nothing new until it returns', () => {
    const drain = { kind: 'drain', pool: 'chat', replica: 0, atS: 3, returnAfterS: 4 } as const;
    const { ends, records } = run(scenario({ faults: [drain] }));
    expect(ends.completed).toBe(200);
    const during = records.filter((r) => r.request.arrivalUs > 3e6 && r.request.arrivalUs < 7e6);
    expect(during.every((r) => r.course.endpoint === 1)).toBe(true);
    expect(records.some((r) => r.request.arrivalUs > 7e6 && r.course.endpoint === 0)).toBe(true);
  });

  test('a client that gives up frees its place and is counted as cancelled', () => {
    const { ends, records } = run(scenario({ clients: { timeoutS: 0.3 } }));
    expect(ends.cancelled).toBe(200);
    for (const r of records) expect(r.course.endUs - r.request.arrivalUs).toBeCloseTo(300_000, 3);
  });

  test('a fault that names no pool or replica of the fleet is an error with its path', () => {
    expect(() => run(scenario({ faults: [{ ...CRASH, pool: 'chta' }] }))).toThrow(/faults\[0\]\.pool.*chat/);
    expect(() => run(scenario({ faults: [{ ...CRASH, replica: 2 }] }))).toThrow(
      /faults\[0\]\.replica.*0 to 1/,
    );
  });

  test('whatever strikes, every request ends once, and fast-forward changes no end', () => {
    const times = { atS: fc.integer({ min: 0, max: 90 }).map((n) => n / 10) };
    const at = { pool: fc.constant('chat'), replica: fc.integer({ min: 0, max: 1 }), ...times };
    const durationS = fc.integer({ min: 1, max: 40 }).map((n) => n / 10);
    const fault = fc.oneof(
      fc.record({
        kind: fc.constant('crash' as const),
        ...at,
        recoverAfterS: durationS,
        detectAfterS: fc.constant(0.3),
      }),
      fc.record({ kind: fc.constant('slow' as const), ...at, durationS, factor: fc.constant(2.5) }),
      fc.record({ kind: fc.constant('drain' as const), ...at, returnAfterS: durationS }),
      fc.record({ kind: fc.constant('scrapeLoss' as const), ...at, durationS }),
    );
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 4 }), fc.integer({ min: 0, max: 2 }), (faults, retries) => {
        const s = scenario({ faults, clients: { retries, timeoutS: 3 }, run: { requests: 120 } });
        const fast = run(s);
        const slow = run(s, false);
        expect(fast.records.length).toBe(120);
        expect(new Set(fast.records.map((r) => r.request.id)).size).toBe(120);
        expectSameOutcomes(fast, slow);
      }),
      { numRuns: 60 },
    );
  });
});
