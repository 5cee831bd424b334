import { describe, expect, test } from 'vitest';
import { buildFleet } from '../../sim/cluster/fleet.ts';
import { simulate } from '../../sim/cluster/simulate.ts';
import { sglangConfig } from '../../sim/engine/sglang/config.ts';
import { SglangEngine } from '../../sim/engine/sglang/sglang.ts';
import type { PoolSpec, Scenario } from '../../sim/scenario/schema.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { affineModel, Bench, request } from '../engine/harness.ts';

const H100 = { gpuMemoryBytes: 85_520_809_984, tp: 1, modelMaxLen: 131_072, path: 'engine' };

function sglang(poolTokens: number, args: Record<string, number | boolean> = {}): Bench {
  const config = { ...sglangConfig('0.5.16', { disable_overlap_schedule: true, ...args }, H100) };
  return new Bench(new SglangEngine(config, affineModel({ base: 1000 }), poolTokens, true));
}

describe('SGLang disaggregation', () => {
  test('G21: while the decode side has no room the prefill side does not start, its queue grows, its GPU idles', () => {
    const prefill = sglang(100_000);
    for (let i = 0; i < 5; i++) prefill.arrive(request(i, [[-1 - i, 1000]], 10), 'prefill');
    prefill.run();
    const seen = { waiting: 0, running: 0, kvUsage: 0 };
    prefill.replica.engine.observe(prefill.kernel.nowUs, seen);
    expect(seen).toEqual({ waiting: 5, running: 0, kvUsage: 0 });
    const { busyPrefillUs, busyDecodeUs } = prefill.replica.engine.meters;
    expect(busyPrefillUs + busyDecodeUs).toBe(0);
  });

  test('the decode side takes pages for whole prompts in order, and keeps 512 tokens free for each request', () => {
    const decode = sglang(4000);
    decode.onLoad = () => undefined;
    for (let i = 0; i < 3; i++) decode.arrive(request(i, [[-1 - i, 1000]], 10), 'decode');
    decode.run(5_000);
    // 4,000 free: the second wants 1,000 + 2 * 512 of 3,000, the third 1,000 + 3 * 512 of 2,000.
    expect(decode.happenings.filter((h) => h.what === 'load').map((h) => h.id)).toEqual([0, 1]);
  });

  test('KV goes out after every chunk, the rest with the last one', () => {
    const prefill = sglang(100_000, { chunked_prefill_size: 1000, page_size: 64 });
    const r = request(0, [[-1, 2500]], 10);
    prefill.arrive(r, 'prefill');
    prefill.run(0);
    prefill.replica.peerReady(r, 0);
    prefill.run();
    // Chunks are whole pages: 960, 960, 580.
    expect(prefill.pushes).toEqual([
      { id: 0, tokens: 960, isLast: false, atUs: 1000 },
      { id: 0, tokens: 960, isLast: false, atUs: 2000 },
      { id: 0, tokens: 580, isLast: true, atUs: 3000 },
    ]);
  });
});

function pool(name: string, role: PoolSpec['role'], changes: Partial<PoolSpec>): PoolSpec {
  const engine: PoolSpec['engine'] = { name: 'sglang' };
  return { name, role, replicas: 1, gpu: 'h100-sxm', model: 'llama-3.1-8b', engine, ...changes };
}

function run(pools: readonly PoolSpec[], GBps: number, input = 16_000): readonly SimRequest[] {
  const requests: SimRequest[] = [];
  const scenario: Scenario = {
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: 0.2 },
      input: { dist: 'constant', value: input },
      output: { dist: 'constant', value: 20 },
    },
    fleet: { pools: [...pools], network: { kvLink: { GBps, baseUs: 0 } } },
    run: { requests: 20 },
  };
  simulate(scenario, { seed: 3, fastForward: true, onRecord: (r) => requests.push(r) });
  return requests;
}

describe('P/D fleets', () => {
  test('segments of several steps change nothing when the decode side is short of memory', () => {
    const engine: PoolSpec['engine'] = { name: 'sglang', args: { max_total_tokens: 9000 } };
    const scenario: Scenario = {
      workload: {
        kind: 'synthetic',
        arrivals: { process: 'poisson', rateRps: 8 },
        input: { dist: 'lognormal', mean: 1500, cv: 1, max: 6000 },
        output: { dist: 'lognormal', mean: 150, cv: 1 },
      },
      fleet: {
        pools: [pool('p', 'prefill', { engine: { name: 'sglang' } }), pool('d', 'decode', { engine })],
      },
      run: { requests: 150 },
    };
    const play = (fastForward: boolean): number[] => {
      const ends: number[] = [];
      const onRecord = ({ course, request: { id } }: SimRequest): void => {
        expect(course.ending).toBe('completed');
        ends[id] = course.endUs;
      };
      simulate(scenario, { seed: 5, fastForward, onRecord });
      return ends;
    };
    const fast = play(true);
    const slow = play(false);
    expect(fast.length).toBe(150);
    for (const [id, end] of fast.entries()) expect(Math.abs(end / slow[id]! - 1)).toBeLessThan(1e-9);
  });

  test('both sides must be of one engine and one KV precision', () => {
    const build = (decode: Partial<PoolSpec>) => () =>
      buildFleet({ pools: [pool('p', 'prefill', {}), pool('d', 'decode', decode)] }, undefined, 'fleet');
    expect(build({})).not.toThrow();
    expect(build({ engine: { name: 'vllm' } })).toThrow(/pools\[1\].engine.name/);
    expect(build({ precision: { kv: 'fp8' } })).toThrow(/pools\[1\].precision.kv/);
  });

  const pair = [pool('p', 'prefill', {}), pool('d', 'decode', {})];

  test('pushed chunks overlap the prefill: only the last one is waited for', () => {
    const slow = run(pair, 10);
    expect(slow.every((r) => r.course.ending === 'completed')).toBe(true);
    // 131,072 bytes a token at 10 GB/s: two chunks of 8,192 and 7,808 tokens, of which the last takes 102 ms.
    const lastUs = (7_808 * 131_072) / 10_000;
    for (const { course } of slow) {
      expect(course.transferUs).toBeGreaterThan(0.95 * lastUs);
      expect(course.transferUs).toBeLessThan(1.5 * lastUs);
    }
  });

  test('a pull waits for all of it', () => {
    const vllm: Partial<PoolSpec> = { engine: { name: 'vllm' } };
    const requests = run([pool('p', 'prefill', vllm), pool('d', 'decode', vllm)], 10);
    const wholeUs = (15_999 * 131_072) / 10_000;
    for (const { course } of requests) expect(course.transferUs).toBeGreaterThanOrEqual(wholeUs);
  });

  test('with another TP on each side the receiver’s replicas count, and the side with fewer links decides', () => {
    const vllm = (tp: number): Partial<PoolSpec> => ({ engine: { name: 'vllm' }, parallel: { tp } });
    const meanUs = (tpP: number, tpD: number): number => {
      const requests = run([pool('p', 'prefill', vllm(tpP)), pool('d', 'decode', vllm(tpD))], 10);
      return requests.reduce((sum, r) => sum + r.course.transferUs, 0) / requests.length;
    };
    // Eight KV heads are not replicated on up to eight ranks: four links on each side are four times as fast as one.
    expect(meanUs(1, 1) / meanUs(4, 4)).toBeCloseTo(4, 0);
    expect(meanUs(1, 1) / meanUs(1, 4)).toBeCloseTo(1, 1);
    expect(meanUs(1, 1) / meanUs(4, 1)).toBeCloseTo(1, 1);
  });
});
