import { expect, test } from 'vitest';
import { ConfigError } from '../../src/core/check.ts';
import { FlowQueue } from '../../src/flow/flow-queue.ts';
import { concurrencyDetectorPlugin, utilizationDetectorPlugin } from '../../src/flow/plugins/detectors.ts';
import { programAwareFairness, roundRobinFairnessPolicy } from '../../src/flow/plugins/fairness.ts';
import {
  priorityHoldbackPolicy,
  softReflectiveCeilingPolicy,
  staticUsageLimitPolicy,
} from '../../src/flow/plugins/usage-limits.ts';
import { Columns } from '../../src/routing/columns.ts';
import type { Cycle, PluginContext, PluginDefinition } from '../../src/routing/plugin.ts';
import { PLUGINS } from '../../src/routing/plugins.ts';
import { pool, request } from './fixtures.ts';

/** An instance over a pool of three endpoints. */
function instance(definition: PluginDefinition, parameters: unknown) {
  const { table } = pool([null, null, null]);
  const columns = new Columns();
  columns.grow(table.capacity);
  const context: PluginContext = {
    name: definition.type,
    rng: { unit: () => 0 },
    table,
    column: (type, producer) => columns.get(type, producer),
    plugin: () => ({}),
  };
  return { table, columns, plugin: definition.bind(parameters, 'parameters').create(context) };
}

/** Rows that a filter keeps of rows 0, 1, 2. */
function kept(plugin: ReturnType<typeof instance>, nowUs = 0): number[] {
  const cycle: Cycle = {
    request: request(1),
    nowUs,
    table: plugin.table,
    rows: Int32Array.of(0, 1, 2),
    count: 3,
    profile: 'default',
    peerRow: -1,
  };
  plugin.plugin.filter!.filter(cycle);
  return [...cycle.rows.subarray(0, cycle.count)];
}

test.each([
  ['utilization-detector', 'beta'],
  ['concurrency-detector', 'beta'],
  ['global-strict-fairness-policy', 'beta'],
  ['round-robin-fairness-policy', 'beta'],
  ['program-aware-fairness', 'beta'],
  ['fcfs-ordering-policy', 'beta'],
  ['edf-ordering-policy', 'beta'],
  ['slo-deadline-ordering-policy', 'beta'],
  ['static-usage-limit-policy', 'beta'],
  ['priority-holdback-policy', 'alpha'],
  ['soft-reflective-ceiling-policy', 'alpha'],
  ['sheddable-eviction-filter', 'alpha'],
  ['priority-then-time-eviction-order-policy', 'alpha'],
])('%s is registered once, %s', (type, stability) => {
  expect(PLUGINS.filter((plugin) => plugin.type === type).map((plugin) => plugin.stability)).toEqual([
    stability,
  ]);
});

test.each<[PluginDefinition, unknown, string, string]>([
  [utilizationDetectorPlugin, { queueDepthThreshold: 0 }, 'queueDepthThreshold', 'an integer > 0'],
  [utilizationDetectorPlugin, { kvCacheUtilThreshold: 1.1 }, 'kvCacheUtilThreshold', '<= 1'],
  [utilizationDetectorPlugin, { metricsStalenessThreshold: '0s' }, 'metricsStalenessThreshold', 'above 0'],
  [utilizationDetectorPlugin, { metricsStalenessThreshold: 5 }, 'metricsStalenessThreshold', 'a duration'],
  [utilizationDetectorPlugin, { kvCacheUtilTreshold: 0.5 }, 'kvCacheUtilTreshold', 'kvCacheUtilThreshold'],
  [concurrencyDetectorPlugin, { maxConcurrency: 1.5 }, 'maxConcurrency', 'an integer'],
  [concurrencyDetectorPlugin, { concurrencyMode: 'bytes' }, 'concurrencyMode', 'requests, tokens, hybrid'],
  [concurrencyDetectorPlugin, { headroom: -0.1 }, 'headroom', '>= 0'],
  [staticUsageLimitPolicy, { threshold: Number.NaN }, 'threshold', 'a number'],
  [priorityHoldbackPolicy, {}, 'minCeiling', 'required'],
  [priorityHoldbackPolicy, { minCeiling: 1 }, 'minCeiling', '< 1'],
  [priorityHoldbackPolicy, { minCeiling: 0.9, maxCeiling: 0.5 }, 'minCeiling', 'at most maxCeiling'],
  [priorityHoldbackPolicy, { minCeiling: 0.1, shape: 'cubic' }, 'shape', 'linear'],
  [softReflectiveCeilingPolicy, { threshold: 0.5 }, 'threshold', 'no keys'],
  [programAwareFairness, { strategy: 'wfq' }, 'strategy', 'las'],
  [programAwareFairness, { evictionSweepSeconds: 0 }, 'evictionSweepSeconds', '> 0'],
])('bad parameters of $type are refused with path and expectation: %#', (definition, raw, key, expected) => {
  const problem = () => {
    try {
      definition.bind(raw, 'plugins[0].parameters');
      return null;
    } catch (error) {
      if (error instanceof ConfigError) return error.problems[0]!;
      throw error;
    }
  };
  expect(problem()).toMatchObject({
    path: `plugins[0].parameters.${key}`,
    expected: expect.stringContaining(expected),
  });
});

test('a plugin without parameters ignores what is written there, as upstream', () => {
  expect(() => roundRobinFairnessPolicy.bind({ anything: 1 }, 'p')).not.toThrow();
});

test('the utilization filter drops full and stale endpoints, and keeps all when none is left', () => {
  const detector = instance(utilizationDetectorPlugin, {});
  const { table } = detector;
  table.scrapedAtUs.fill(0);
  table.waiting[1] = 5;
  expect(kept(detector)).toEqual([0, 2]);
  table.scrapedAtUs[2] = Number.NEGATIVE_INFINITY;
  expect(kept(detector)).toEqual([0]);
  expect(kept(detector, 200_001)).toEqual([0, 1, 2]);
});

test('the concurrency filter may leave nothing', () => {
  const detector = instance(concurrencyDetectorPlugin, { maxConcurrency: 2 });
  const load = detector.columns.get('InFlightLoad', 'inflight-load-producer');
  load.requests.set([1, 2, 3]);
  expect(kept(detector)).toEqual([0]);
  load.requests[0] = 2;
  expect(kept(detector)).toEqual([]);
  expect(detector.plugin.detector!.saturation(Int32Array.of(0, 1, 2), 3, 0)).toBeCloseTo(7 / 6, 12);
});

test('the concurrency detector asks for the in-flight load', () => {
  expect(concurrencyDetectorPlugin.bind({}, '').needs.required).toEqual([
    { type: 'InFlightLoad', producer: 'inflight-load-producer' },
  ]);
});

test('program-aware fairness learns from the hooks which program has been served', () => {
  const { plugin } = instance(programAwareFairness, { lasHalfLifeSeconds: 0 });
  const served = request(1, { fairnessId: 'a' });
  const draft = {
    rows: [0],
    prefillRow: -1,
    encodeRows: [],
    picks: [],
    primary: 'default',
    table: pool().table,
    setHeader: () => undefined,
  };
  const dispatch = { rows: [0], prefillRow: -1, encodeRows: [], headers: new Map(), picks: [] };
  plugin.hooks!.onDispatched!(served, draft, 0);
  plugin.hooks!.onFinished!(
    served,
    dispatch,
    { promptTokens: 10, outputTokens: 5, cachedTokens: 0 },
    'natural',
    1,
  );
  const flows = ['a', 'b'].map((id) => {
    const queue = new FlowQueue(id, 2);
    queue.push({ request: served, enqueuedUs: 2, ttlUs: 0, sequence: 0, sortKeyUs: 2, ended: false });
    return queue;
  });
  expect(plugin.fairness!.openPicker().pick(flows, 2).id).toBe('b');
});
