import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LockStepGroup } from '../../sim/cluster/lock-step.ts';
import { type VllmConfig, vllmConfig } from '../../sim/engine/vllm/config.ts';
import { VllmEngine } from '../../sim/engine/vllm/vllm.ts';
import { Kernel } from '../../sim/kernel/kernel.ts';
import { affineModel, Bench, request } from '../engine/harness.ts';

const H100 = { gpuMemoryBytes: 85_520_809_984, isA100: false, modelMaxLen: 131_072, path: 'engine' };

function config(changes: Partial<VllmConfig> = {}): VllmConfig {
  return { ...vllmConfig('0.19', { async_scheduling: false }, H100), ...changes };
}

/** Ranks in lock step on one clock. Dummies last as long as `dummyUs` says. */
function ranks(
  count: number,
  options: { stepsPerWave: number; fastForward?: boolean; dummyUs?: number; context?: number },
): { benches: Bench[]; group: LockStepGroup; kernel: Kernel } {
  const kernel = new Kernel();
  const { stepsPerWave, dummyUs = 1000, fastForward = true, context = 0 } = options;
  const group = new LockStepGroup({ ranks: count, stepsPerWave, dummyUs }, kernel);
  const benches = Array.from({ length: count }, () => {
    const model = affineModel({ base: 1000, sequence: 50, prefill: 1, context });
    const bench = new Bench(new VllmEngine(config(), model, 10_000, fastForward), kernel);
    group.add(bench.replica);
    return bench;
  });
  return { benches, group, kernel };
}

describe('data-parallel ranks in lock step', () => {
  test('G22: one of four ranks is busy: all steps are as long as its own, the others run dummies, and at most 31 follow', () => {
    const { benches, group, kernel } = ranks(4, { stepsPerWave: 32 });
    benches[0]!.arrive(request(0, [[-1, 100]], 10));
    kernel.run(1e12);
    // 1,150 µs for the prompt, then nine steps of 1,050 µs.
    expect(benches[0]!.times('finished').get(0)).toBe(1_150 + 9 * 1_050);
    // Three ranks beside ten steps; 22 more until the 32nd, when they find that nobody has work.
    expect(group.dummySteps).toBe(3 * 10 + 4 * 22);
    expect(kernel.nowUs).toBe(1_150 + 9 * 1_050 + 22 * 1_000);
  });

  test('a light rank waits for a heavy one in every step', () => {
    const { benches, kernel } = ranks(2, { stepsPerWave: 0 });
    for (let i = 0; i < 8; i++) benches[0]!.arrive(request(i, [[-1 - i, 10]], 50));
    benches[1]!.arrive(request(9, [[-10, 10]], 50));
    kernel.run(1e12);
    const alike = (what: 'first' | 'finished'): number[] => [
      benches[0]!.times(what).get(0)!,
      benches[1]!.times(what).get(9)!,
    ];
    expect(new Set(alike('first')).size).toBe(1);
    expect(new Set(alike('finished')).size).toBe(1);
    // 1,000 + 8 * 50 each.
    expect(benches[1]!.gaps.every((gap) => Math.abs(gap - 1_400) < 1e-6)).toBe(true);
  });

  test('a prompt on one rank stalls the decodes of all', () => {
    const { benches, kernel } = ranks(2, { stepsPerWave: 32 });
    benches[0]!.arrive(request(0, [[-1, 10]], 50));
    benches[1]!.arrive(request(1, [[-2, 5000]], 2, 10_000));
    kernel.run(1e12);
    expect(Math.max(...benches[0]!.gaps)).toBeCloseTo(6_050, 6);
  });

  test('a request that comes while dummies trail waits for the one that runs', () => {
    const { benches, kernel } = ranks(2, { stepsPerWave: 32 });
    benches[0]!.arrive(request(0, [[-1, 100]], 1));
    benches[1]!.arrive(request(1, [[-2, 100]], 1, 3_000));
    kernel.run(1e12);
    // One step of 1,150, then dummies of 1,000 end at 2,150, 3,150.
    expect(benches[1]!.times('admitted').get(1)).toBe(3_150);
  });

  test('segments of several steps change nothing', () => {
    const arrivals = fc.array(
      fc.record({
        rank: fc.integer({ min: 0, max: 2 }),
        gap: fc.integer({ min: 0, max: 20_000 }),
        prompt: fc.integer({ min: 1, max: 300 }),
        output: fc.integer({ min: 1, max: 60 }),
      }),
      { minLength: 1, maxLength: 15 },
    );
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 0, max: 500 }), (list, slope) => {
        const play = (fastForward: boolean) => {
          const { benches, group, kernel } = ranks(3, {
            stepsPerWave: 32,
            fastForward,
            context: slope * 0.00113,
            dummyUs: 1_013.7,
          });
          let at = 0;
          for (const [i, a] of list.entries()) {
            at += a.gap;
            benches[a.rank]!.arrive(request(i, [[-1 - i, a.prompt]], a.output, at));
          }
          kernel.run(1e12);
          return { benches, dummies: group.dummySteps };
        };
        const fast = play(true);
        const slow = play(false);
        expect(fast.dummies).toBe(slow.dummies);
        for (const [i, bench] of fast.benches.entries()) {
          const other = slow.benches[i]!.happenings;
          expect(bench.happenings.map((h) => [h.what, h.id])).toEqual(other.map((h) => [h.what, h.id]));
          for (const [j, h] of bench.happenings.entries()) {
            expect(Math.abs(h.atUs - other[j]!.atUs)).toBeLessThanOrEqual(1e-9 * other[j]!.atUs);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
