/** A small fleet for tests of its life: faults, clients, scaling. */
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

export function run(s: Scenario, fastForward = true) {
  const records: SimRequest[] = [];
  const result = simulate(s, { seed: s.seed ?? 1, fastForward, onRecord: (r) => records.push(r) });
  return { result, ends: result.recorder.total.ends, records };
}

/** What became of each request, for comparing runs. */
export function outcomes(r: ReturnType<typeof run>): string[] {
  return r.records.map(
    (x) => `${x.request.id} ${x.course.ending} ${x.course.endpoint} ${x.course.endUs.toFixed(3)}`,
  );
}
