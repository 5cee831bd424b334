import { describe, expect, test } from 'vitest';
import { type TgiConfig, tgiConfig } from '../../sim/engine/tgi/config.ts';
import { TgiEngine } from '../../sim/engine/tgi/tgi.ts';
import { affineModel, Bench, request } from './harness.ts';

function config(overrides: Partial<TgiConfig> = {}): TgiConfig {
  return { ...tgiConfig('3.3.7', {}, { modelMaxLen: 131_072, path: 'fleet.pools[0].engine' }), ...overrides };
}

describe('TGI batching', () => {
  test('G16: 1,000 tokens in and a limit of 500 reserve 1,499 slots at once and do not grow', () => {
    const tgi = new TgiEngine(config(), affineModel({ base: 1000 }), 10_001, true);
    const bench = new Bench(tgi);
    bench.arrive({ ...request(0, [[-1, 1000]], 400), maxTokens: 500 });
    bench.run(100_500);
    const seen = { waiting: 0, running: 0, kvUsage: 0 };
    tgi.observe(100_500, seen);
    expect(seen.kvUsage).toBeCloseTo(0.1499, 12);
  });

  test('G17: the 129th concurrent request is turned away', () => {
    const bench = new Bench(new TgiEngine(config(), affineModel({ base: 1000 }), 1_000_000, true));
    for (let i = 0; i < 129; i++) bench.arrive(request(i, [[-1 - i, 10]], 50));
    bench.run();
    expect([...bench.times('refused').keys()]).toEqual([128]);
    expect(bench.times('finished').size).toBe(128);
  });

  test('G18: with an arrival in each iteration prefill and decode alternate and everyone gets a token in both', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(new TgiEngine(config(), model, 1_000_000, true));
    bench.arrive(request(0, [[-1, 10]], 40));
    for (let i = 1; i < 10; i++) bench.arrive(request(i, [[-1 - i, 10]], 40, 500 + 2_000 * i));
    bench.run();
    expect(model.shapes.length).toBe(10);
    const first = [...bench.times('first').values()];
    for (let i = 2; i < 10; i++) expect(first[i]! - first[i - 1]!).toBe(2_000);
    // The oldest gets a token in every step: 39 gaps of one step each.
    expect(bench.times('finished').get(0)).toBe(40_000);
  });

  test('an answer longer than 1,024 tokens runs in legs', () => {
    const bench = new Bench(new TgiEngine(config(), affineModel({ base: 1000 }), 100_000, true));
    bench.arrive(request(0, [[7, 100]], 2500));
    bench.run();
    expect(bench.happenings.filter((h) => h.what === 'preempted').length).toBe(2);
    expect(bench.gaps.length).toBe(2499);
    // The prompt is found again by the second and third leg.
    expect(bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.detail)).toEqual([0, 100, 100]);
  });

  test('output is never found in the trie, prompts only after the request has ended', () => {
    const bench = new Bench(new TgiEngine(config(), affineModel({ base: 1000 }), 100_000, true));
    bench.arrive(request(0, [[7, 100]], 20));
    bench.arrive(request(1, [[7, 100]], 20, 5_500));
    bench.arrive(
      request(
        2,
        [
          [7, 100],
          [1_000_000, 20],
        ],
        20,
        100_000,
      ),
    );
    bench.run();
    expect(bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.detail)).toEqual([0, 0, 100]);
  });
});
