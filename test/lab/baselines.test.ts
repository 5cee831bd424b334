/** Policies in the box do what their published descriptions say, on states small enough to work out by hand. */
import { expect, test } from 'vitest';
import { Simulation } from '../../sim/cluster/simulate.ts';
import { createStreams } from '../../sim/kernel/streams.ts';
import { BASELINES } from '../../sim/lab/baselines/all.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { PromptContent } from '../../sim/workload/prompt-content.ts';
import { RoutedRequest, requestTraits } from '../../sim/workload/simulated-request.ts';
import { Columns } from '../../src/routing/columns.ts';
import type { Dispatch } from '../../src/routing/contract.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';
import type { DispatchDraft } from '../../src/routing/plugin.ts';

/** A picker over two endpoints, with what it reads. */
function bench(name: string) {
  const definition = BASELINES.find((one) => one.name === name)!.plugins[0]!;
  const table = new EndpointTable();
  for (const i of [0, 1]) table.add({ id: `ns/e${i}`, address: `10.0.0.${i}:8000`, labels: {} });
  const columns = new Columns();
  columns.grow(2);
  const match = columns.get('PrefixCacheMatchInfo', 'approx-prefix-cache-producer');
  match.present = true;
  match.blockSizeTokens = 1;
  const instance = definition.bind(undefined, 'parameters').create({
    ...{ name: definition.type, rng: createStreams(1).open('test'), table },
    column: (type, producer) => columns.get(type, producer),
    plugin: () => ({}),
  });
  const traits = requestTraits({ classIndex: 0, model: 'm' });
  let id = 0;
  /** Endpoint picked for a prompt of so many tokens of which endpoints hold so many; it is sent there. */
  const pick = (tokens: number, cached: readonly [number, number], atS = 0): number => {
    match.matchBlocks[0] = cached[0];
    match.matchBlocks[1] = cached[1];
    const prompt = new PromptContent([id], [tokens], tokens, traits.keySeed);
    const request = new RoutedRequest(id++, atS * 1e6, traits, prompt, 100);
    const picked = new Int32Array(2);
    const rows = Int32Array.of(0, 1);
    const cycle = { request, nowUs: atS * 1e6, table, rows, count: 2, profile: 'default', peerRow: -1 };
    instance.picker!.pick(cycle, new Float64Array(2), picked);
    const draft = { rows: [picked[0]] } as unknown as DispatchDraft;
    instance.hooks!.onDispatched!(request, draft, atS * 1e6);
    return picked[0]!;
  };
  const firstToken = (request: number): void =>
    instance.hooks!.onFirstToken!({ id: request } as never, {} as Dispatch, 0);
  return { table, pick, firstToken };
}

test('mooncake-cache-aware: goes to the cache until the prefill queued there costs more than computing anew', () => {
  const { pick, firstToken } = bench('mooncake-cache-aware');
  expect(pick(1000, [900, 0])).toBe(0);
  expect(pick(5000, [4000, 0])).toBe(0);
  // 1,100 tokens are queued at endpoint 0: 100 more there cost more than 1,000 at endpoint 1.
  expect(pick(1000, [900, 0])).toBe(1);
  firstToken(0);
  firstToken(1);
  expect(pick(1000, [900, 0])).toBe(0);
});

test('preble-e2: exploits a match of more than half of the prompt, explores by load otherwise', () => {
  const { pick } = bench('preble-e2');
  const first = pick(1000, [0, 0]);
  const other = 1 - first;
  const on = (row: number, cached: number): [number, number] => (row === 0 ? [cached, 0] : [0, cached]);
  // Less than half of it is cached there: the other endpoint, which has been given nothing.
  expect(pick(1000, on(first, 400))).toBe(other);
  expect(pick(1000, on(first, 900))).toBe(first);
  // Beyond the imbalance allowed the cache is left alone.
  const { pick: again } = bench('preble-e2');
  const loaded = again(100_000, [0, 0]);
  expect(again(1000, on(loaded, 900))).toBe(1 - loaded);
  // Three minutes later that load is forgotten.
  expect(again(1000, on(loaded, 900), 200)).toBe(loaded);
});

test('llumnix-dispatch: most free KV memory a request, less what waits', () => {
  const { table, pick, firstToken } = bench('llumnix-dispatch');
  for (const row of [0, 1]) {
    table.numBlocks[row] = 1000;
    table.blockSizeTokens[row] = 16;
    table.running[row] = 4;
  }
  table.kvUsage[0] = 0.5;
  table.kvUsage[1] = 0.6;
  expect(pick(2000, [0, 0])).toBe(0);
  // 8,000 free less 2,000 asked for at endpoint 0, 6,400 at endpoint 1.
  expect(pick(100, [0, 0])).toBe(1);
  firstToken(0);
  expect(pick(100, [0, 0])).toBe(0);
  table.running[0] = 8;
  expect(pick(100, [0, 0])).toBe(1);
});

test('session-affinity: every turn of a session is answered where the first one was', () => {
  const baseline = BASELINES.find((one) => one.name === 'session-affinity')!;
  const endpoints = new Map<number, Set<number>>();
  const scenario = parseScenario({
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: 5 },
      input: { dist: 'constant', value: 300 },
      output: { dist: 'constant', value: 20 },
      sessions: { turns: 4, thinkTimeS: 1 },
    },
    fleet: {
      pools: [
        {
          ...{ name: 'all', role: 'both', replicas: 3, gpu: 'h100-sxm', model: 'llama-3.1-8b' },
          engine: { name: 'vllm' },
        },
      ],
    },
    router: { config: baseline.config, allowExperimentalPlugins: true },
    run: { requests: 120 },
  });
  const simulation = new Simulation(scenario, {
    ...{ seed: 1, fastForward: true },
    onRecord: ({ session, course }) =>
      endpoints.set(session, (endpoints.get(session) ?? new Set()).add(course.endpoint)),
  });
  while (!simulation.advance(100_000));
  expect(endpoints.size).toBeGreaterThan(20);
  for (const of of endpoints.values()) expect(of.size).toBe(1);
  expect(new Set([...endpoints.values()].flatMap((of) => [...of])).size).toBe(3);
});
