/** Identities of whole fleets that can be worked out by hand. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import type { PoolSpec, Scenario } from '../../sim/scenario/schema.ts';
import type { SimRequest } from '../../sim/workload/request.ts';

function run(scenario: Scenario): readonly SimRequest[] {
  const requests: SimRequest[] = [];
  simulate(scenario, { seed: 1, fastForward: true, onRecord: (r) => requests.push(r) });
  return requests;
}

function pool(name: string, role: PoolSpec['role']): PoolSpec {
  return {
    name,
    role,
    replicas: 1,
    gpu: 'h100-sxm',
    model: 'llama-3.1-8b',
    engine: { name: 'vllm', version: '0.19' },
  };
}

describe('fleets', () => {
  test.each(['vllm', 'sglang', 'trtllm', 'tgi'] as const)(
    'G23: in a closed loop of 24 clients throughput times latency is 24 within 1 percent: %s',
    (name) => {
      const requests = run({
        workload: {
          kind: 'synthetic',
          arrivals: { process: 'closedLoop', concurrency: 24 },
          input: { dist: 'lognormal', mean: 400, cv: 1 },
          output: { dist: 'lognormal', mean: 100, cv: 1 },
        },
        fleet: { pools: [{ ...pool('chat', 'both'), engine: { name } }] },
        run: { requests: 4000 },
      });
      // From when all clients are under way until the first of them stops.
      const ends = requests.map((r) => r.course.endUs).sort((a, b) => a - b);
      const fromUs = ends[200]!;
      const toUs = ends[ends.length - 200]!;
      let inSystemUs = 0;
      let ended = 0;
      let latencyUs = 0;
      for (const { course, request } of requests) {
        inSystemUs += Math.max(0, Math.min(course.endUs, toUs) - Math.max(request.arrivalUs, fromUs));
        if (course.endUs <= fromUs || course.endUs > toUs) continue;
        ended += 1;
        latencyUs += course.endUs - request.arrivalUs;
      }
      const perUs = ended / (toUs - fromUs);
      expect(inSystemUs / (toUs - fromUs)).toBeCloseTo(24, 1);
      expect(Math.abs((perUs * (latencyUs / ended)) / 24 - 1)).toBeLessThan(0.01);
    },
  );

  test('G20: the first token of a pulled request takes prefill, hop, pull and a step for the last prompt token', () => {
    const scenario: Scenario = {
      workload: {
        kind: 'synthetic',
        arrivals: { process: 'constant', rateRps: 1 },
        input: { dist: 'constant', value: 1000 },
        output: { dist: 'constant', value: 10 },
      },
      fleet: {
        pools: [pool('p', 'prefill'), pool('d', 'decode')],
        network: { kvLink: { GBps: 10, baseUs: 500 } },
      },
      calibration: {
        kind: 'affine',
        baseUs: 4000,
        perSequenceUs: 0,
        perPrefillTokenUs: 20,
        perContextTokenUs: 0,
        frontEndUs: 3000,
      },
      run: { requests: 5 },
    };
    const prefillUs = 4000 + 1000 * 20;
    const pullUs = 500 + (999 * 131_072) / 10_000;
    const lastTokenUs = 4000 + 20;
    for (const { course, request } of run(scenario)) {
      const ttftUs = course.firstTokenUs - request.arrivalUs;
      expect(Math.abs(ttftUs - (3000 + prefillUs + pullUs + lastTokenUs))).toBeLessThan(0.01);
    }
  });
});
