/** What every engine must keep, whatever its policy: one suite, played in random worlds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sglangConfig } from '../../sim/engine/sglang/config.ts';
import { pipelinedSglang } from '../../sim/engine/sglang/pipelined.ts';
import { SglangEngine } from '../../sim/engine/sglang/sglang.ts';
import { tgiConfig } from '../../sim/engine/tgi/config.ts';
import { TgiEngine } from '../../sim/engine/tgi/tgi.ts';
import { type TrtllmConfig, trtllmConfig } from '../../sim/engine/trtllm/config.ts';
import { TrtllmEngine } from '../../sim/engine/trtllm/trtllm.ts';
import { vllmConfig } from '../../sim/engine/vllm/config.ts';
import { pipelinedVllm } from '../../sim/engine/vllm/pipelined.ts';
import { VllmEngine } from '../../sim/engine/vllm/vllm.ts';
import {
  expectConservation,
  expectFastForwardEqual,
  type MakeEngine,
  play,
  type World,
  world,
} from './worlds.ts';

const CONTEXT = {
  gpuMemoryBytes: 85_520_809_984,
  isA100: false,
  tp: 1,
  modelMaxLen: 131_072,
  path: 'engine',
};

/** Tokens per chunk of a response: 1 where every gap is to be seen. */
type Interval = number;

/** `stages`: of a pipeline; micro-batches go step by step, so that fast-forward changes nothing by construction. */
const vllm =
  (streamInterval: Interval, stages = 1): MakeEngine =>
  (w, model, fastForward) => {
    const config = {
      ...vllmConfig('0.19', {}, CONTEXT),
      maxBatchedTokens: w.budget,
      maxSeqs: w.seqs,
      reserveFullPrompt: w.flags.a,
      unhashedOrder: w.flags.b ? 'prepend' : 'append',
      asyncScheduling: w.flags.c,
      streamInterval,
    } as const;
    return stages > 1
      ? pipelinedVllm(config, model, w.blocks, stages)
      : new VllmEngine(config, model, w.blocks, fastForward);
  };

const sglang =
  (streamInterval: Interval, stages = 1): MakeEngine =>
  (w, model, fastForward) => {
    const config = {
      ...sglangConfig('0.5.16', {}, CONTEXT),
      chunkedPrefillSize: w.budget,
      maxPrefillTokens: 2 * w.budget,
      maxRunningRequests: w.seqs,
      mixedChunk: w.flags.a,
      pageTokens: w.flags.b ? 1 : 4,
      overlapSchedule: w.flags.c,
      streamInterval,
    };
    return stages > 1
      ? pipelinedSglang(config, model, w.blocks * 8, stages)
      : new SglangEngine(config, model, w.blocks * 8, fastForward);
  };

const trtllm =
  (capacityPolicy: TrtllmConfig['capacityPolicy'], streamInterval: Interval): MakeEngine =>
  (w, model, fastForward) =>
    new TrtllmEngine(
      {
        ...trtllmConfig('1.2', {}, CONTEXT),
        maxNumTokens: w.flags.a ? w.budget + 12 : 300,
        maxBatchSize: w.seqs,
        chunkedPrefill: w.flags.a,
        tokensPerBlock: 4,
        blockReuse: w.flags.b,
        overlapScheduler: w.flags.c,
        capacityPolicy,
        streamInterval,
      },
      model,
      w.blocks * 8,
      fastForward,
    );

const tgi = (): MakeEngine => (w, model, fastForward) =>
  new TgiEngine(
    {
      ...tgiConfig('3.3.7', {}, CONTEXT),
      maxBatchPrefillTokens: w.budget,
      maxConcurrentRequests: w.flags.a ? 128 : 12,
      prefixCaching: w.flags.b,
    },
    model,
    w.blocks * 8,
    fastForward,
  );

const ENGINES: readonly (readonly [name: string, make: (streamInterval: Interval) => MakeEngine])[] = [
  ['vLLM', (interval) => vllm(interval)],
  ['vLLM, 3 pipeline stages', (interval) => vllm(interval, 3)],
  ['SGLang', (interval) => sglang(interval)],
  ['SGLang, 3 pipeline stages', (interval) => sglang(interval, 3)],
  ['TensorRT-LLM, GUARANTEED_NO_EVICT', (interval) => trtllm('GUARANTEED_NO_EVICT', interval)],
  ['TensorRT-LLM, MAX_UTILIZATION', (interval) => trtllm('MAX_UTILIZATION', interval)],
  ['TGI', tgi],
];

/** Everything that can be seen of a run. */
function seen(w: World, make: MakeEngine, fastForward: boolean): string {
  const { bench, engine } = play(w, make, fastForward);
  return JSON.stringify([bench.happenings, bench.gaps, engine.meters]);
}

describe.each(ENGINES)('%s', (name, make) => {
  test.skipIf(name.includes('stages'))(
    'fast-forward takes the same decisions at the same times as one event per step',
    () => {
      expectFastForwardEqual(make(1));
    },
  );

  test('every request ends exactly once, every token is accounted for, all of the pool comes back', () => {
    expectConservation(make(1));
  });

  test('the same world gives the same bytes', () => {
    fc.assert(
      fc.property(world, fc.boolean(), (w, fastForward) => {
        expect(seen(w, make(1), fastForward)).toBe(seen(w, make(1), fastForward));
      }),
      { numRuns: 100 },
    );
  });

  test('chunks of several tokens move no request in time, and their gaps add up to the same time', () => {
    fc.assert(
      fc.property(world, fc.integer({ min: 2, max: 12 }), (w, interval) => {
        const whole = { ...w, requests: w.requests.map((r) => ({ ...r, abortAfter: undefined })) };
        const single = play(whole, make(1), true).bench;
        const chunked = play(whole, make(interval), true).bench;
        expect(chunked.happenings).toEqual(single.happenings);
        expect(chunked.gaps.length).toBeLessThanOrEqual(single.gaps.length);
        const sum = (gaps: readonly number[]): number => gaps.reduce((a, b) => a + b, 0);
        // Requests that outgrow the pool end between chunks.
        if (single.times('refused').size === 0) expect(sum(chunked.gaps)).toBeCloseTo(sum(single.gaps), 3);
      }),
      { numRuns: 200 },
    );
  });

  test('busy time is within elapsed time, shares are within 0 and 1, hits are within what was asked', () => {
    fc.assert(
      fc.property(world, (w) => {
        const { bench, engine } = play(w, make(1), true);
        const { meters } = engine;
        const busyUs = meters.busyPrefillUs + meters.busyDecodeUs;
        // The end is on the grid of event times, the sum is not.
        expect(busyUs).toBeLessThanOrEqual(bench.kernel.nowUs * (1 + 1e-9) + 1e-4);
        expect(meters.kvUsageMax).toBeLessThanOrEqual(1);
        expect(meters.kvUsageIntegralUs).toBeLessThanOrEqual(busyUs * (1 + 1e-9));
        expect(meters.hitTokens).toBeLessThanOrEqual(meters.queriedTokens);
      }),
      { numRuns: 200 },
    );
  });

  test('G24: a client that goes at any moment leaves nothing behind, and nothing is reported of it later', () => {
    const moments = fc.array(fc.integer({ min: 0, max: 80_000 }), { minLength: 25, maxLength: 25 });
    fc.assert(
      fc.property(world, moments, (w, after) => {
        const leaving = {
          ...w,
          requests: w.requests.map((r, i) => ({ ...r, abortAfter: after[i]! })),
        };
        const { bench, engine, requests } = play(leaving, make(1), true);
        for (const h of bench.happenings) {
          const goneUs = requests[h.id]!.request.arrivalUs + after[h.id]!;
          // A step in progress may still end; what it computed for the request is dropped.
          if (h.what === 'first' || h.what === 'finished') expect(h.atUs).toBeLessThanOrEqual(goneUs);
        }
        const out = { waiting: 0, running: 0, kvUsage: 0 };
        engine.observe(bench.kernel.nowUs, out);
        expect(out).toEqual({ waiting: 0, running: 0, kvUsage: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

test('vLLM: a head that did not fit is looked at again when growth evicts what it would have found', () => {
  const one = (gap: number, group: number, prefix: number, own: number, output: number) => ({
    ...{ gap, group, prefix, own, output, unique: false, priority: 0, abortAfter: undefined },
  });
  const w: World = {
    ...{ blocks: 18, budget: 27, seqs: 3, flags: { a: false, b: false, c: false } },
    coefficients: { base: 50, sequence: 2, prefill: 0, context: 0 },
    requests: [
      one(0, 1, 0, 39, 27),
      one(0, 3, 58, 82, 22),
      one(0, 1, 20, 26, 15),
      one(0, 2, 62, 59, 10),
      one(1951, 1, 62, 17, 4),
      one(0, 3, 16, 17, 1),
    ],
  };
  const happenings = (fastForward: boolean) => play(w, vllm(1), fastForward).bench.happenings;
  expect(happenings(true)).toEqual(happenings(false));
});
