import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type VllmConfig, vllmConfig } from '../../sim/engine/vllm/config.ts';
import { VllmEngine } from '../../sim/engine/vllm/vllm.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
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
    expect(model.shapes.at(-1)!.prefillTokens).toBe(64 + 17);
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
      const admitted = bench.times('admitted').get(1)!;
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
    expect(vllm.busyDecodeUs + vllm.busyPrefillUs).toBe(6_000);
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
});

/** A random world: small pool, shared prefixes, chunking, preemption, aborts. */
const world = fc.record({
  blocks: fc.integer({ min: 12, max: 80 }),
  budget: fc.integer({ min: 8, max: 96 }),
  seqs: fc.integer({ min: 2, max: 12 }),
  reserve: fc.boolean(),
  prepend: fc.boolean(),
  async: fc.boolean(),
  coefficients: fc.record({
    base: fc.integer({ min: 50, max: 2000 }),
    sequence: fc.integer({ min: 0, max: 30 }),
    prefill: fc.integer({ min: 0, max: 1000 }).map((n) => n * 0.00731),
    context: fc.integer({ min: 0, max: 1000 }).map((n) => n * 0.000773),
  }),
  requests: fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 30_000 }),
      group: fc.integer({ min: 1, max: 3 }),
      prefix: fc.integer({ min: 0, max: 70 }),
      own: fc.integer({ min: 1, max: 90 }),
      output: fc.integer({ min: 1, max: 60 }),
      abortAfter: fc.option(fc.integer({ min: 0, max: 60_000 }), { freq: 6, nil: undefined }),
    }),
    { minLength: 1, maxLength: 25 },
  ),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

function play(w: World, fastForward: boolean): { bench: Bench; vllm: VllmEngine; requests: SimRequest[] } {
  const vllm = engine(
    {
      maxBatchedTokens: w.budget,
      maxSeqs: w.seqs,
      reserveFullPrompt: w.reserve,
      unhashedOrder: w.prepend ? 'prepend' : 'append',
      asyncScheduling: w.async,
    },
    affineModel(w.coefficients),
    w.blocks,
    fastForward,
  );
  const bench = new Bench(vllm);
  let at = 0;
  const requests = w.requests.map((r, i) => {
    at += r.gap;
    const runs: [number, number][] =
      r.prefix > 0
        ? [
            [r.group, r.prefix],
            [100 + i, r.own],
          ]
        : [[100 + i, r.own]];
    const made = request(i, runs, r.output, at);
    bench.arrive(made);
    if (r.abortAfter !== undefined) bench.abortAt(made, at + r.abortAfter);
    return made;
  });
  bench.run();
  return { bench, vllm, requests };
}

describe('vLLM fast-forward', () => {
  test('takes the same decisions at the same times as one event per step', () => {
    fc.assert(
      fc.property(world, (w) => {
        const fast = play(w, true);
        const slow = play(w, false);
        const decisions = (bench: Bench) => bench.happenings.map((h) => [h.what, h.id, h.detail]);
        expect(decisions(fast.bench)).toEqual(decisions(slow.bench));
        for (const [i, h] of fast.bench.happenings.entries()) {
          const other = slow.bench.happenings[i]!.atUs;
          expect(Math.abs(h.atUs - other)).toBeLessThanOrEqual(1e-9 * other);
        }
        expect(fast.bench.gaps.length).toBe(slow.bench.gaps.length);
        const sum = (gaps: number[]): number => gaps.reduce((a, b) => a + b, 0);
        expect(sum(fast.bench.gaps)).toBeCloseTo(sum(slow.bench.gaps), 3);
        expect(fast.vllm.hitTokens).toBe(slow.vllm.hitTokens);
      }),
      { numRuns: 1000 },
    );
  });

  test('every request ends exactly once and all blocks come back', () => {
    fc.assert(
      fc.property(world, (w) => {
        const { bench, vllm, requests } = play(w, true);
        const ended = bench.happenings
          .filter((h) => h.what === 'finished' || h.what === 'refused')
          .map((h) => h.id);
        const aborted = requests
          .filter((_, i) => w.requests[i]!.abortAfter !== undefined)
          .map((r) => r.request.id);
        expect(new Set(ended).size).toBe(ended.length);
        expect(new Set([...ended, ...aborted]).size).toBe(requests.length);
        const seen = { waiting: 0, running: 0, kvUsage: 0 };
        vllm.observe(bench.kernel.nowUs, seen);
        expect(seen).toEqual({ waiting: 0, running: 0, kvUsage: 0 });
      }),
      { numRuns: 1000 },
    );
  });
});
