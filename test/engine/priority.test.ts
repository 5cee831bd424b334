import { describe, expect, test } from 'vitest';
import { type VllmConfig, vllmConfig } from '../../sim/engine/vllm/config.ts';
import { VllmEngine } from '../../sim/engine/vllm/vllm.ts';
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
