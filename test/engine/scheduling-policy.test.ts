/** Waiting queues ordered by a policy of a user's own, in vLLM and SGLang. */
import { describe, expect, test } from 'vitest';
import { checkPolicy } from '../../sim/cli/plugin/check-policy.ts';
import { Simulation, type SimulationOptions } from '../../sim/cluster/simulate.ts';
import { SCHEDULING_POLICIES } from '../../sim/engine/scheduling-policy.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { ConfigError } from '../../src/core/check.ts';
import type { WaitingRequest } from '../../src/plugin-api/engine-policy.ts';
import { userPluginsOf } from '../../src/plugin-api/plugin-module.ts';

/** One request at a time on one engine; all arrive at once. */
function document(name: string, schedulingPolicy?: object, args: object = {}): Record<string, unknown> {
  const one = name === 'vllm' ? { max_num_seqs: 1 } : name === 'sglang' ? { max_running_requests: 1 } : {};
  return {
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'burst', requests: 20 },
      input: { dist: 'lognormal', mean: 300, cv: 1 },
      output: { dist: 'lognormal', mean: 200, cv: 1 },
    },
    fleet: {
      pools: [
        {
          ...{ name: 'all', role: 'both', replicas: 1, gpu: 'h100-sxm', model: 'llama-3.1-8b' },
          engine: { name, args: { ...one, ...args }, ...(schedulingPolicy && { schedulingPolicy }) },
        },
      ],
    },
    run: { requests: 20 },
  };
}

function ended(source: unknown, options: Partial<SimulationOptions> = {}): SimRequest[] {
  const records: SimRequest[] = [];
  const simulation = new Simulation(parseScenario(source), {
    ...{ seed: 1, fastForward: true, onRecord: (request) => void records.push(request) },
    ...options,
  });
  while (!simulation.advance(100_000));
  return records;
}

const policy = (rank: (request: WaitingRequest) => number) =>
  userPluginsOf(
    { plugin: { type: 'own', kinds: ['engine-scheduling-policy'], create: () => ({ rank }) } },
    '',
  );

const isSorted = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || values[i - 1]! <= value);

describe.each(['vllm', 'sglang'])('%s', (engine) => {
  test("requests leave in the policy's order, not in that of arrival", () => {
    const { engine: enginePolicies } = policy((request) => -request.promptTokens);
    const records = ended(document(engine, { type: 'own' }), { enginePolicies });
    expect(records).toHaveLength(20);
    // The first one was taken as it arrived.
    expect(isSorted(records.slice(2).map((one) => -one.promptTokens))).toBe(true);
    const own = ended(document(engine)).map((one) => -one.promptTokens);
    expect(isSorted(own.slice(2))).toBe(false);
  });

  test('sjf-predicted with an oracle serves the shortest output first and lowers the mean end-to-end time', () => {
    const oracle = { type: 'sjf-predicted', parameters: { errorSigma: 0, promptWeight: 0 } };
    const meanUs = (records: SimRequest[]): number =>
      records.reduce((sum, { course, request }) => sum + course.endUs - request.arrivalUs, 0) / 20;
    const shortest = ended(document(engine, oracle));
    expect(isSorted(shortest.slice(2).map((one) => one.outputTokens))).toBe(true);
    const noisy = ended(document(engine, { type: 'sjf-predicted', parameters: { errorSigma: 1 } }));
    const arrival = ended(document(engine));
    expect(meanUs(shortest)).toBeLessThan(meanUs(arrival));
    expect(meanUs(shortest)).toBeLessThan(meanUs(noisy));
  });

  test('step by step gives the same run', () => {
    const source = document(engine, { type: 'sjf-predicted' });
    const times = (fastForward: boolean): number[] =>
      ended(source, { fastForward }).map((o) => o.course.endUs);
    expect(times(false)).toEqual(times(true));
  });
});

test('the policies in the box keep the contract; breaches are named', () => {
  for (const one of SCHEDULING_POLICIES) expect(checkPolicy(one).problems).toEqual([]);
  const problems = (rank: (request: WaitingRequest) => number): string =>
    checkPolicy(policy(rank).engine[0]!).problems.join();
  expect(problems(() => Number.NaN)).toContain('rank NaN');
  expect(problems(() => Date.now())).toContain('Date.now');
  let calls = 0;
  expect(problems(() => calls++)).toContain('not a function of the request');
});

test('mistakes are named with their place', () => {
  const problem = (source: unknown, options: Partial<SimulationOptions> = {}): string => {
    try {
      ended(source, options);
      return 'none';
    } catch (error) {
      return error instanceof ConfigError ? error.message : `another: ${error}`;
    }
  };
  expect(problem(document('vllm', { type: 'sjf' }))).toMatch(
    /fleet.pools\[0\].engine.schedulingPolicy.type: found "sjf", expected .*sjf-predicted/,
  );
  expect(problem(document('tgi', { type: 'sjf-predicted' }))).toMatch(
    /schedulingPolicy: found a policy for tgi/,
  );
  expect(problem(document('vllm', { type: 'sjf-predicted' }, { scheduling_policy: 'priority' }))).toMatch(
    /args.scheduling_policy: found an order beside schedulingPolicy/,
  );
  expect(problem(document('vllm', { type: 'sjf-predicted', parameters: { sigma: 1 } }))).toMatch(
    /schedulingPolicy.parameters.sigma: found an unknown key/,
  );
  const { engine } = policy(() => Number.NaN);
  expect(problem(document('vllm', { type: 'own' }), { enginePolicies: engine })).toMatch(/rank NaN/);
});
