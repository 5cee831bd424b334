import { describe, expect, test } from 'vitest';
import { type TrtllmConfig, trtllmConfig } from '../../sim/engine/trtllm/config.ts';
import { TrtllmEngine } from '../../sim/engine/trtllm/trtllm.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { affineModel, Bench, request } from './harness.ts';

function config(overrides: Partial<TrtllmConfig> = {}): TrtllmConfig {
  const defaults = trtllmConfig('1.2', {}, { modelMaxLen: 131_072, path: 'fleet.pools[0].engine' });
  return { ...defaults, overlapScheduler: false, ...overrides };
}

function withLimit(r: SimRequest, maxTokens: number): SimRequest {
  return { ...r, maxTokens };
}

describe('TensorRT-LLM policies', () => {
  test('G13: GUARANTEED_NO_EVICT keeps the second request waiting although its prompt would fit', () => {
    const bench = new Bench(new TrtllmEngine(config(), affineModel({ base: 1000 }), 3200, true));
    bench.arrive(withLimit(request(0, [[-1, 1000]], 100), 1000));
    bench.arrive(withLimit(request(1, [[-2, 1000]], 100), 1000));
    bench.run();
    expect(bench.times('admitted').get(1)).toBe(bench.times('finished').get(0));
  });

  test('G14: MAX_UTILIZATION runs both, and pauses the last started when blocks run out', () => {
    const settings = config({ capacityPolicy: 'MAX_UTILIZATION' });
    const bench = new Bench(new TrtllmEngine(settings, affineModel({ base: 1000 }), 3200, true));
    bench.arrive(request(0, [[-1, 1000]], 900));
    bench.arrive(request(1, [[-2, 1000]], 900));
    bench.run();
    expect(bench.times('admitted').size).toBe(2);
    expect(bench.happenings.filter((h) => h.what === 'preempted').map((h) => h.id)).toEqual([1]);
    expect(bench.times('finished').size).toBe(2);
  });

  test('G15: without chunking 8,000 tokens wait beside 200 generations; with it 7,968 and then 32 run', () => {
    for (const chunked of [false, true]) {
      const model = affineModel({ base: 1000 });
      const bench = new Bench(new TrtllmEngine(config({ chunkedPrefill: chunked }), model, 900_000, true));
      for (let i = 0; i < 200; i++) bench.arrive(request(i, [[-1 - i, 10]], 100));
      bench.arrive(request(200, [[-500, 8000]], 2, 10_500));
      bench.run();
      const long = model.shapes.filter((s) => s.prefillTokens >= 32 && s.decodeSequences >= 1);
      if (chunked) expect(long.map((s) => s.prefillTokens)).toEqual([7968, 32]);
      else expect(bench.times('admitted').get(200)).toBe(bench.times('finished').get(0));
    }
  });

  test('a prompt longer than max_num_tokens is an error when chunked prefill is off', () => {
    const bench = new Bench(new TrtllmEngine(config(), affineModel({ base: 1000 }), 900_000, true));
    bench.arrive(request(0, [[-1, 9000]], 2));
    bench.run();
    expect(bench.times('refused').size).toBe(1);
  });
});
