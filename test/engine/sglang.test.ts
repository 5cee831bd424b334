import { describe, expect, test } from 'vitest';
import { type SglangConfig, sglangConfig } from '../../sim/engine/sglang/config.ts';
import { NewTokenRatio } from '../../sim/engine/sglang/new-token-ratio.ts';
import { SglangEngine } from '../../sim/engine/sglang/sglang.ts';
import { affineModel, Bench, request } from './harness.ts';

const H100 = { gpuMemoryBytes: 85_520_809_984, tp: 1, modelMaxLen: 131_072, path: 'fleet.pools[0].engine' };

function config(overrides: Partial<SglangConfig> = {}): SglangConfig {
  return { ...sglangConfig('0.5.16', {}, H100), overlapSchedule: false, ...overrides };
}

describe('SGLang iterations', () => {
  test('G7: a 20,000-token prompt runs as 8192, 8192, 3616 with no decode between; decodes wait for all three', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(new SglangEngine(config(), model, 400_000, true));
    bench.arrive(request(0, [[-1, 10]], 30));
    bench.arrive(request(1, [[-2, 20_000]], 2, 10_500));
    bench.run();
    const prefills = model.shapes.filter((s) => s.prefillTokens > 100);
    expect(prefills.map((s) => s.prefillTokens)).toEqual([8192, 8192, 3616]);
    expect(prefills.every((s) => s.decodeSequences === 0)).toBe(true);
    // Three prefill steps and its own decode step.
    expect(Math.max(...bench.gaps)).toBeCloseTo(4_000, 6);
  });

  test('G8: with mixed chunk the running decodes ride along and take their tokens from the chunk', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(new SglangEngine(config({ mixedChunk: true }), model, 400_000, true));
    for (let i = 0; i < 100; i++) bench.arrive(request(i, [[-1 - i, 10]], 500));
    bench.arrive(request(100, [[-200, 20_000]], 2, 10_500));
    bench.run();
    const long = model.shapes.filter((s) => s.prefillTokens > 3000);
    expect(long[0]).toMatchObject({ prefillTokens: 8092, decodeSequences: 100 });
    expect(Math.max(...bench.gaps)).toBeCloseTo(1_000, 6);
  });

  test('G9: the new-token ratio falls from 0.7 to 0.399 after 300 clean steps and rests at 0.098', () => {
    const ratio = new NewTokenRatio(1);
    expect(ratio.value).toBeCloseTo(0.7, 12);
    ratio.decay(300);
    expect(ratio.value).toBeCloseTo(0.399, 12);
    ratio.decay(400);
    expect(ratio.value).toBeCloseTo(0.098, 12);
    ratio.reset();
    expect(ratio.value).toBeCloseTo(0.7, 12);
  });

  test('G10: survivors with 10, 20, 30, 40 of 100 tokens set the ratio to 0.4489', () => {
    const ratio = new NewTokenRatio(1);
    ratio.retracted(100, 4, 400);
    expect(ratio.value).toBeCloseTo(0.4489, 4);
  });

  test('G11: the victim has the fewest output tokens, then the longest prompt', () => {
    const settings = config({ scheduleConservativeness: 0.01 });
    const bench = new Bench(new SglangEngine(settings, affineModel({ base: 1000 }), 1320, true));
    bench.arrive(request(0, [[-1, 100]], 400));
    bench.arrive(request(1, [[-2, 300]], 30, 45_000));
    bench.arrive(request(2, [[-3, 800]], 30, 45_000));
    bench.run();
    expect(bench.happenings.find((h) => h.what === 'preempted')!.id).toBe(2);
    expect(bench.times('finished').size).toBe(3);
  });

  test('a request whose allowance does not fit beside the guess for running ones waits, though its prompt would fit', () => {
    const bench = new Bench(new SglangEngine(config(), affineModel({ base: 1000 }), 1500, true));
    bench.arrive(request(0, [[-1, 400]], 600));
    bench.arrive(request(1, [[-2, 400]], 600, 2_500));
    bench.run();
    // 1500 - 400 - 0.7 * 600 leaves less than 400 + 600.
    expect(bench.times('admitted').get(1)!).toBeGreaterThan(100_000);
  });
});
