/** Recording changes nothing, loses nothing, and stays within its bounds. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import { MomentLog } from '../../sim/inspect/moment-log.ts';
import { RecordedRun } from '../../sim/inspect/recorded-run.ts';
import { ENDINGS } from '../../sim/inspect/recording.ts';
import { PHASES } from '../../sim/metrics/phases.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';

const pool = (name: string, role: string, replicas: number) => ({
  ...{ name, role, replicas, gpu: 'h100-sxm', model: 'llama-3.1-8b', engine: { name: 'vllm' } },
});
const scenario = parseScenario({
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 30 },
    prefixes: { groups: 5, tokens: 256 },
    input: { dist: 'lognormal', mean: 800, cv: 1, max: 8000 },
    output: { dist: 'lognormal', mean: 150, cv: 0.8, max: 1000 },
  },
  fleet: { pools: [pool('prefill', 'prefill', 2), pool('decode', 'decode', 2)] },
  run: { requests: 300 },
});

function recorded(fastForward: boolean): RecordedRun {
  const run = new RecordedRun(scenario, { seed: 3, fastForward });
  while (!run.advance(500));
  return run;
}

describe('a recorded run', () => {
  const run = recorded(true);
  const { requests, moments, instances, durationUs, leftOut } = run.recording();

  it('is the run that it would have been', () => {
    const plain = simulate(scenario, { seed: 3, fastForward: true });
    const own = run.result();
    expect(own.fingerprint).toBe(plain.fingerprint);
    expect(own.events).toBe(plain.events);
    expect(own.pools).toEqual(plain.pools);
  });

  it('has every request, with phases that add up to its time', () => {
    expect(requests.count).toBe(300);
    expect(leftOut).toBe(0);
    expect(new Set(requests.id).size).toBe(300);
    expect([...requests.ending].every((ending) => ENDINGS[ending] === 'completed')).toBe(true);
    const phases = PHASES.length;
    for (let row = 0; row < requests.count; row += 1) {
      const sum = requests.phaseUs.subarray(row * phases, (row + 1) * phases).reduce((a, b) => a + b, 0);
      expect(requests.arrivalUs[row]! + sum).toBeLessThanOrEqual(durationUs + 100);
      expect(sum).toBeGreaterThan(0);
    }
  });

  it('keeps prefill off decode instances, and all shares within their interval', () => {
    expect(instances.map(({ name }) => name)).toEqual(['prefill 1', 'prefill 2', 'decode 1', 'decode 2']);
    const of = (column: Float32Array, instance: number): number =>
      column.reduce((sum, value, cell) => (cell % 4 === instance ? sum + value : sum), 0);
    // But for single steps of one token that come of full cache hits.
    expect(of(moments.decode, 0)).toBeLessThan(0.02 * of(moments.prefill, 0));
    expect(of(moments.decode, 2)).toBeGreaterThan(of(moments.prefill, 2));
    for (let cell = 0; cell < moments.prefill.length; cell += 1)
      expect(moments.prefill[cell]! + moments.decode[cell]!).toBeLessThanOrEqual(1.0001);
  });

  it('counts each looked-up token in one interval', () => {
    const { queriedTokens, hitTokens } = run.result();
    expect(moments.queriedTokens.reduce((a, b) => a + b, 0)).toBe(queriedTokens);
    expect(moments.hitTokens.reduce((a, b) => a + b, 0)).toBe(hitTokens);
  });

  it('shows the same busy time step by step', () => {
    const steps = recorded(false).recording().moments;
    const sum = (column: Float32Array): number => column.reduce((a, b) => a + b, 0);
    expect(steps.atUs).toEqual(moments.atUs);
    expect(sum(steps.decode)).toBeCloseTo(sum(moments.decode), 0);
    expect(sum(steps.prefill)).toBeCloseTo(sum(moments.prefill), 0);
  });
});

describe.each(['vllm', 'sglang', 'trtllm', 'tgi'])('cached blocks of %s', (name) => {
  const evictedOf = (groups: number): { total: number; blocks: number } => {
    const run = new RecordedRun(
      parseScenario({
        workload: {
          kind: 'synthetic',
          arrivals: { process: 'poisson', rateRps: 20 },
          prefixes: { groups, tokens: 4096 },
          input: { dist: 'constant', value: 64 },
          output: { dist: 'constant', value: 8 },
        },
        fleet: { pools: [{ ...pool('all', 'both', 1), engine: { name } }] },
        run: { requests: 400 },
      }),
      { seed: 3, fastForward: true },
    );
    while (!run.advance(500));
    const { moments, instances } = run.recording();
    return { total: moments.evictedBlocks.reduce((a, b) => a + b, 0), blocks: instances[0]!.kvBlocks };
  };

  it('are seen to give way where prefixes are more than memory holds', () => {
    expect(evictedOf(20).total).toBe(0);
    // 400 requests bring at most 400 prefixes of 4,096 tokens.
    const { total, blocks } = evictedOf(400);
    expect(total).toBeGreaterThan(0);
    expect(total).toBeLessThan(400 * 4096 * (name === 'tgi' || name === 'sglang' ? 1 : 1 / 16));
    expect(blocks).toBeGreaterThan(1000);
  });
});

describe('a log of moments', () => {
  it('that is full keeps every second one, and loses no time', () => {
    const log = new MomentLog(8);
    let atUs = 0;
    for (let i = 0; i < 100; i += 1) {
      atUs = log.nextUs;
      const reading = {
        ...{ busyUs: atUs / 2, busyPrefillUs: atUs / 4, waiting: i, running: 0, kvUsage: 0 },
        evictedBlocks: 3 * i,
      };
      log.add(atUs, { instances: [reading], queriedTokens: atUs, hitTokens: 0, links: [] });
    }
    const columns = log.finish();
    expect(columns.atUs.length).toBeLessThan(8);
    expect(columns.atUs.every((at, i) => i === 0 || at > columns.atUs[i - 1]!)).toBe(true);
    for (const share of columns.prefill) expect(share).toBeCloseTo(0.25, 6);
    for (const share of columns.decode) expect(share).toBeCloseTo(0.25, 6);
    expect(columns.queriedTokens.reduce((a, b) => a + b, 0)).toBe(columns.atUs.at(-1));
    // The last kept moment is one of the 100, 3 blocks after the one before it.
    expect(columns.evictedBlocks.reduce((a, b) => a + b, 0)).toBe(3 * columns.waiting.at(-1)!);
  });
});
