import { describe, expect, test } from 'vitest';
import { Columns } from '../../src/routing/columns.ts';
import { scoreByHeadroom } from '../../src/routing/latency/headroom.ts';
import { OnlineRidge } from '../../src/routing/latency/ridge.ts';
import { config, makeTable, request, World } from './fixtures.ts';

/** Ids that a filter with these parameters leaves. */
function kept(
  type: string,
  parameters: unknown,
  specs: Parameters<typeof makeTable>[0],
  headers = new Map(),
) {
  const world = new World(config({ type, parameters }, 'random-picker'), makeTable(specs));
  const outcome = world.send(request({ headers }));
  return 'status' in outcome ? [] : world.candidates();
}

describe('labels', () => {
  const specs = [
    { id: 'a', labels: { zone: 'x', gpu: 'h100' } },
    { id: 'b', labels: { zone: 'y' } },
    { id: 'c' },
  ];
  test.each([
    [{ matchLabels: { zone: 'x' } }, ['a']],
    [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['x', 'y'] }] }, ['a', 'b']],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['x'] }] }, ['b', 'c']],
    [{ matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }, ['a']],
    [{ matchExpressions: [{ key: 'gpu', operator: 'DoesNotExist' }] }, ['b', 'c']],
    [{ matchLabels: { zone: 'y' }, matchExpressions: [{ key: 'gpu', operator: 'Exists' }] }, []],
  ])('selector %j leaves %j', (selector, wanted) => {
    expect(kept('label-selector-filter', selector, specs)).toEqual(wanted);
  });

  test('by-label may let endpoints without the label through', () => {
    const parameters = { label: 'zone', validValues: ['y'], allowsNoLabel: true };
    expect(kept('by-label', parameters, specs)).toEqual(['b', 'c']);
  });

  test('roles: only decode takes unlabelled endpoints', () => {
    const role = 'llm-d.ai/role';
    const roles = ['prefill', 'decode', 'encode', 'both', 'encode-prefill'].map((value) => ({
      id: value,
      labels: { [role]: value },
    }));
    const all = [...roles, { id: 'plain' }];
    expect(kept('decode-filter', {}, all)).toEqual(['decode', 'both', 'plain']);
    expect(kept('prefill-filter', {}, all)).toEqual(['prefill', 'both', 'encode-prefill']);
    expect(kept('encode-filter', {}, all)).toEqual(['encode', 'encode-prefill']);
  });
});

test('utilization: every condition must hold; a fallback brings all back', () => {
  const specs = [
    { id: 'a', waiting: 3, kvUsage: 0.2 },
    { id: 'b', waiting: 1, kvUsage: 0.9 },
  ];
  const conditions = [
    { metric: 'waiting-queue', maxValue: 3 },
    { metric: 'kv-cache-utilization', maxValue: 0.5 },
  ];
  expect(kept('utilization-filter', { conditions }, specs)).toEqual(['a']);
  const none = [{ metric: 'waiting-queue', maxValue: 0 }];
  expect(kept('utilization-filter', { conditions: none }, specs)).toEqual([]);
  expect(kept('utilization-filter', { conditions: none, fallbackOnEmpty: true }, specs)).toEqual(['a', 'b']);
});

test('attribute filter: missing attributes pass or fail as told', () => {
  const specs = [{ id: 'a', attributes: { load: 0.3 } }, { id: 'b', attributes: { load: 0.9 } }, { id: 'c' }];
  const algorithm = { type: 'threshold', threshold: { operator: 'LessThanOrEqual', value: 0.5 } };
  expect(kept('endpoint-attribute-filter', { attribute: 'load', algorithm }, specs)).toEqual(['a', 'c']);
  const strict = { attribute: 'load', algorithm, onMissing: 'Fail' };
  expect(kept('endpoint-attribute-filter', strict, specs)).toEqual(['a']);
});

test('topology: the decode stage stays in the zone of the prefill endpoint', () => {
  const role = 'llm-d.ai/role';
  const at = (id: string, kind: string, zone: string) => ({
    id,
    labels: { [role]: kind, 'topology.kubernetes.io/zone': zone },
  });
  const world = new World(
    {
      ...config(
        'prefill-filter',
        'decode-filter',
        'topology-extractor',
        'topology-affinity-scorer',
        { type: 'topology-affinity-filter', parameters: { minAffinity: 'zone' } },
        { type: 'disagg-profile-handler', parameters: { stageOrder: 'prefill-first' } },
      ),
      schedulingProfiles: [
        { name: 'prefill', plugins: [{ pluginRef: 'prefill-filter' }] },
        {
          name: 'decode',
          plugins: [
            { pluginRef: 'decode-filter' },
            { pluginRef: 'topology-affinity-filter' },
            { pluginRef: 'topology-affinity-scorer' },
          ],
        },
      ],
    },
    makeTable([at('p', 'prefill', 'z1'), at('near', 'decode', 'z1'), at('far', 'decode', 'z2')]),
  );
  expect(world.route(request())).toBe('near');
  expect(world.candidates('decode')).toEqual(['near']);
  expect(world.scores('topology-affinity-scorer', 'decode')).toEqual({ near: 0.05 });
});

test('a strict header selector that matches nothing is 503; revision gating pairs stages of one revision', () => {
  const key = 'disaggregatedset.x-k8s.io/revision';
  const specs = ['old', 'old', 'new'].map((revision, i) => ({ id: `e${i}`, labels: { [key]: revision } }));
  const screener = {
    type: 'disaggregatedset-rollout-screener',
    parameters: {
      headerSelectors: [{ name: 'r', headerName: 'x-revision', labelKey: key, mode: 'strict' }],
      revisionGating: { mode: 'sum' },
    },
  };
  const world = new World(config(screener, 'random-picker'), makeTable(specs));
  const headers = new Map([['x-revision', 'none']]);
  expect(world.send(request({ headers }))).toMatchObject({ status: 503, reason: 'rejected-no-endpoints' });
  let old = 0;
  for (let i = 0; i < 600; i++) {
    world.send(request());
    const ids = world.candidates();
    expect([['e0', 'e1'], ['e2']]).toContainEqual(ids);
    if (ids.length === 2) old += 1;
  }
  expect(Math.abs(old / 600 - 2 / 3)).toBeLessThan(0.07);
});

describe('latency', () => {
  test('headroom: the nearest to its SLO scores highest with least, the farthest with most', () => {
    const columns = new Columns();
    columns.grow(3);
    const latency = columns.get('LatencyPredictionInfo', 'x');
    latency.ttftHeadroomMs.set([100, 300, 200]);
    const out = new Float64Array(3);
    const rows = Int32Array.of(0, 1, 2);
    const weights = { ttft: 0.8, tpot: 0.2 };
    // TPOT is flat, so TTFT takes all the weight: normalised 0, 1, 0.5.
    scoreByHeadroom(latency, rows, [0, 1, 2], { weights, prefersMost: false }, out);
    expect(Array.from(out)).toEqual([1.01, 0.01, 0.51]);
    scoreByHeadroom(latency, rows, [0, 1, 2], { weights, prefersMost: true }, out);
    expect(Array.from(out)).toEqual([0.01, 1.01, 0.51]);
  });

  test('the regression finds the line that samples lie on', () => {
    const ridge = new OnlineRidge(2);
    for (let i = 0; i < 400; i++) ridge.learn(Float64Array.of(1, i % 10), 5 + 3 * (i % 10));
    expect(ridge.predict(Float64Array.of(1, 20))).toBeCloseTo(65, 1);
  });
});
