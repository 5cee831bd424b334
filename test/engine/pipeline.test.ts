import { describe, expect, test } from 'vitest';
import type { Engine } from '../../sim/engine/engine.ts';
import { type SglangConfig, sglangConfig } from '../../sim/engine/sglang/config.ts';
import { pipelinedSglang } from '../../sim/engine/sglang/pipelined.ts';
import { type VllmConfig, vllmConfig } from '../../sim/engine/vllm/config.ts';
import { pipelinedVllm } from '../../sim/engine/vllm/pipelined.ts';
import { affineModel, Bench, request } from './harness.ts';

const H100 = { gpuMemoryBytes: 85_520_809_984, isA100: false, tp: 1, modelMaxLen: 131_072, path: 'engine' };

function vllm(stages: number, changes: Partial<VllmConfig> = {}, blocks = 10_000): Engine {
  const model = affineModel({ base: 1000, sequence: 100, prefill: 1 });
  return pipelinedVllm({ ...vllmConfig('0.19', {}, H100), ...changes }, model, blocks, stages);
}

function sglang(stages: number, changes: Partial<SglangConfig> = {}): Engine {
  const model = affineModel({ base: 1000, sequence: 100, prefill: 1 });
  return pipelinedSglang({ ...sglangConfig('0.5.16', {}, H100), ...changes }, model, 100_000, stages);
}

/** The gaps between tokens while `lanes` (sequences each) decode without end near: the last of each lane. */
function steadyGaps(engine: Engine, lanes: readonly number[]): number[] {
  const bench = new Bench(engine);
  let id = 0;
  for (const sequences of lanes) {
    // Of each batch the prompts fill the budget of 1,200 tokens.
    for (let i = 0; i < sequences; i++) {
      bench.arrive(request(id, [[-1 - id, 1_200 / sequences]], 60));
      id += 1;
    }
  }
  bench.run(40_000);
  return bench.gaps.slice(-2 * id);
}

describe('pipeline stages: micro-batches of vLLM and SGLang', () => {
  test('two stages, worked by hand', () => {
    const model = affineModel({ base: 1000, prefill: 1 });
    const config = { ...vllmConfig('0.19', {}, H100), maxBatchedTokens: 1000 };
    const bench = new Bench(pipelinedVllm(config, model, 10_000, 2));
    bench.arrive(request(0, [[-1, 1000]], 3));
    bench.arrive(request(1, [[-2, 500]], 2));
    bench.run();
    // Prompt 0 takes the whole budget: 2,000 µs, 1,000 in each stage. Prompt 1: 1,500, in stage 1 from 1,000 to 1,750, in stage 2
    // from 2,000 to 2,750.
    expect([...bench.times('first')]).toEqual([
      [0, 2_000],
      [1, 2_750],
    ]);
    // Decodes of 1,000: of 0 in stage 1 from 2,000, in stage 2 from 2,750 to 3,250; of 1 from 2,750 to 3,750; of 0 again
    // in stage 1 from 3,250, in stage 2 from 3,750 to 4,250.
    expect([...bench.times('finished')]).toEqual([
      [1, 3_750],
      [0, 4_250],
    ]);
    expect(bench.gaps).toEqual([1_250, 1_000, 1_000]);
  });

  test('as many equal lanes as stages: all stages work, a request decodes once per pass', () => {
    // Passes of a batch of 4 last 1,400: 8 (12) tokens in that time, as an equal split of 8 (12) has it.
    for (const gap of steadyGaps(vllm(2, { maxBatchedTokens: 1_200 }), [4, 4]))
      expect(gap).toBeCloseTo(1_400);
    const three = steadyGaps(vllm(3, { maxBatchedTokens: 1_200 }), [4, 4, 4]);
    for (const gap of three) expect(gap).toBeCloseTo(1_400);
    const sgl = sglang(2, { maxPrefillTokens: 1_200, chunkedPrefillSize: 1_200 });
    for (const gap of steadyGaps(sgl, [4, 4])) expect(gap).toBeCloseTo(1_400);
  });

  test('uneven lanes go at the pace of the longest, below an equal split', () => {
    // 6 and 2: passes of 1,600 and 1,200; an equal split would take 1,400 for all eight.
    for (const gap of steadyGaps(vllm(2, { maxBatchedTokens: 1_200 }), [6, 2]))
      expect(gap).toBeCloseTo(1_600);
  });

  test('what one call can take is one batch: the other stages idle', () => {
    const bench = new Bench(vllm(2));
    for (let i = 0; i < 8; i++) bench.arrive(request(i, [[-1 - i, 100]], 10));
    bench.run();
    // Eight prompts of 100 in one step, then passes of 1,800 without anyone behind them.
    expect(bench.times('finished').get(7)).toBe(1_000 + 8 * 100 + 800 + 9 * 1_800);
  });

  test('newcomers wait until a batch comes out, and join it', () => {
    const bench = new Bench(vllm(2));
    bench.arrive(request(0, [[-1, 900]], 3));
    bench.arrive(request(1, [[-2, 900]], 1, 500));
    bench.run();
    expect(bench.times('admitted').get(1)).toBe(2_000);
    // One step with the decode and the prompt: 1,000 + 2 * 100 + 900.
    expect(bench.times('first').get(1)).toBe(4_100);
  });

  test('one slow step in front holds up what comes behind', () => {
    const bench = new Bench(vllm(2, { maxBatchedTokens: 8_000 }));
    bench.arrive(request(0, [[-1, 8_000]], 1));
    bench.arrive(request(1, [[-2, 100]], 1));
    bench.run();
    // 9,100 in front; 1,200 behind it: stage 2 is free at 9,100 and takes 600.
    expect(bench.times('first').get(1)).toBeCloseTo(9_700);
  });

  test("vLLM's seats are the instance's, SGLang's those of the micro-batch", () => {
    const arrive = (engine: Engine, blocksOf: number): Bench => {
      const bench = new Bench(engine);
      for (let i = 0; i < 8; i++) bench.arrive(request(i, [[-1 - i, blocksOf]], 50));
      bench.run(1);
      return bench;
    };
    const admitted = (engine: Engine): number => arrive(engine, 100).times('admitted').size;
    expect(admitted(vllm(2, { maxSeqs: 4, maxBatchedTokens: 200 }))).toBe(4);
    expect(admitted(sglang(2, { maxRunningRequests: 6 }))).toBe(6);
    expect(admitted(sglang(2, { maxRunningRequests: 6, microBatchRequests: 2 }))).toBe(4);
  });

  test('a lane that finds no block gives up its own newest, not a batch in flight', () => {
    const bench = new Bench(vllm(2, { maxBatchedTokens: 48 }, 8));
    bench.arrive(request(0, [[-1, 46]], 40));
    bench.arrive(request(1, [[-2, 46]], 40));
    bench.run();
    expect(bench.happenings.some((h) => h.what === 'preempted')).toBe(true);
    expect(bench.times('finished').size).toBe(2);
  });
});
