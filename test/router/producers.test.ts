import { describe, expect, test } from 'vitest';
import type { AttributeReporter } from '../../src/routing/hooks/request-attribute-reporter.ts';
import { definePlugin } from '../../src/routing/plugin.ts';
import type { PrecisePrefix } from '../../src/routing/producers/precise-prefix.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import { config, makeTable, prompt, request, World } from './fixtures.ts';

const PRECISE = 'precise-prefix-cache-producer';
const SCORER = { type: 'prefix-cache-scorer', parameters: { prefixMatchInfoProducerName: PRECISE } };

describe('precise prefix', () => {
  test('scores follow what engines report, CPU blocks at 0.8 and truncated', () => {
    const world = new World(config(SCORER, PRECISE), makeTable([{ id: 'a' }, { id: 'b' }, { id: 'c' }]));
    const precise = world.router.plugin(PRECISE)!.service as PrecisePrefix;
    const sent = request({ prompt: prompt([1, 2, 3, 4]) });
    const keys = sent.prompt.preciseKeys(16)!;
    precise.index.add(0, 'gpu', keys);
    precise.index.add(1, 'cpu', keys);
    world.send(sent);
    // b: trunc(4 * 0.8) = 3 of 4.
    expect(world.scores('prefix-cache-scorer')).toEqual({ a: 1, b: 0.75, c: 0 });
  });

  test('a dispatched prompt counts as held for the speculative time only', () => {
    const producer = { type: PRECISE, parameters: { speculativeIndexing: true, speculativeTTL: '1s' } };
    const world = new World(config(SCORER, producer), makeTable([{ id: 'a' }]));
    const send = (nowUs: number) => {
      world.send(request({ prompt: prompt([1, 2]) }), nowUs);
      return world.scores('prefix-cache-scorer')['a'];
    };
    expect([send(0), send(500_000), send(5_000_000)]).toEqual([0, 1, 0]);
  });

  test('a pool-wide Redis index is refused, not silently replaced', () => {
    const parameters = { indexerConfig: { kvBlockIndexConfig: { redisConfig: { address: 'r:6379' } } } };
    expect(() => new World(config({ type: PRECISE, parameters }), makeTable([]))).toThrow(/redisConfig/);
  });
});

test('encodings stay where they were sent, within the budget', () => {
  const producer = { type: 'mm-embeddings-cache-producer', parameters: { cacheSizeInMBPerServer: 4 } };
  const world = new World(config('mm-embeddings-cache-scorer', producer), makeTable([{ id: 'a' }]));
  const score = (...hashes: string[]) => {
    world.send(request({ multimodal: { hashes } }));
    return world.scores('mm-embeddings-cache-scorer')['a'];
  };
  expect(score('x')).toBe(0);
  expect(score('x', 'y')).toBe(0.5);
  expect(score('z')).toBe(0);
  // Room for two items: y and z are left.
  expect([score('y'), score('x', 'y')]).toEqual([1, 0.5]);
});

test('an agent header stands in for a missing fairness id, never for a given one', () => {
  const seen: string[] = [];
  const table = makeTable([{ id: 'a' }]);
  const world = new World(config('agent-identity', 'queue-scorer'), table, {
    recorder: { decided: (record) => seen.push(record.request.fairnessId) },
  });
  const headers = new Map([['session-id', 's1']]);
  world.send(request({ headers }));
  world.send(request({ headers, fairnessId: 'tenant' }));
  world.send(request());
  expect(seen).toEqual(['s1', 'tenant', 'default-flow']);
});

test('plugins see a request under the flow that a header names from its arrival to its end', () => {
  const told: string[] = [];
  const witness = definePlugin({
    type: 'witness',
    kinds: ['response'],
    stability: 'beta',
    summary: 'writes flows down',
    parse: () => null,
    create: () => ({
      hooks: {
        onDispatched: (one) => told.push(`dispatched ${one.fairnessId} ${one.requestId}`),
        onFirstToken: (one) => told.push(`first token ${one.fairnessId} ${one.headers.size}`),
        onFinished: (one) => told.push(`finished ${one.fairnessId}`),
      },
    }),
  });
  const world = new World(config('agent-identity', 'queue-scorer', 'witness'), makeTable([{ id: 'a' }]), {
    extraPlugins: [witness],
  });
  // As the simulator's requests: headers and id are getters of a class.
  const fields = request({ headers: new Map([['session-id', 's1']]) });
  const sent = Object.create(fields, {
    headers: { get: () => fields.headers },
    requestId: { get: () => 'made on demand' },
  }) as InferenceRequest;
  world.send(sent);
  world.router.firstToken(sent, 1);
  world.router.finished(sent, { promptTokens: 1, outputTokens: 1, cachedTokens: 0 }, 'natural', 2);
  expect(told).toEqual(['dispatched s1 made on demand', 'first token s1 1', 'finished s1']);
});

test('a session cookie feeds session affinity by attribute', () => {
  const filter = {
    type: 'session-affinity-filter',
    parameters: {
      strategy: 'session_id',
      sessionIdConfig: { sources: [{ attribute: 'session-id-producer' }] },
    },
  };
  const producer = { type: 'session-id-producer', parameters: { cookieName: 'sid' } };
  const world = new World(config(filter, producer, 'random-picker'), makeTable([{ id: 'a' }, { id: 'b' }]));
  const send = () => world.route(request({ headers: new Map([['cookie', 'x=1; sid=abc']]) }));
  const home = send();
  for (let i = 0; i < 10; i++) expect(send()).toBe(home);
});

test('estimated output keeps tokens charged until the end of the response', () => {
  const scorer = { type: 'token-load-scorer', parameters: { queueThresholdTokens: 1000 } };
  const load = { type: 'inflight-load-producer', parameters: { addEstimatedOutputTokens: true } };
  const world = new World(config(scorer, load), makeTable([{ id: 'a' }]));
  const probe = () => {
    const sent = request({ prompt: prompt([9], 0) });
    world.send(sent);
    world.router.finished(sent, { promptTokens: 0, outputTokens: 0, cachedTokens: 0 }, 'natural', 0);
    return Number((1 - world.scores('token-load-scorer')['a']!).toFixed(9)) * 1000;
  };
  const sent = request({ prompt: prompt([1, 2]), maxOutputTokens: 100 });
  world.send(sent);
  // 128 prompt tokens and min(round(128 * 1.5), 100) of output.
  expect(probe()).toBe(228);
  world.router.firstToken(sent, 1);
  expect(probe()).toBe(228);
  world.router.finished(sent, { promptTokens: 128, outputTokens: 5, cachedTokens: 0 }, 'natural', 2);
  expect(probe()).toBe(0);
});

test('the reporter computes usage expressions; a false condition or a zero reports nothing', () => {
  const reporter = (expression: string, condition = '') => {
    const parameters = { attributes: [{ key: { name: 'cost' }, expression, condition }] };
    const world = new World(
      config({ type: 'request-attribute-reporter', parameters }, 'queue-scorer'),
      makeTable([]),
    );
    return world.router.plugin('request-attribute-reporter')!.service as AttributeReporter;
  };
  const usage = { promptTokens: 100, outputTokens: 7, cachedTokens: 40 };
  expect(reporter('usage.prompt_tokens + 2 * (usage.completion_tokens - 1)').report(usage)).toEqual({
    namespace: 'envoy.lb',
    name: 'cost',
    value: 112,
  });
  expect(reporter('usage.prompt_tokens', 'usage.completion_tokens > 7').report(usage)).toBeNull();
  expect(reporter('usage.prompt_tokens', 'has(usage.completion_tokens) && !false').report(usage)?.value).toBe(
    100,
  );
  expect(reporter('usage.prompt_tokens - 100').report(usage)).toBeNull();
});

test('a cancelled request releases its charge, and one held for a burst is refused', () => {
  const detector = { type: 'concurrency-detector', parameters: { maxConcurrency: 1 } };
  const world = new World(config('queue-scorer', detector), makeTable([{ id: 'a' }]));
  const sent = request();
  world.send(sent);
  expect(world.send(request())).toMatchObject({ status: 429 });
  world.router.cancel(sent, 1);
  expect(world.send(request())).toHaveProperty('rows');

  const burst = new World(config('burst-prefix-cache-producer', 'queue-scorer'), makeTable([{ id: 'a' }]));
  const held = request({ prompt: prompt([1]) });
  burst.router.arrive(held, 0);
  burst.router.cancel(held, 10);
  expect(burst.rejections[0]).toMatchObject({ reason: 'rejected-context-cancelled' });
  burst.router.advance(1e6);
  expect(burst.dispatches).toEqual([]);
});
