import { describe, expect, test } from 'vitest';
import type { Dispatch } from '../../src/routing/contract.ts';
import { addressOf, config, makeTable, prompt, request, USAGE, World } from './fixtures.ts';

const ROLE = 'llm-d.ai/role';
const PD_TABLE = [
  { id: 'a', labels: { [ROLE]: 'prefill' }, running: 9 },
  { id: 'b', labels: { [ROLE]: 'prefill' }, running: 1 },
  { id: 'c', labels: { [ROLE]: 'decode' }, running: 2 },
  { id: 'd', running: 7 },
];

function disagg(parameters: Record<string, unknown>, ...more: readonly (string | Record<string, unknown>)[]) {
  const scorer = { pluginRef: 'running-requests-size-scorer' };
  return {
    ...config(
      'prefill-filter',
      'decode-filter',
      'running-requests-size-scorer',
      'always-disagg-pd-decider',
      ...more,
      { type: 'disagg-profile-handler', parameters },
    ),
    schedulingProfiles: [
      { name: 'prefill', plugins: [{ pluginRef: 'prefill-filter' }, scorer] },
      { name: 'decode', plugins: [{ pluginRef: 'decode-filter' }, scorer] },
    ],
  };
}

const ALWAYS = { deciders: { prefill: 'always-disagg-pd-decider' } };

describe('totals', () => {
  test('weights multiply clamped scores, and ties are picked from at random', () => {
    const table = makeTable([
      { id: 'a', waiting: 0, kvUsage: 0.5 },
      { id: 'b', waiting: 4, kvUsage: 0.1 },
      { id: 'c', waiting: 10, kvUsage: 0 },
    ]);
    const world = new World(
      {
        ...config('queue-scorer', 'kv-cache-utilization-scorer'),
        schedulingProfiles: [
          {
            name: 'default',
            plugins: [
              { pluginRef: 'queue-scorer', weight: 2 },
              { pluginRef: 'kv-cache-utilization-scorer', weight: 2 },
            ],
          },
        ],
      },
      table,
    );
    const picked = new Set(Array.from({ length: 50 }, () => world.route(request())));
    const record = world.decisions[0]!.profiles[0]!;
    expect(record.totals.map((total) => Number(total.toFixed(9)))).toEqual([3, 3, 2]);
    expect(picked).toEqual(new Set(['a', 'b']));
    expect(record.runnerUpGap).toBeCloseTo(1, 9);
  });

  test('the same seed and requests give the same decisions', () => {
    const run = () => {
      const world = new World(undefined, makeTable([{ id: 'a' }, { id: 'b' }, { id: 'c' }]));
      return Array.from({ length: 40 }, (_, i) => world.route(request({ prompt: prompt([i % 5, i]) })));
    };
    expect(run()).toEqual(run());
  });
});

describe('outcomes', () => {
  test('an empty pool is 503 rejected-no-endpoints', () => {
    expect(new World(undefined, makeTable([])).send(request())).toMatchObject({
      status: 503,
      reason: 'rejected-no-endpoints',
    });
  });

  test('filters that leave nothing are 429 rejected-saturated, even for labels', () => {
    const world = new World(config('prefill-filter', 'queue-scorer'), makeTable([{ id: 'a' }]));
    expect(world.send(request())).toMatchObject({ status: 429, reason: 'rejected-saturated' });
  });

  test('a subset hint narrows by IP, port ignored; an empty one leaves nothing', () => {
    const world = new World(config('queue-scorer'), makeTable([{ id: 'a' }, { id: 'b', waiting: 9 }]));
    expect(world.route(request({ subset: ['10.0.0.2:1234'] }))).toBe('b');
    expect(world.send(request({ subset: [] }))).toMatchObject({ status: 503 });
  });

  test('an admitter denies with 500', () => {
    const admitter = { type: 'probabilistic-admitter', parameters: { k: 1e9 } };
    const world = new World(config('queue-scorer', admitter), makeTable([{ id: 'a', waiting: 20 }]));
    // Legacy admission would shed first: a fresh scrape and a high threshold keep it out of the way.
    const relaxed = new World(
      {
        ...config('queue-scorer', admitter, {
          name: 'lax',
          type: 'concurrency-detector',
          parameters: { maxConcurrency: 1000 },
        }),
        flowControl: { saturationDetector: { pluginRef: 'lax' } },
      },
      makeTable([{ id: 'a', waiting: 20 }]),
    );
    expect(relaxed.send(request({ priority: -1 }))).toMatchObject({ status: 500, code: 'Internal' });
    expect(relaxed.send(request({ priority: 0 }))).toHaveProperty('rows');
    expect(world.send(request({ priority: -1 }))).toMatchObject({ status: 429, reason: null });
  });

  test('Prefer: if-available is 412 until the endpoint holds the prompt', () => {
    const world = new World(undefined, makeTable([{ id: 'a' }]));
    const headers = new Map([['prefer', 'if-available']]);
    expect(world.send(request({ prompt: prompt([1, 2]), headers }))).toMatchObject({ status: 412 });
    world.send(request({ prompt: prompt([1, 2]) }));
    expect(world.send(request({ prompt: prompt([1, 2]), headers }))).toHaveProperty('rows');
  });

  test('a header that names no profile is refused, an absent one takes the default', () => {
    const world = new World(
      {
        ...config('queue-scorer', 'header-profile-handler'),
        schedulingProfiles: ['prefill', 'decode'].map((name) => ({
          name,
          plugins: [{ pluginRef: 'queue-scorer' }],
        })),
      },
      makeTable([{ id: 'a' }]),
    );
    const named = (name: string) => world.send(request({ headers: new Map([['epp-profile', name]]) }));
    expect(named('nope')).toMatchObject({ status: 429, reason: null });
    expect((named('prefill') as Dispatch).picks.map((pick) => pick.profile)).toEqual(['prefill']);
    expect((world.send(request()) as Dispatch).picks.map((pick) => pick.profile)).toEqual(['decode']);
  });
});

describe('disaggregation', () => {
  test('decode first: least running of each role, prefiller in its header', () => {
    const world = new World(disagg(ALWAYS), makeTable(PD_TABLE));
    const dispatch = world.send(request()) as Dispatch;
    expect(dispatch.rows).toEqual([2]);
    expect(dispatch.prefillRow).toBe(1);
    expect(dispatch.headers.get('x-prefiller-host-port')).toBe(addressOf(1));
    expect(dispatch.headers.get('x-gateway-destination-endpoint')).toBe(addressOf(2));
    expect(dispatch.picks.map((pick) => pick.profile)).toEqual(['decode', 'prefill']);
  });

  test('without a decider the prefill stage never runs', () => {
    const dispatch = new World(disagg({}), makeTable(PD_TABLE)).send(request()) as Dispatch;
    expect(dispatch.prefillRow).toBe(-1);
    expect(dispatch.headers.has('x-prefiller-host-port')).toBe(false);
  });

  test('prefill first runs prefill before decode', () => {
    const dispatch = new World(disagg({ stageOrder: 'prefill-first' }), makeTable(PD_TABLE)).send(
      request(),
    ) as Dispatch;
    expect(dispatch.picks.map((pick) => pick.profile)).toEqual(['prefill', 'decode']);
    expect(dispatch.rows).toEqual([2]);
  });

  test('no prefill worker: decode alone serves; no decode worker: 429', () => {
    const alone = new World(disagg(ALWAYS), makeTable([PD_TABLE[2]!])).send(request()) as Dispatch;
    expect([alone.rows, alone.prefillRow]).toEqual([[0], -1]);
    const none = new World(disagg(ALWAYS), makeTable([PD_TABLE[0]!])).send(request());
    expect(none).toMatchObject({ status: 429, message: 'failed to find available decode workers' });
  });

  test('the suffix decider prefills elsewhere only while enough is uncached on the decode endpoint', () => {
    const decider = { type: 'prefix-based-pd-decider', parameters: { nonCachedTokens: 128 } };
    const parameters = { deciders: { prefill: 'prefix-based-pd-decider' } };
    const world = new World(disagg(parameters, decider), makeTable(PD_TABLE.slice(1, 3)));
    const prefillOf = (content: number[]) =>
      (world.send(request({ prompt: prompt(content) })) as Dispatch).prefillRow;
    expect(prefillOf([1])).toBe(-1);
    expect(prefillOf([1, 2, 3])).toBe(0);
    expect(prefillOf([1, 2, 3])).toBe(-1);
    expect(prefillOf([1, 2, 3, 4])).toBe(-1);
    expect(prefillOf([1, 2, 3, 4, 5, 6])).toBe(0);
  });

  test('E/P/D: a multimodal request names all its encoders', () => {
    const picker = { type: 'max-score-picker', parameters: { maxNumOfEndpoints: 2 } };
    const deciders = { encode: 'always-disagg-multimodal-decider', prefill: 'always-disagg-pd-decider' };
    const base = disagg({ deciders }, 'encode-filter', 'always-disagg-multimodal-decider', picker);
    const profiles = [
      { name: 'encode', plugins: [{ pluginRef: 'encode-filter' }] },
      ...base.schedulingProfiles,
    ];
    const specs = ['encode', 'encode', 'prefill', 'decode'].map((role, i) => ({
      id: `${role}${i}`,
      labels: { [ROLE]: role },
    }));
    const world = new World({ ...base, schedulingProfiles: profiles }, makeTable(specs));
    const dispatch = world.send(request({ multimodal: { hashes: ['x'] } })) as Dispatch;
    expect([...dispatch.encodeRows].sort()).toEqual([0, 1]);
    expect(dispatch.headers.get('x-encoder-hosts-ports')?.split(',').sort()).toEqual([
      addressOf(0),
      addressOf(1),
    ]);
    expect((world.send(request()) as Dispatch).encodeRows).toEqual([]);
  });

  test('data parallel: the rank in its header, the primary port in the destination', () => {
    const handler = { type: 'data-parallel-profile-handler', parameters: { primaryPort: 9000 } };
    const dispatch = new World(config('queue-scorer', handler), makeTable([{ id: 'a' }])).send(
      request(),
    ) as Dispatch;
    expect(dispatch.headers.get('x-data-parallel-host-port')).toBe('10.0.0.1:8000');
    expect(dispatch.headers.get('x-gateway-destination-endpoint')).toBe('10.0.0.1:9000');
  });
});

describe('load in flight', () => {
  test('every profile is charged; the first token releases prefill, the end of the response decode', () => {
    const world = new World(
      {
        ...disagg(ALWAYS, 'active-request-scorer'),
        schedulingProfiles: ['prefill', 'decode'].map((name) => ({
          name,
          plugins: [{ pluginRef: `${name}-filter` }, { pluginRef: 'active-request-scorer' }],
        })),
      },
      makeTable(PD_TABLE.slice(0, 3)),
    );
    const active = (profile: string) => world.scores('active-request-scorer', profile);
    const sent = [request(), request()];
    const homes = sent.map((each) => world.table.endpoints[(world.send(each) as Dispatch).prefillRow]!.id);
    expect([...homes].sort()).toEqual(['a', 'b']);
    expect(active('decode')).toEqual({ c: 0 });
    world.router.firstToken(sent[0]!, 1);
    const third = request();
    const prefillRow = (world.send(third) as Dispatch).prefillRow;
    expect(world.table.endpoints[prefillRow]!.id).toBe(homes[0]);
    expect(active('prefill')).toEqual({ [homes[0]!]: 1, [homes[1]!]: 0 });
    for (const each of [...sent, third]) world.router.finished(each, USAGE, 'natural', 2);
    world.send(request());
    expect([active('prefill'), active('decode')]).toEqual([{ a: 1, b: 1 }, { c: 1 }]);
  });

  test('counters return to zero, also when an endpoint leaves in between', () => {
    const detector = { type: 'concurrency-detector', parameters: { maxConcurrency: 1 } };
    const world = new World(config('queue-scorer', detector), makeTable([{ id: 'a' }, { id: 'b' }]));
    const sent = [request(), request()];
    for (const each of sent) world.send(each);
    expect(world.send(request())).toMatchObject({ status: 429, reason: 'rejected-saturated' });
    world.router.endpointRemoved(world.table.rowOf('a'), 5);
    world.table.remove('a');
    const row = world.table.add({ id: 'n', address: addressOf(7), labels: {} });
    for (const each of sent) world.router.finished(each, USAGE, 'natural', 10);
    const again = [world.route(request()), world.route(request())];
    expect(again.sort()).toEqual(['b', 'n']);
    expect(row).toBe(0);
    expect(world.send(request())).toMatchObject({ status: 429 });
    expect(world.router.inFlight).toBe(2);
  });
});

/** 1, 2, ... last. */
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

describe('sticking', () => {
  test('the affinity filter sticks to the holder until its load costs more than the penalty', () => {
    const filter = {
      type: 'prefix-cache-affinity-filter',
      parameters: { peakPrefillThroughput: 1000, maxTTFTPenaltyMs: 500 },
    };
    const world = new World(config(filter, 'token-load-scorer'), makeTable([{ id: 'a' }, { id: 'b' }]));
    const home = world.route(request({ prompt: prompt([1, 2, 3, 4]) }));
    expect(world.route(request({ prompt: prompt([1, 2, 3, 4]) }))).toBe(home);
    expect(world.candidates()).toEqual([home]);
    // 256 tokens are in flight at home; three longer prompts add 64 each: 448 ms of prefill against 0.
    for (const last of [5, 6, 7]) world.send(request({ prompt: prompt(upTo(last)) }));
    world.send(request({ prompt: prompt(upTo(4)) }));
    expect(world.candidates()).toEqual([home]);
    world.send(request({ prompt: prompt(upTo(8)) }));
    world.send(request({ prompt: prompt(upTo(4)) }));
    expect(world.candidates()).toEqual(['a', 'b']);
  });

  test('a session id stays with its endpoint until the binding expires or the endpoint goes', () => {
    const filter = { type: 'session-affinity-filter', parameters: { strategy: 'session_id' } };
    const world = new World(
      config(filter, 'random-picker'),
      makeTable([{ id: 'a' }, { id: 'b' }, { id: 'c' }]),
    );
    const send = (nowUs: number) =>
      world.route(request({ headers: new Map([['x-session-id', 's']]) }), nowUs);
    const home = send(0);
    for (let i = 1; i < 20; i++) expect(send(i)).toBe(home);
    world.table.remove(home);
    const next = send(30);
    expect(next).not.toBe(home);
    expect(send(31)).toBe(next);
    expect(new Set([...Array(20)].map((_, i) => send(400e6 * (i + 1)))).size).toBe(2);
  });

  test('an encoded session token comes back as a response header and pins', () => {
    const world = new World(
      config('session-affinity-filter', 'random-picker'),
      makeTable([{ id: 'ns/a' }, { id: 'ns/b' }]),
    );
    const first = request();
    const home = world.route(first);
    const token = world.router.responseHeaders(first).get('x-session-token')!;
    expect(token).toBe(Buffer.from(home).toString('base64'));
    for (let i = 0; i < 10; i++)
      expect(world.route(request({ headers: new Map([['x-session-token', token]]) }))).toBe(home);
  });

  test('a burst of equal prompts is held for the window and lands on one endpoint', () => {
    const scorer = {
      type: 'prefix-cache-scorer',
      parameters: { prefixMatchInfoProducerName: 'burst-prefix-cache-producer' },
    };
    const world = new World(
      config(scorer, 'burst-prefix-cache-producer'),
      makeTable([{ id: 'a' }, { id: 'b' }]),
    );
    const group = (content: number) => [0, 1, 2].map(() => request({ prompt: prompt([content, 2]) }));
    const sent = [...group(1), ...group(2)];
    for (const each of sent) world.router.arrive(each, 0);
    expect([world.dispatches.length, world.router.queued]).toEqual([0, 6]);
    expect(world.router.advance(50_000)).toBe(100_000);
    expect(world.router.advance(100_000)).toBe(Number.POSITIVE_INFINITY);
    const rows = world.dispatches.map((dispatch) => dispatch.rows[0]!);
    expect(new Set(rows.slice(0, 3)).size).toBe(1);
    expect(new Set(rows.slice(3)).size).toBe(1);
    expect(rows[0]).not.toBe(rows[3]);
  });

  test('the source of a KV pull is an endpoint that holds more than the computing one', () => {
    const world = new World(
      config('p2p-source-producer', 'header-based-testing-filter'),
      makeTable([{ id: 'a' }, { id: 'b' }]),
    );
    const to = (host: string) =>
      request({ prompt: prompt([1, 2, 3]), headers: new Map([['test-epp-endpoint-selection', host]]) });
    world.send(to('10.0.0.1'));
    const second = world.send(to('10.0.0.2')) as Dispatch;
    expect(second.headers.get('x-kv-cache-source-host-port')).toBe('10.0.0.1:8000');
    const third = world.send(to('10.0.0.2')) as Dispatch;
    expect(third.headers.has('x-kv-cache-source-host-port')).toBe(false);
  });
});

test('flow control holds what a full pool cannot take and lets it go when a response ends', () => {
  const world = new World(
    {
      ...config('queue-scorer', { type: 'concurrency-detector', parameters: { maxConcurrency: 1 } }),
      featureGates: ['flowControl'],
      flowControl: { saturationDetector: { pluginRef: 'concurrency-detector' } },
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorer' }] }],
    },
    makeTable([{ id: 'a' }]),
  );
  const first = request();
  world.router.arrive(first, 0);
  world.router.arrive(request(), 0);
  expect([world.dispatches.length, world.router.queued]).toEqual([1, 1]);
  world.router.finished(first, USAGE, 'natural', 5_000);
  world.router.advance(6_000);
  expect([world.dispatches.length, world.router.queued]).toEqual([2, 0]);
});
