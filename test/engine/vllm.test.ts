import { describe, expect, test } from 'vitest';
import { type VllmConfig, vllmConfig } from '../../sim/engine/vllm/config.ts';
import { VllmEngine } from '../../sim/engine/vllm/vllm.ts';
import { affineModel, Bench, request } from './harness.ts';

const H100 = {
  gpuMemoryBytes: 85_520_809_984,
  isA100: false,
  modelMaxLen: 131_072,
  path: 'fleet.pools[0].engine',
};

function config(overrides: Partial<VllmConfig> = {}): VllmConfig {
  return {
    ...vllmConfig('0.19', {}, H100),
    asyncScheduling: false,
    maxBatchedTokens: 2048,
    ...overrides,
  };
}

function engine(
  overrides: Partial<VllmConfig>,
  model: ReturnType<typeof affineModel>,
  blocks = 100_000,
  fastForward = true,
): VllmEngine {
  return new VllmEngine(config(overrides), model, blocks, fastForward);
}

describe('vLLM step composition', () => {
  test('G1: seven decodes and a 5,000-token prompt under a budget of 2,048 give chunks of 2041, 2041, 918', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(engine({}, model));
    for (let i = 0; i < 7; i++) bench.arrive(request(i, [[-1 - i, 10]], 500));
    bench.arrive(request(7, [[-100, 5000]], 3, 10_500));
    bench.run();
    const chunks = model.shapes.filter((s) => s.prefillTokens > 100).map((s) => s.prefillTokens);
    expect(chunks).toEqual([2041, 2041, 918]);
    // It arrives inside the step that ends at 11,000 µs; three mixed steps follow.
    expect(bench.times('first').get(7)).toBe(14_000);
  });

  test('G2: a cached prompt of 64 tokens hits 48, one of 65 hits 64, one of 16 hits none', () => {
    for (const [tokens, hit] of [
      [64, 48],
      [65, 64],
      [16, 0],
    ] as const) {
      const bench = new Bench(engine({}, affineModel({ base: 1000 })));
      bench.arrive(request(0, [[5, tokens]], 1));
      bench.arrive(request(1, [[5, tokens]], 1, 50_000));
      bench.run();
      expect(bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.detail)).toEqual([0, hit]);
    }
  });

  test('G3: when blocks run out the last admitted is preempted, recomputed, and loses nothing', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(engine({}, model, 11));
    bench.arrive(request(0, [[-1, 64]], 40));
    bench.arrive(request(1, [[-2, 64]], 40));
    bench.run();
    const preempted = bench.happenings.filter((h) => h.what === 'preempted');
    expect(preempted.map((h) => h.id)).toEqual([1]);
    // Token 81 of each needs a sixth block: 1 prefill step and 16 decode steps come before (64 + 17 - 1 = 80 computed).
    expect(preempted[0]!.atUs).toBe(17_000);
    // Of the victim's five blocks the survivor takes two until it ends; 48 of the 64 + 17 tokens are found again.
    expect(model.shapes.at(-1)!.prefillTokens).toBe(64 + 17 - 48);
    expect([...bench.times('finished').keys()].sort()).toEqual([0, 1]);
    expect(bench.gaps.length).toBe(2 * 39);
    expect([...bench.times('first').values()]).toEqual([1000, 1000]);
  });

  test('G5: with full-prompt reservation a prompt that does not fit whole waits; without, it starts', () => {
    for (const reserve of [true, false]) {
      const bench = new Bench(
        engine({ reserveFullPrompt: reserve, maxBatchedTokens: 512 }, affineModel({ base: 1000 }), 151),
      );
      bench.arrive(request(0, [[-1, 800]], 60)); // takes 50 of 150 blocks, more while it decodes
      bench.arrive(request(1, [[-2, 2000]], 1, 3_500)); // wants 125
      bench.run();
      const admitted = bench.happenings.find((h) => h.what === 'admitted' && h.id === 1)!.atUs;
      if (reserve) expect(admitted).toBe(bench.times('finished').get(0)!);
      else expect(admitted).toBeLessThan(bench.times('finished').get(0)!);
    }
  });

  test('G6: the third of three waits for a seat and is admitted in the schedule after one is freed', () => {
    const bench = new Bench(engine({ maxSeqs: 2 }, affineModel({ base: 1000 })));
    bench.arrive(request(0, [[-1, 10]], 5));
    bench.arrive(request(1, [[-2, 10]], 9));
    bench.arrive(request(2, [[-3, 10]], 2));
    bench.run();
    expect(bench.times('admitted').get(2)).toBe(5_000);
    expect(bench.times('first').get(2)).toBe(6_000);
  });

  test('G24: an abort in mid-step drops what the step computed and frees the blocks at its end', () => {
    const vllm = engine({}, affineModel({ base: 1000 }));
    const bench = new Bench(vllm);
    const r = request(0, [[-1, 100]], 1000);
    bench.arrive(r);
    bench.abortAt(r, 5_500);
    bench.run();
    expect(bench.times('finished').size).toBe(0);
    expect(vllm.meters.busyDecodeUs + vllm.meters.busyPrefillUs).toBe(6_000);
    const seen = { waiting: 0, running: 0, kvUsage: 0 };
    vllm.observe(6_000, seen);
    expect(seen).toEqual({ waiting: 0, running: 0, kvUsage: 0 });
  });

  test('asynchronous scheduling: a request that arrives during a step joins the step after the next', () => {
    const bench = new Bench(engine({ asyncScheduling: true }, affineModel({ base: 1000 })));
    bench.arrive(request(0, [[-1, 10]], 100));
    bench.arrive(request(1, [[-2, 10]], 2, 10_500));
    bench.run();
    expect(bench.times('admitted').get(1)).toBe(12_000);
  });

  test('G25: a stream interval of 10 makes gaps of ten steps and leaves time per output token as it is', () => {
    for (const fastForward of [true, false]) {
      const bench = new Bench(engine({ streamInterval: 10 }, affineModel({ base: 1000 }), 1000, fastForward));
      bench.arrive(request(0, [[-1, 64]], 41));
      bench.arrive(request(1, [[-2, 64]], 25, 20_500));
      bench.run();
      // The first token goes out at once; 41 tokens end with a full chunk, 25 with one of four.
      expect(bench.gaps.map(Math.round).sort((a, b) => a - b)).toEqual([4_000, ...Array(6).fill(10_000)]);
      const tpotUs = (id: number, tokens: number): number =>
        (bench.times('finished').get(id)! - bench.times('first').get(id)!) / (tokens - 1);
      expect([tpotUs(0, 41), tpotUs(1, 25)]).toEqual([1000, 1000]);
    }
  });

  test('a decode leg loads all but the last prompt token, computes that one and yields the first token itself', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(engine({}, model));
    bench.arrive(request(0, [[-1, 500]], 3), 'decode');
    bench.run();
    expect(bench.happenings.map((h) => [h.what, h.atUs, h.detail])).toEqual([
      ['admitted', 0, 0],
      ['load', 0, 499],
      ['first', 2_000, 0],
      ['finished', 4_000, 0],
    ]);
    expect(model.shapes[0]!.prefillTokens).toBe(1);
  });

  test('a decode leg with nothing to pull runs at once', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(engine({}, model));
    bench.arrive(request(0, [[5, 65]], 1));
    bench.arrive(request(1, [[5, 65]], 2, 5_000), 'decode');
    bench.run();
    expect(bench.happenings.filter((h) => h.id === 1).map((h) => [h.what, h.atUs, h.detail])).toEqual([
      ['admitted', 5_000, 64],
      ['load', 5_000, 0],
      ['first', 6_000, 0],
      ['finished', 7_000, 0],
    ]);
  });

  test('a failed pull keeps what was found here and computes the rest', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(engine({}, model));
    bench.onLoad = (r, _tokens, nowUs) => bench.replica.remoteReady(r, false, nowUs);
    bench.arrive(request(0, [[5, 64]], 1));
    bench.arrive(
      request(
        1,
        [
          [5, 64],
          [-1, 100],
        ],
        1,
        5_000,
      ),
      'decode',
    );
    bench.run();
    expect(model.shapes.map((s) => s.prefillTokens)).toEqual([64, 100]);
  });

  test('windows and state of a hybrid model take blocks beside those of tokens, as long as a sequence runs', () => {
    // 100 usable blocks; each request takes 30 for its state and 7 for its 100 tokens: two run, the third waits for one to end.
    const vllm = engine(
      { fixedBlocks: (tokens) => (tokens > 50 ? 30 : 1) },
      affineModel({ base: 1000 }),
      101,
    );
    const bench = new Bench(vllm);
    for (let i = 0; i < 3; i++) bench.arrive(request(i, [[-1 - i, 100]], 5 + i));
    bench.arrive(request(3, [[-9, 40]], 2, 50_000));
    bench.run(51_500);
    expect([...bench.times('admitted').values()]).toEqual([0, 0, 5_000, 50_000]);
    const seen = { waiting: 0, running: 0, kvUsage: 0 };
    vllm.observe(51_500, seen);
    expect(seen.kvUsage).toBe(0.04);
    bench.run();
    vllm.observe(60_000, seen);
    expect(seen.kvUsage).toBe(0);
  });

  test('a prompt whose state and tokens do not fit together is refused', () => {
    const bench = new Bench(engine({ fixedBlocks: () => 95 }, affineModel({ base: 1000 }), 101));
    bench.arrive(request(0, [[-1, 100]], 5));
    bench.run();
    expect(bench.happenings.map((h) => h.what)).toEqual(['refused']);
  });

  test('a prefill leg ends with its first token and holds its blocks until it is released', () => {
    const vllm = engine({}, affineModel({ base: 1000 }), 101);
    const bench = new Bench(vllm);
    const r = request(0, [[-1, 160]], 50);
    bench.arrive(r, 'prefill');
    bench.run();
    const seen = { waiting: 0, running: 0, kvUsage: 0 };
    vllm.observe(5_000, seen);
    expect(seen).toEqual({ waiting: 0, running: 0, kvUsage: 0.1 });
    bench.replica.release(r, 5_000);
    vllm.observe(5_000, seen);
    expect(seen.kvUsage).toBe(0);
  });

  test('gauges change when a step ends: a prompt in its first step shows nowhere, one that came meanwhile a step later', () => {
    const vllm = engine({ maxSeqs: 1 }, affineModel({ base: 1000 }), 101);
    const bench = new Bench(vllm);
    bench.arrive(request(0, [[-1, 160]], 50));
    bench.arrive(request(1, [[-2, 160]], 50, 500));
    const shown = (nowUs: number): object => {
      bench.run(nowUs);
      const seen = { waiting: 0, running: 0, kvUsage: 0 };
      vllm.observe(nowUs, seen);
      return seen;
    };
    expect(shown(999)).toEqual({ waiting: 0, running: 0, kvUsage: 0 });
    expect(shown(1500)).toMatchObject({ waiting: 0, running: 1 });
    expect(shown(2500)).toMatchObject({ waiting: 1, running: 1 });
  });
});
