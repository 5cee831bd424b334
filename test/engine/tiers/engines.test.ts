/** SGLang (HiCache) and TensorRT-LLM (host cache) with KV tiers: the same laws as vLLM's. */
import { describe, expect, test } from 'vitest';
import { sglangConfig } from '../../../sim/engine/sglang/config.ts';
import { SglangEngine } from '../../../sim/engine/sglang/sglang.ts';
import { trtllmConfig } from '../../../sim/engine/trtllm/config.ts';
import { TrtllmEngine } from '../../../sim/engine/trtllm/trtllm.ts';
import { affineModel, Bench, request } from '../harness.ts';
import { expectConservation, expectFastForwardEqual, type MakeEngine, play, type World } from '../worlds.ts';
import { connect, setup, smallTiers } from './fixtures.ts';

const SGLANG = sglangConfig(
  '0.5.16',
  { disable_overlap_schedule: true },
  {
    gpuMemoryBytes: 85_520_809_984,
    tp: 1,
    modelMaxLen: 131_072,
    path: 'fleet.pools[0].engine',
  },
);
const TRTLLM = trtllmConfig(
  '1.2',
  { disable_overlap_scheduler: true },
  {
    modelMaxLen: 131_072,
    path: 'fleet.pools[0].engine',
  },
);

const sglang: MakeEngine = (w, model, fastForward) =>
  new SglangEngine(
    {
      ...SGLANG,
      chunkedPrefillSize: w.budget,
      maxPrefillTokens: 2 * w.budget,
      maxRunningRequests: w.seqs,
      mixedChunk: w.flags.a,
      pageTokens: w.flags.b ? 1 : 4,
      overlapSchedule: w.flags.c,
    },
    model,
    w.blocks * 8,
    fastForward,
  );

const trtllm: MakeEngine = (w, model, fastForward) =>
  new TrtllmEngine(
    {
      ...TRTLLM,
      maxNumTokens: w.budget,
      maxBatchSize: w.seqs,
      capacityPolicy: w.flags.a ? 'GUARANTEED_NO_EVICT' : 'MAX_UTILIZATION',
      chunkedPrefill: w.flags.b,
      tokensPerBlock: 4,
      overlapScheduler: w.flags.c,
    },
    model,
    w.blocks * 8,
    fastForward,
  );

describe.each([
  ['SGLang', sglang],
  ['TensorRT-LLM', trtllm],
])('%s with KV tiers', (name, make) => {
  test('a hit is billed as fewer prompt tokens and as the time of its load', () => {
    const model = affineModel({ base: 1000, prefill: 10 });
    const engine =
      name === 'SGLang'
        ? new SglangEngine({ ...SGLANG, pageTokens: 16 }, model, 1600, true)
        : new TrtllmEngine({ ...TRTLLM, tokensPerBlock: 16 }, model, 1600, true);
    const bench = new Bench(engine);
    const [tier] = connect(bench, [setup({ stores: 'all' })], 100);
    bench.arrive(request(0, [[5, 1000]], 1));
    bench.arrive(request(1, [[6, 1580]], 1, 100_000));
    bench.arrive(request(2, [[5, 1000]], 1, 200_000));
    bench.run();
    const admitted = bench.happenings.filter((h) => h.what === 'admitted').map((h) => h.detail);
    expect(admitted).toEqual([0, 0, 992]);
    expect(model.shapes.at(-1)!.prefillTokens).toBe(8);
    // 992 tokens of 1,000 B over 100 B/µs, 10 µs to set up, then a step of 8 prompt tokens.
    expect(bench.times('first').get(2)).toBe(200_000 + 9_930 + 1_080);
    expect(tier!.meters.loadedBytes).toBe(992_000);
  });

  test('fast-forward takes the same decisions at the same times as one event per step', () => {
    expectFastForwardEqual(make, 300, smallTiers);
  });

  test('every request ends exactly once, every token is accounted for, all blocks come back', () => {
    expectConservation(make, 300, smallTiers);
  });
});

test('SGLang: pages given back in the middle of a segment do not serve the steps before', () => {
  const one = (group: number, prefix: number, own: number, output: number, abortAfter?: number) => ({
    ...{ gap: 0, group, prefix, own, output, unique: false, priority: 0, abortAfter },
  });
  const w: World = {
    ...{ blocks: 26, budget: 9, seqs: 2, flags: { a: false, b: false, c: false } },
    coefficients: { base: 94, sequence: 9, prefill: 0, context: 0 },
    requests: [
      one(2, 27, 1, 1),
      one(1, 8, 29, 1),
      one(1, 0, 12, 1),
      one(1, 0, 64, 34, 5065),
      one(1, 11, 46, 1),
      one(2, 51, 62, 28, 8052),
      one(1, 2, 69, 16),
      one(1, 8, 1, 1),
      one(1, 0, 1, 1),
    ],
  };
  const happenings = (fastForward: boolean) => play(w, sglang, fastForward, smallTiers).bench.happenings;
  expect(happenings(true)).toEqual(happenings(false));
});
