/** A small fleet for tests of its life: faults, clients, scaling. */
import { expect } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import type { Scenario } from '../../sim/scenario/schema.ts';
import type { SimRequest } from '../../sim/workload/request.ts';

/** Steps of 10 ms whatever they hold: the numbers of a test can be worked out by hand. */
export function scenario(overrides: Partial<Scenario> = {}, options: { replicas?: number } = {}): Scenario {
  return {
    seed: 3,
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'constant', rateRps: 20 },
      input: { dist: 'constant', value: 100 },
      output: { dist: 'constant', value: 50 },
    },
    fleet: {
      pools: [
        {
          name: 'chat',
          role: 'both',
          replicas: options.replicas ?? 2,
          gpu: 'h100-sxm',
          model: 'llama-3.1-8b',
          engine: { name: 'vllm', version: '0.19' },
        },
      ],
    },
    calibration: {
      kind: 'affine',
      baseUs: 10_000,
      perSequenceUs: 0,
      perPrefillTokenUs: 0,
      perContextTokenUs: 0,
      frontEndUs: 0,
    },
    run: { requests: 200 },
    ...overrides,
  };
}

/** KV of a token of Llama 3.1 8B in bf16: 32 layers x 8 heads x 128 x 2 x 2 bytes. */
export const KV_BYTES = 131_072;

/** One prefill and two decode instances; a pull of a prompt of 1,000 tokens takes 131 ms over a link of 1 GB/s. */
export function splitScenario(
  overrides: Partial<Scenario> = {},
  args: Readonly<Record<string, string | number>> = {},
): Scenario {
  const base = scenario();
  const pool = { ...base.fleet.pools[0]!, link: { GBps: 1, baseUs: 0 } };
  const engine = { name: 'vllm', version: '0.27', args } as const;
  return {
    ...base,
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'constant', rateRps: 2 },
      input: { dist: 'constant', value: 1000 },
      output: { dist: 'constant', value: 50 },
    },
    fleet: {
      pools: [
        { ...pool, name: 'p', role: 'prefill', replicas: 1, engine },
        { ...pool, name: 'd', role: 'decode', replicas: 2, engine },
      ],
    },
    run: { requests: 20 },
    ...overrides,
  };
}

export function run(s: Scenario, fastForward = true) {
  const records: SimRequest[] = [];
  const result = simulate(s, { seed: s.seed ?? 1, fastForward, onRecord: (r) => records.push(r) });
  return { result, ends: result.recorder.total.ends, records };
}

/** Same ends in the same order, at times within 1e-9. */
export function expectSameOutcomes(a: ReturnType<typeof run>, b: ReturnType<typeof run>): void {
  const decisions = (r: typeof a): string[] =>
    r.records.map(
      ({ request, course }) => `${request.id} ${course.ending} ${course.endpoint} ${course.reason}`,
    );
  expect(decisions(a)).toEqual(decisions(b));
  for (const [i, { course }] of a.records.entries()) {
    const other = b.records[i]!.course;
    expect(Math.abs(course.endUs - other.endUs)).toBeLessThanOrEqual(1e-9 * other.endUs);
    expect(Math.abs(course.firstTokenUs - other.firstTokenUs)).toBeLessThanOrEqual(1e-9 * other.endUs);
  }
}
