import { describe, expect, test } from 'vitest';
import { config, makeTable, prompt, request, USAGE, World } from './fixtures.ts';

const THREE = [
  { id: 'a', waiting: 0, kvUsage: 0.5 },
  { id: 'b', waiting: 4, kvUsage: 0.1 },
  { id: 'c', waiting: 10, kvUsage: 0 },
];

describe('load scorers', () => {
  test('waiting 0, 4, 10 score 1, 0.6, 0, and KV usage its complement', () => {
    const world = new World(config('queue-scorer', 'kv-cache-utilization-scorer'), makeTable(THREE));
    world.send(request());
    expect(world.scores('queue-scorer')).toEqual({ a: 1, b: 0.6, c: 0 });
    expect(world.scores('kv-cache-utilization-scorer')).toEqual({ a: 0.5, b: 0.9, c: 1 });
  });

  test('equal queues all score 1', () => {
    const world = new World(
      config('queue-scorer'),
      makeTable([
        { id: 'a', waiting: 3 },
        { id: 'b', waiting: 3 },
      ]),
    );
    world.send(request());
    expect(world.scores('queue-scorer')).toEqual({ a: 1, b: 1 });
  });

  test('load-aware: an empty queue 0.5, half the threshold 0.25, beyond it 0', () => {
    const table = makeTable([{ id: 'a' }, { id: 'b', waiting: 64 }, { id: 'c', waiting: 500 }]);
    const world = new World(config('load-aware-scorer'), table);
    world.send(request());
    expect(world.scores('load-aware-scorer')).toEqual({ a: 0.5, b: 0.25, c: 0 });
  });

  test('active requests: the busiest gets 0, the idle 1', () => {
    const world = new World(config('active-request-scorer', 'header-based-testing-filter'), makeTable(THREE));
    const to = (host: string) => request({ headers: new Map([['test-epp-endpoint-selection', host]]) });
    for (const host of ['10.0.0.2', '10.0.0.3', '10.0.0.3']) world.send(to(host));
    world.send(to('10.0.0.1,10.0.0.2,10.0.0.3'));
    expect(world.scores('active-request-scorer')).toEqual({ a: 1, b: 0.5, c: 0 });
  });

  test('a running adapter scores 1, room for it 0.8, a waiting one 0.6, none 0', () => {
    const table = makeTable([
      { id: 'active', active: ['m1'], maxActiveModels: 1 },
      { id: 'room', active: ['x'], maxActiveModels: 2 },
      { id: 'waiting', active: ['x'], waitingModels: ['m1'], maxActiveModels: 2 },
      { id: 'full', active: ['x'], maxActiveModels: 1 },
    ]);
    const world = new World(config('lora-affinity-scorer'), table);
    world.send(request());
    expect(world.scores('lora-affinity-scorer')).toEqual({ active: 1, room: 0.8, waiting: 0.6, full: 0 });
  });
});

describe('prefix scorers', () => {
  const FIRST = prompt([1, 2, 3, 4]);

  test('after a dispatch the same prompt matches whole there and nowhere else', () => {
    const world = new World(
      config('prefix-cache-scorer', 'queue-scorer'),
      makeTable([{ id: 'a' }, { id: 'b', waiting: 4 }]),
    );
    expect(world.route(request({ prompt: FIRST }))).toBe('a');
    expect(world.route(request({ prompt: FIRST }))).toBe('a');
    expect(world.scores('prefix-cache-scorer')).toEqual({ a: 1, b: 0 });
    world.send(request({ prompt: prompt([1, 2, 3, 9]) }));
    expect(world.scores('prefix-cache-scorer')).toEqual({ a: 0.75, b: 0 });
  });

  test('match-length weight 0.5 blends the squared share of the scale with the ratio', () => {
    const scorer = {
      type: 'prefix-cache-scorer',
      parameters: { matchLengthWeight: 0.5, matchLengthScaleTokens: 512 },
    };
    const world = new World(config(scorer), makeTable([{ id: 'a' }]));
    world.send(request({ prompt: FIRST }));
    world.send(request({ prompt: FIRST }));
    // 4 of 4 blocks of 64 tokens: 0.5 * (256/512)^2 + 0.5 * 1.
    expect(world.scores('prefix-cache-scorer')['a']).toBe(0.625);
  });

  test('cold requests walk over endpoints that got none yet, then the least lately used', () => {
    const world = new World(config('no-hit-lru-scorer'), makeTable([{ id: 'a' }, { id: 'b' }, { id: 'c' }]));
    const order = [1, 2, 3, 4].map((content) => world.route(request({ prompt: prompt([content]) })));
    expect(order).toEqual(['a', 'b', 'c', 'a']);
    world.send(request({ prompt: prompt([9]) }));
    expect(world.scores('no-hit-lru-scorer')).toEqual({ a: 0, b: 1, c: 0.5 });
    world.send(request({ prompt: prompt([1]) }));
    expect(world.scores('no-hit-lru-scorer')).toEqual({ a: 0.5, b: 0.5, c: 0.5 });
  });

  test('token load counts what is in flight and what this request would add', () => {
    const scorer = { type: 'token-load-scorer', parameters: { queueThresholdTokens: 1000 } };
    const world = new World(
      config(scorer, 'header-based-testing-filter'),
      makeTable([{ id: 'a' }, { id: 'b' }]),
    );
    const headers = (hosts: string) => new Map([['test-epp-endpoint-selection', hosts]]);
    const sent = request({ prompt: FIRST, headers: headers('10.0.0.1') });
    world.send(sent);
    world.send(request({ prompt: FIRST, headers: headers('10.0.0.1,10.0.0.2') }));
    // a: 256 in flight, all of this prompt cached; b: nothing in flight, 256 to compute.
    expect(world.scores('token-load-scorer')).toEqual({ a: 0.744, b: 0.744 });
    world.router.firstToken(sent, 1);
    world.send(request({ prompt: FIRST, headers: headers('10.0.0.1') }));
    expect(world.scores('token-load-scorer')['a']).toBe(1);
  });
});

test('context length: in range, at a distance, without and with a broken label', () => {
  const label = 'llm-d.ai/context-length-range';
  const table = makeTable([
    { id: 'in', labels: { [label]: '0-10000' } },
    { id: 'near', labels: { [label]: '2000-3000' } },
    { id: 'none' },
    { id: 'bad', labels: { [label]: 'long' } },
  ]);
  const world = new World(config('context-length-aware'), table);
  world.send(request({ prompt: prompt([1], 1000) }));
  const scores = world.scores('context-length-aware');
  // 0.3 + 0.7 * (0.7 / 2 + 0.3 * 9000 / 10000)
  expect(scores['in']).toBeCloseTo(0.734, 12);
  expect(scores['near']).toBeCloseTo(0.15, 12);
  expect([scores['none'], scores['bad']]).toEqual([0.5, 0]);
});

test('attribute scorer: linear in a fixed range, missing 0', () => {
  const scorer = {
    type: 'endpoint-attribute-scorer',
    parameters: {
      attributeKey: 'GPUUtilization',
      producer: 'dcgm-extractor',
      algorithm: { type: 'linear_lower_is_better', normalization: { fixedRange: { min: 0, max: 1 } } },
    },
  };
  const key = 'GPUUtilization/dcgm-extractor';
  const table = makeTable([
    { id: 'a', attributes: { [key]: 0.25 } },
    { id: 'b', attributes: { [key]: 1 } },
    { id: 'c' },
  ]);
  const world = new World(config(scorer), table);
  world.send(request());
  expect(world.scores('endpoint-attribute-scorer')).toEqual({ a: 0.75, b: 0, c: 0 });
});

test('latency scorer without predictions blends KV, queue and prefix', () => {
  const table = makeTable([
    { id: 'a', kvUsage: 0.5, waiting: 2 },
    { id: 'b', kvUsage: 1, waiting: 4 },
  ]);
  const world = new World(config('latency-scorer'), table);
  world.send(request({ prompt: prompt([1, 2]) }));
  // a: (0.5 + 0.5 + 0) / 3; b: nothing.
  expect(world.scores('latency-scorer')).toEqual({ a: 0.33, b: 0 });
});

test('predictions follow observed responses: the endpoint with work in flight is predicted later', () => {
  const world = new World(config('latency-scorer', 'random-picker'), makeTable([{ id: 'a' }, { id: 'b' }]));
  // TTFT = 10 ms + 1 ms per 64 uncached tokens, one request at a time.
  for (let i = 0; i < 60; i++) {
    const blocks = 1 + (i % 7);
    const sent = request({ prompt: prompt(Array.from({ length: blocks }, (_, j) => 1000 * i + j)) });
    const nowUs = i * 1e6;
    world.send(sent, nowUs);
    world.router.firstToken(sent, nowUs + 10_000 + blocks * 1000);
    world.router.finished(sent, USAGE, 'natural', nowUs + 200_000);
  }
  const probe = request({ prompt: prompt([7, 8, 9]), headers: new Map([['x-slo-ttft-ms', '50']]) });
  world.send(probe, 1e8);
  const scores = world.scores('latency-scorer');
  // Equal endpoints: equal headrooms, so both dimensions are flat: (trunc(50) + 1) / 100.
  expect(scores['a']).toBeCloseTo(0.51, 12);
  expect(scores['b']).toBeCloseTo(0.51, 12);
});
