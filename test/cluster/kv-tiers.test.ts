/** KV tiers of whole fleets: who reads what others wrote, conservation of bytes and tokens, links that loads share. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import type { RunResult } from '../../sim/metrics/run-result.ts';
import { linkReports, tierReports } from '../../sim/metrics/transport-report.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import type { SimRequest } from '../../sim/workload/request.ts';

/** Goes by load alone, so that a session meets another replica on most turns. */
const BY_LOAD = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [{ type: 'queue-scorer' }],
  schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorer' }] }],
};

const TOKEN_BYTES = 131_072;

interface World {
  readonly roles: 'both' | 'split';
  readonly replicas: number;
  readonly engine: string;
  readonly kvTiers?: object[];
  readonly kvStore?: object;
  readonly args?: object;
  readonly faults?: object[];
  readonly turns?: number;
  readonly requests?: number;
}

function run(world: World, fastForward = true): { result: RunResult; records: SimRequest[] } {
  const { roles, replicas, engine, kvTiers, kvStore, args, faults } = world;
  const pool = (role: string): object => ({
    ...{ name: role, role, replicas, gpu: 'h100-sxm', model: 'llama-3.1-8b' },
    engine: { name: engine, args: args ?? {} },
    ...(kvTiers === undefined ? {} : { kvTiers }),
  });
  const scenario = parseScenario({
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: 3 },
      prefixes: { groups: 5, tokens: 700 },
      input: { dist: 'lognormal', mean: 900, cv: 1, min: 20, max: 6000 },
      output: { dist: 'lognormal', mean: 60, cv: 1, min: 2, max: 300 },
      sessions: { turns: world.turns ?? 4, thinkTimeS: 2 },
    },
    run: { requests: world.requests ?? 150 },
    ...(world.roles === 'both' ? { router: { config: BY_LOAD } } : {}),
    fleet: {
      pools: roles === 'both' ? [pool('both')] : [pool('prefill'), pool('decode')],
      ...(kvStore === undefined ? {} : { kvStore }),
    },
    ...(faults === undefined ? {} : { faults }),
  });
  const records: SimRequest[] = [];
  const result = simulate(scenario, { seed: 3, fastForward, onRecord: (r) => records.push(r) });
  return { result, records };
}

/** A pool so small that little stays on the GPU. */
const SMALL = {
  vllm: { num_gpu_blocks_override: 900, max_model_len: 8192 },
  sglang: { max_total_tokens: 14_000, context_length: 8192 },
  trtllm: { max_tokens: 14_000, max_seq_len: 8192 },
};

describe('KV tiers of a fleet', () => {
  test('a shared store gives a replica what another wrote; host memory does not', () => {
    const base = { roles: 'both', replicas: 4, engine: 'vllm', args: SMALL.vllm } as const;
    const hits = (more: object): number => {
      const { result } = run({ ...base, ...more });
      return result.hitTokens / result.queriedTokens;
    };
    const none = hits({});
    const host = hits({ kvTiers: [{ kind: 'cpu', GiB: 100, stores: 'all' }] });
    const store = hits({ kvStore: { GiB: 400, stores: 'all', chunkTokens: 16 } });
    expect(host).toBeGreaterThan(none + 0.05);
    expect(store).toBeGreaterThan(host + 0.1);
  });

  test('a prefill worker reads the answer that a decode worker wrote', () => {
    const split = { roles: 'split', replicas: 2, engine: 'vllm', requests: 60 } as const;
    const cached = (stores: string): number => {
      const { records } = run({ ...split, kvStore: { GiB: 400, stores, chunkTokens: 16 } });
      return records.reduce((sum, r) => sum + r.course.cachedTokens, 0);
    };
    expect(cached('all')).toBeGreaterThan(cached('prompt'));
  });

  test('tier hits and GPU hits add up to all hits, and every byte is on a link', () => {
    const worlds = fc.record({
      roles: fc.constantFrom('both' as const, 'split' as const),
      replicas: fc.integer({ min: 1, max: 3 }),
      engine: fc.constantFrom('vllm', 'sglang', 'trtllm'),
      cpu: fc.constantFrom(0, 1, 20),
      disk: fc.constantFrom(0, 50),
      store: fc.constantFrom(0, 2, 100),
      stores: fc.constantFrom('prompt', 'all'),
    });
    fc.assert(
      fc.property(worlds, (w) => {
        const kvTiers = [
          ...(w.cpu > 0 ? [{ kind: 'cpu', GiB: w.cpu, stores: w.stores }] : []),
          ...(w.disk > 0 ? [{ kind: 'disk', GiB: w.disk, stores: w.stores }] : []),
        ];
        const { result, records } = run({
          ...w,
          requests: 40,
          args: SMALL[w.engine as keyof typeof SMALL],
          ...(kvTiers.length > 0 ? { kvTiers } : {}),
          ...(w.store > 0 ? { kvStore: { GiB: w.store, stores: w.stores, leaseS: 1 } } : {}),
        });
        expect(records.every((r) => r.course.ending === 'completed')).toBe(true);
        const reports = tierReports([result]);
        if (reports.length > 0) {
          const sum = reports.reduce((total, tier) => total + tier.hitRate, 0);
          expect(sum).toBeCloseTo(result.hitTokens / result.queriedTokens, 9);
        }
        for (const tier of result.tiers) {
          expect(tier.loadedBytes).toBeGreaterThanOrEqual(tier.hitTokens * TOKEN_BYTES - 1);
        }
        const carried = (end: string): number =>
          linkReports([result])
            .filter((link) => link.name.endsWith(end))
            .reduce((sum, link) => sum + link.bytes, 0);
        const loaded = result.tiers
          .filter((tier) => tier.kind !== 'store')
          .reduce((sum, tier) => sum + tier.loadedBytes, 0);
        // The run ends with its last request: what is still under way has moved in part.
        expect(carried('/host-in') / Math.max(1, loaded)).toBeCloseTo(loaded > 0 ? 1 : 0, 6);
        for (const link of linkReports([result])) {
          expect(link.utilisation.max).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a slow host link makes loads wait for each other, a fast one does not', () => {
    const p95 = (GBps: number): number => {
      const { records } = run({
        ...{ roles: 'both', replicas: 1, engine: 'vllm', args: SMALL.vllm, requests: 100 },
        kvTiers: [{ kind: 'cpu', GiB: 100, GBps, stores: 'all' }],
      });
      const ttft = records.map((r) => r.course.firstTokenUs - r.request.arrivalUs).sort((a, b) => a - b);
      return ttft[Math.floor(ttft.length * 0.95)]!;
    };
    expect(p95(0.5)).toBeGreaterThan(2 * p95(40));
  });

  test('a crash takes what was on the instance, not what is in the store; nothing is lost uncounted', () => {
    const world: World = {
      ...{ roles: 'both', replicas: 2, engine: 'vllm', args: SMALL.vllm },
      kvTiers: [{ kind: 'cpu', GiB: 10 }],
      kvStore: { GiB: 100, stores: 'all', GBps: 0.5 },
      faults: [{ kind: 'crash', pool: 'both', replica: 0, atS: 8, recoverAfterS: 5 }],
    };
    for (const fastForward of [true, false]) {
      const { records } = run(world, fastForward);
      const failed = records.filter((r) => r.course.ending === 'failed').length;
      const completed = records.filter((r) => r.course.ending === 'completed').length;
      expect(failed).toBeGreaterThan(0);
      expect(failed + completed).toBe(records.length);
    }
  });

  test('mistakes are named where they stand', () => {
    const base = { roles: 'both', replicas: 1, engine: 'vllm' } as const;
    expect(() => run({ ...base, engine: 'tgi', kvTiers: [{ kind: 'cpu', GiB: 1 }] })).toThrow(
      /fleet\.pools\[0\]\.kvTiers/,
    );
    expect(() =>
      run({
        ...base,
        kvTiers: [
          { kind: 'disk', GiB: 1 },
          { kind: 'cpu', GiB: 1 },
        ],
      }),
    ).toThrow(/kvTiers\[1\]\.kind/);
    expect(() =>
      run({ ...base, args: { kv_offloading_size: 5 }, kvTiers: [{ kind: 'cpu', GiB: 1 }] }),
    ).toThrow(/kv_offloading_size/);
    expect(() => run({ ...base, kvTiers: [{ kind: 'cpu', GiB: 1, chunkTokens: 100 }] })).toThrow(
      /multiple of the engine's block of 16/,
    );
  });
});
