/** Prefill and decode instances that exchange KV through the fleet's store. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../sim/scenario/schema.ts';
import { expectSameOutcomes, KV_BYTES, run, scenario, splitScenario } from './fixtures.ts';

const STORE = { GiB: 100, chunkTokens: 16, handover: 'store' } as const;

function viaStore(kvStore: object, overrides: Partial<Scenario> = {}): Scenario {
  const base = splitScenario(overrides);
  return { ...base, fleet: { ...base.fleet, kvStore: { ...STORE, ...kvStore } } };
}

describe('handover through the store', () => {
  test('the decode side loads what the prefill side wrote, once it can be found there', () => {
    const { ends, records, result } = run(viaStore({ visibleAfterMs: 20 }));
    expect(ends.completed).toBe(20);
    // 62 whole chunks of 16 go over 1 GB/s and come back over 1 GB/s; the store takes 200 µs to look up, each way.
    const moveUs = 200 + (992 * KV_BYTES) / 1e3;
    for (const { course, request } of records) {
      // A step of 10 ms, the write, 20 ms until it can be found, the load, a step for the last eight tokens.
      expect(course.firstTokenUs - request.arrivalUs).toBeCloseTo(40_000 + 2 * moveUs, 2);
      expect(course.transferUs).toBeCloseTo(20_000 + moveUs, 2);
    }
    expect(result.tiers[0]!.loadedBytes).toBe(20 * 992 * KV_BYTES);
  });

  test('what the store has no room for is computed by the decode side', () => {
    // Room for 500 tokens or so, evicted before anyone reads it.
    const { ends, result } = run(viaStore({ GiB: (500 * KV_BYTES) / 2 ** 30 }));
    expect(ends.completed).toBe(20);
    expect(result.tiers[0]!.loadedBytes).toBeLessThan(20 * 500 * KV_BYTES);
  });

  test('a prefill instance that dies while it writes leaves the rest to the decode side', () => {
    const { ends, records } = run(
      viaStore({}, { faults: [{ kind: 'crash', pool: 'p', replica: 0, atS: 0.06, recoverAfterS: 0.1 }] }),
    );
    // The first request was being written: nothing of it can be found.
    expect(records.find((r) => r.request.id === 0)!.course.firstTokenUs).toBeCloseTo(70_000, 3);
    expect(ends.completed).toBe(20);
  });

  test('traffic of a store in another rack crosses the spine', () => {
    const bytesOver = (rack: number | undefined): number => {
      const base = viaStore(rack === undefined ? {} : { rack });
      const network = { topology: { gpusPerNode: 8, nodesPerRack: 1, spineGBps: 100 } } as const;
      const { result } = run({ ...base, fleet: { ...base.fleet, network } });
      return result.links
        .filter(({ name }) => name.startsWith('rack/spine'))
        .reduce((sum, l) => sum + l.bytes, 0);
    };
    // Written once and read once; three instances stand in one node of rack 0.
    expect(bytesOver(undefined) / (2 * 20 * 992 * KV_BYTES)).toBeCloseTo(1, 6);
    // To a rack with links of its own they count at both ends.
    expect(bytesOver(1) / (4 * 20 * 992 * KV_BYTES)).toBeCloseTo(1, 6);
    expect(bytesOver(0)).toBe(0);
  });

  test('whatever strikes, every request ends once, and fast-forward changes no end', () => {
    const worlds = fc.record({
      rateRps: fc.integer({ min: 2, max: 20 }),
      GiB: fc.constantFrom(0.1, 1, 50),
      visibleAfterMs: fc.constantFrom(0, 30),
      crash: fc.record({
        pool: fc.constantFrom('p', 'd'),
        atS: fc.integer({ min: 1, max: 40 }).map((n) => n / 10),
      }),
      timeoutS: fc.constantFrom(0.25, 1, 30),
      retries: fc.constantFrom(0, 2),
    });
    fc.assert(
      fc.property(worlds, ({ rateRps, GiB, visibleAfterMs, crash, timeoutS, retries }) => {
        const s = viaStore(
          { GiB, visibleAfterMs },
          {
            faults: [{ kind: 'crash', replica: 0, recoverAfterS: 1, ...crash }],
            clients: { timeoutS, retries, backoffS: 0.2 },
          },
        );
        s.workload = { ...s.workload, arrivals: { process: 'poisson', rateRps } } as Scenario['workload'];
        const fast = run(s);
        const { completed, failed, cancelled, rejected } = fast.ends;
        expect(completed + failed + cancelled + rejected).toBe(20);
        expectSameOutcomes(fast, run(s, false));
      }),
      { numRuns: 40 },
    );
  });

  test('a fleet or an engine that cannot is an error', () => {
    const whole = scenario();
    expect(() => run({ ...whole, fleet: { ...whole.fleet, kvStore: STORE } })).toThrow(
      /kvStore\.handover.*prefill and decode/,
    );
    const split = viaStore({});
    const pools = split.fleet.pools.map((pool) => ({ ...pool, engine: { name: 'sglang' } }) as const);
    expect(() => run({ ...split, fleet: { ...split.fleet, pools } })).toThrow(/handover.*sglang.*pushes/);
  });
});
