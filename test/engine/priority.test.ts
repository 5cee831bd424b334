import { describe, expect, test } from 'vitest';
import { sglangConfig } from '../../sim/engine/sglang/config.ts';
import { SglangEngine } from '../../sim/engine/sglang/sglang.ts';
import { type VllmConfig, vllmConfig } from '../../sim/engine/vllm/config.ts';
import { VllmEngine } from '../../sim/engine/vllm/vllm.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { affineModel, Bench, request } from './harness.ts';
import { expectConservation, expectFastForwardEqual, type MakeEngine } from './worlds.ts';

const H100 = { gpuMemoryBytes: 85_520_809_984, isA100: false, modelMaxLen: 131_072, path: 'engine' };

function vllm(changes: Partial<VllmConfig>): VllmConfig {
  const args = { scheduling_policy: 'priority', async_scheduling: false };
  return { ...vllmConfig('0.19', args, H100), ...changes };
}

describe('vLLM with scheduling_policy priority', () => {
  test('the more important of those that wait goes first, equals by arrival', () => {
    const bench = new Bench(new VllmEngine(vllm({ maxSeqs: 1 }), affineModel({ base: 1000 }), 1000, true));
    for (const [id, priority] of [0, 1, 5, 5, 2].entries()) {
      bench.arrive(request(id, [[-1 - id, 10]], 5, id * 100, priority));
    }
    bench.run();
    const admitted = bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.id);
    expect(admitted).toEqual([0, 2, 3, 4, 1]);
  });

  test('when blocks run out the least important loses its own, though it runs for longest', () => {
    const bench = new Bench(new VllmEngine(vllm({}), affineModel({ base: 1000 }), 11, true));
    bench.arrive(request(0, [[-1, 64]], 40, 0, 0));
    bench.arrive(request(1, [[-2, 64]], 40, 500, 7));
    bench.run();
    expect(bench.happenings.filter((h) => h.what === 'preempted').map((h) => h.id)).toEqual([0]);
    expect(bench.times('finished').get(1)!).toBeLessThan(bench.times('finished').get(0)!);
  });

  test('another policy is an error', () => {
    expect(() => vllmConfig('0.19', { scheduling_policy: 'lifo' }, H100)).toThrow(/scheduling_policy/);
  });
});

const make: MakeEngine = (w, model, fastForward) =>
  new VllmEngine(
    vllm({
      maxBatchedTokens: w.budget,
      maxSeqs: w.seqs,
      reserveFullPrompt: w.flags.a,
      asyncScheduling: w.flags.c,
    }),
    model,
    w.blocks,
    fastForward,
  );

describe('vLLM by priority in random worlds', () => {
  test('fast-forward takes the same decisions at the same times as one event per step', () => {
    expectFastForwardEqual(make, 500);
  });

  test('every request ends exactly once, every token is accounted for, all blocks come back', () => {
    expectConservation(make);
  });
});

const SGLANG = { gpuMemoryBytes: 85_520_809_984, tp: 1, modelMaxLen: 131_072, path: 'engine' };

function sglang(args: Record<string, number | string | boolean>, poolTokens = 100_000): Bench {
  const settings = sglangConfig('0.5.16', { disable_overlap_schedule: true, ...args }, SGLANG);
  return new Bench(new SglangEngine(settings, affineModel({ base: 1000 }), poolTokens, true));
}

function admitted(bench: Bench): number[] {
  bench.run();
  return bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.id);
}

describe('SGLang policies', () => {
  test('lof: the longest allowance first', () => {
    const bench = sglang({ schedule_policy: 'lof', max_running_requests: 1 });
    for (const [id, output] of [5, 10, 30, 20].entries())
      bench.arrive(request(id, [[-1 - id, 10]], output, id));
    expect(admitted(bench)).toEqual([0, 2, 3, 1]);
  });

  test('lpm: of two that would warm the cache for each other one goes first, then the longest match', () => {
    const bench = sglang({ schedule_policy: 'lpm', max_running_requests: 1 });
    bench.arrive(request(0, [[-1, 10]], 5));
    const group = (id: number, content: number): SimRequest =>
      request(
        id,
        [
          [content, 100],
          [-10 - id, 10],
        ],
        5,
        10 + id,
      );
    for (const r of [group(1, 7), group(2, 7), group(3, 8)]) bench.arrive(r);
    // 1 leads its group; 2 waits behind the stranger 3 until 1 has run, then its match is the longest.
    expect(admitted(bench)).toEqual([0, 1, 2, 3]);
  });

  test('dfs-weight: the subtree that more wait for goes first', () => {
    const bench = sglang({ schedule_policy: 'dfs-weight', max_running_requests: 1 });
    bench.arrive(request(0, [[7, 100]], 2));
    bench.arrive(request(1, [[8, 100]], 2, 1));
    bench.arrive(request(2, [[-1, 10]], 60, 2));
    bench.arrive(
      request(
        3,
        [
          [7, 100],
          [-3, 10],
        ],
        5,
        10_000,
      ),
    );
    bench.arrive(
      request(
        4,
        [
          [8, 100],
          [-4, 10],
        ],
        5,
        10_001,
      ),
    );
    bench.arrive(
      request(
        5,
        [
          [8, 100],
          [-5, 10],
        ],
        5,
        10_002,
      ),
    );
    expect(admitted(bench)).toEqual([0, 1, 2, 4, 5, 3]);
  });

  test('random: another order than arrival, the same in every run', () => {
    const order = (): number[] => {
      const bench = sglang({ schedule_policy: 'random', max_running_requests: 1 });
      for (let id = 0; id < 20; id++) bench.arrive(request(id, [[-1 - id, 10]], 3));
      return admitted(bench);
    };
    expect(order()).toEqual(order());
    expect(order()).not.toEqual([...order()].sort((a, b) => a - b));
  });

  test('priority: the more important goes first, and takes a seat from one more than ten below it', () => {
    const settings = { enable_priority_scheduling: true, max_running_requests: 1 };
    const bench = sglang(settings);
    bench.arrive(request(0, [[-1, 10]], 50, 0, 0));
    bench.arrive(request(1, [[-2, 10]], 5, 5_500, 10));
    bench.arrive(request(2, [[-3, 10]], 5, 5_600, 11));
    bench.run();
    const preempted = bench.happenings.filter((h) => h.what === 'preempted');
    expect(preempted).toEqual([{ what: 'preempted', id: 0, atUs: 6_000, detail: 0 }]);
    const ends = [...bench.times('finished').keys()];
    expect(ends).toEqual([2, 1, 0]);
    expect(bench.gaps.length).toBe(49 + 4 + 4);
  });

  test('an unknown policy is an error', () => {
    expect(() => sglang({ schedule_policy: 'lifo' })).toThrow(/schedule_policy/);
  });
});

const sglangByPriority: MakeEngine = (w, model, fastForward) =>
  new SglangEngine(
    {
      ...sglangConfig('0.5.16', { enable_priority_scheduling: true }, SGLANG),
      preemptionThreshold: 0,
      chunkedPrefillSize: w.budget,
      maxRunningRequests: w.seqs,
      mixedChunk: w.flags.a,
      pageTokens: w.flags.b ? 1 : 4,
      overlapSchedule: w.flags.c,
    },
    model,
    w.blocks * 8,
    fastForward,
  );

describe('SGLang by priority in random worlds', () => {
  test('fast-forward takes the same decisions at the same times as one event per step', () => {
    expectFastForwardEqual(sglangByPriority, 300);
  });

  test('every request ends exactly once, every token is accounted for, all pages come back', () => {
    expectConservation(sglangByPriority);
  });
});
