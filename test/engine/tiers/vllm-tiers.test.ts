/** vLLM with KV tiers below the GPU: what a hit saves and costs, what is written when, and the same with fast-forward. */
import { describe, expect, test } from 'vitest';
import type { TierSetup } from '../../../sim/engine/kv/tiers/tier.ts';
import { type VllmConfig, vllmConfig } from '../../../sim/engine/vllm/config.ts';
import { VllmEngine } from '../../../sim/engine/vllm/vllm.ts';
import { affineModel, Bench, request } from '../harness.ts';
import { expectConservation, expectFastForwardEqual, type MakeEngine } from '../worlds.ts';
import { BYTES, connect, setup, smallTiers } from './fixtures.ts';

const H100 = {
  gpuMemoryBytes: 85_520_809_984,
  isA100: false,
  modelMaxLen: 131_072,
  path: 'fleet.pools[0].engine',
};
function config(overrides: Partial<VllmConfig> = {}): VllmConfig {
  return { ...vllmConfig('0.19', {}, H100), asyncScheduling: false, ...overrides };
}

/** A request, then others that push its blocks out of a pool of 100, then the same prompt again. */
function evictAndReturn(tokens: number, tierSetup: TierSetup, bytesPerUs: number) {
  const model = affineModel({ base: 1000, prefill: 10 });
  const bench = new Bench(new VllmEngine(config(), model, 101, true));
  const [tier] = connect(bench, [tierSetup], bytesPerUs);
  bench.arrive(request(0, [[5, tokens]], 1));
  bench.arrive(request(1, [[6, 1590]], 1, 100_000));
  bench.arrive(request(2, [[5, tokens]], 1, 200_000));
  bench.run();
  return { model, bench, tier: tier! };
}

describe('vLLM with KV tiers', () => {
  test('G29: a tier hit is billed as fewer prompt tokens and as the time of its load', () => {
    const { model, bench, tier } = evictAndReturn(1000, setup(), 100);
    // 62 blocks of 16 are in host memory; 992 tokens of 1,000 B over 100 B/µs take 9,920 µs, and 10 µs to set up.
    const admitted = bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.detail);
    expect(admitted).toEqual([0, 0, 992]);
    expect(model.shapes.map((s) => s.prefillTokens)).toEqual([1000, 1590, 8]);
    expect(bench.times('first').get(0)).toBe(11_000);
    expect(bench.times('first').get(2)).toBe(200_000 + 9_930 + 1_080);
    expect(tier.meters.loadedBytes).toBe(992_000);
    expect(tier.meters.hitTokens).toBe(992);
  });

  test('G30: with chunks of 256 a prompt of 1,000 hits 768 tokens', () => {
    const { bench } = evictAndReturn(1000, setup({ chunkTokens: 256 }), 1e6);
    expect(bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.detail)).toEqual([0, 0, 768]);
  });

  test('a prompt shorter than a chunk never hits', () => {
    const { bench, tier } = evictAndReturn(255, setup({ chunkTokens: 256 }), 1e6);
    expect(bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.detail)).toEqual([0, 0, 0]);
    expect(tier.meters.storedBytes).toBe(1536 * BYTES);
  });

  test('a load does not hold up the steps of others', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(new VllmEngine(config(), model, 101, true));
    connect(bench, [setup()], 10);
    bench.arrive(request(0, [[5, 320]], 1));
    bench.arrive(request(1, [[6, 1590]], 1, 100_000));
    bench.arrive(request(2, [[7, 100]], 200, 200_000));
    bench.arrive(request(3, [[5, 320]], 1, 210_500));
    bench.run();
    expect(new Set(bench.gaps)).toEqual(new Set([1000]));
    // 304 tokens at 10 B/µs take 30,410 µs from 211,000 on, then a step.
    expect(bench.times('first').get(3)).toBe(243_000);
  });

  test('what is being written cannot be read yet, nor before it is visible', () => {
    for (const [visibleAfterUs, cached] of [
      [0, 992],
      [40_000, 0],
    ] as const) {
      const { bench } = evictAndReturn(1000, setup({ visibleAfterUs: visibleAfterUs + 150_000 }), 100);
      expect(bench.happenings.filter((h) => h.what === 'admitted').at(-1)!.detail).toBe(cached);
    }
  });

  test('each stretch comes from the nearest tier that has it, and stays in the nearer ones', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(new VllmEngine(config(), model, 101, true));
    // Host memory holds 50 blocks, the disk everything.
    const [cpu, disk] = connect(
      bench,
      [setup({ capacityBytes: 50 * 16 * BYTES }), setup({ kind: 'disk' })],
      1000,
    );
    bench.arrive(request(0, [[5, 1000]], 1));
    bench.arrive(request(1, [[6, 1590]], 1, 100_000));
    bench.arrive(request(2, [[5, 1000]], 1, 200_000));
    bench.run();
    expect(bench.happenings.filter((h) => h.what === 'admitted').at(-1)!.detail).toBe(992);
    // Its own 50 blocks were pushed out of host memory by request 1's.
    expect([cpu!.meters.hitTokens, disk!.meters.hitTokens]).toEqual([0, 992]);
    expect(cpu!.lookup({ prompt: { ids: [5], lengths: [1000] }, outputId: 0, outputTokens: 0 }, 999)).toBe(
      800,
    );
  });

  test('an output is found by the next turn where the tier stores outputs', () => {
    for (const [stores, cached] of [
      ['prompt', 96],
      ['all', 192],
    ] as const) {
      const bench = new Bench(new VllmEngine(config(), affineModel({ base: 1000 }), 101, true));
      connect(bench, [setup({ stores })], 1000);
      const first = request(0, [[5, 100]], 100);
      bench.arrive(first);
      bench.arrive(request(1, [[6, 1590]], 1, 300_000));
      const history: [number, number][] = [
        [5, 100],
        [first.outputContentId, 100],
      ];
      bench.arrive(request(2, [...history, [7, 50]], 1, 400_000));
      bench.run();
      expect(bench.happenings.filter((h) => h.what === 'admitted').at(-1)!.detail).toBe(cached);
    }
  });

  test('a decode leg whose pull fails reads what is in a tier, and computes the rest', () => {
    const model = affineModel({ base: 1000 });
    const bench = new Bench(new VllmEngine(config(), model, 101, true));
    const [store] = connect(bench, [setup({ kind: 'store', chunkTokens: 256 })], 1000);
    const written = { prompt: { ids: [-7], lengths: [1000] }, outputId: 0, outputTokens: 0 };
    store!.cache.finishPut(store!.cache.startPut(written, 1000)!);
    bench.onLoad = (r, _tokens, nowUs) => bench.replica.remoteReady(r, false, nowUs);
    bench.arrive(request(0, [[-7, 1000]], 1), 'decode');
    bench.run();
    expect(model.shapes.map((s) => s.prefillTokens)).toEqual([1000 - 768]);
    expect(bench.times('first').get(0)).toBe(768 + 10 + 1000);
  });

  test('two loads share the link: each takes twice as long while both move', () => {
    const bench = new Bench(new VllmEngine(config(), affineModel({ base: 1000 }), 201, true));
    connect(bench, [setup({ baseUs: 0 })], 10);
    for (const id of [0, 1]) bench.arrive(request(id, [[5 + id, 808]], 1, id * 200_000));
    bench.arrive(request(2, [[9, 3190]], 1, 400_000));
    // 800 tokens of 1,000 B at 10 B/µs are 80,000 µs alone; the second starts when 20,000 µs of the first are done.
    bench.arrive(request(3, [[5, 808]], 1, 900_000));
    bench.arrive(request(4, [[6, 808]], 1, 920_000));
    bench.run();
    expect(bench.times('first').get(3)).toBe(900_000 + 20_000 + 120_000 + 1000);
    expect(bench.times('first').get(4)).toBe(920_000 + 120_000 + 20_000 + 1000);
  });

  test('a queue that was stuck for a load that no longer comes is looked at again', () => {
    for (const fastForward of [true, false]) {
      const without = config({ reserveFullPrompt: false, maxBatchedTokens: 48 });
      const bench = new Bench(new VllmEngine(without, affineModel({ base: 1000 }), 11, fastForward));
      const [tier] = connect(bench, [setup({ capacityBytes: 8 * 16 * BYTES })], 1000);
      const chain = (id: number) => ({ prompt: { ids: [id], lengths: [128] }, outputId: 0, outputTokens: 0 });
      tier!.cache.finishPut(tier!.cache.startPut(chain(5), 96)!);
      // Six of ten blocks decode on; the tier's 96 tokens need seven, of four that are free. A first chunk needs three.
      bench.arrive(request(0, [[-1, 90]], 100));
      bench.arrive(request(1, [[5, 100]], 1, 2_500));
      const others = bench.kernel.register({
        onEvent: (_code, _arg, nowUs) => {
          tier!.cache.finishPut(tier!.cache.startPut(chain(6), 128)!);
          tier!.changed(nowUs, null);
        },
      });
      bench.kernel.at(4_500, 1, others, 0, 0);
      bench.run(7_000);
      expect(
        bench.happenings.filter((h) => h.what === 'admitted').map((h) => [h.id, h.atUs, h.detail]),
      ).toEqual([
        [0, 0, 0],
        [1, 5_000, 0],
      ]);
    }
  });

  test('an aborted load gives its blocks back and what it read loose', () => {
    const engine = new VllmEngine(config(), affineModel({ base: 1000 }), 101, true);
    const bench = new Bench(engine);
    const [tier] = connect(bench, [setup()], 10);
    bench.arrive(request(0, [[5, 1000]], 1));
    bench.arrive(request(1, [[6, 1590]], 1, 400_000));
    const again = request(2, [[5, 1000]], 1, 600_000);
    bench.arrive(again);
    bench.abortAt(again, 610_000);
    bench.run();
    expect(bench.times('first').has(2)).toBe(false);
    const seen = { waiting: 0, running: 0, kvUsage: 0 };
    engine.observe(bench.kernel.nowUs, seen);
    expect(seen).toEqual({ waiting: 0, running: 0, kvUsage: 0 });
    // Nothing is pinned: a put of the whole tier finds room.
    const whole = {
      prompt: { ids: [9], lengths: [tier!.cache.capacity * 16] },
      outputId: 0,
      outputTokens: 0,
    };
    expect(tier!.cache.startPut(whole, tier!.cache.capacity * 16)!.chunks).toBe(tier!.cache.capacity);
  });
});

const make: MakeEngine = (w, model, fastForward) =>
  new VllmEngine(
    config({
      maxBatchedTokens: w.budget,
      maxSeqs: w.seqs,
      reserveFullPrompt: w.flags.a,
      unhashedOrder: w.flags.b ? 'prepend' : 'append',
      asyncScheduling: w.flags.c,
    }),
    model,
    w.blocks,
    fastForward,
  );

describe('vLLM with KV tiers in random worlds', () => {
  test('fast-forward takes the same decisions at the same times as one event per step', () => {
    expectFastForwardEqual(make, 300, smallTiers);
  });

  test('every request ends exactly once, every token is accounted for, all blocks come back', () => {
    expectConservation(make, 300, smallTiers);
  });
});
