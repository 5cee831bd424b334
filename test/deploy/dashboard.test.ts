/** The Grafana dashboard asks only for what the gateway's metrics page has, in PromQL that parses. */
import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { expect, test } from 'vitest';
import { createStreams } from '../../sim/kernel/streams.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import { type CoreOptions, RoutingCore } from '../../src/server/routing-core.ts';
import { GatewayMetrics } from '../../src/server/telemetry/gateway-metrics.ts';
import { parseExposition } from '../../src/server/telemetry/prometheus.ts';
import { liveRouterOf } from '../server/fixtures.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

const DASHBOARD = JSON.parse(readFileSync('deploy/grafana/drydock.json', 'utf8')) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
};

const EXPRESSIONS = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

/** What Prometheus itself adds to series, and buckets' bound. */
const ADDED = ['job', 'instance'];

/** Labels by metric name of a page on which everything has happened once. */
function knownMetrics(): Map<string, Set<string>> {
  const request = {
    id: 1,
    model: 'm',
    incomingModel: 'm',
    priority: 0,
    fairnessId: 'tenant',
    sizeBytes: 100,
    arrivalUs: 0,
  } as InferenceRequest;
  const metrics = new GatewayMetrics({ commit: 'abc', ref: 'drydock' });
  metrics.scheduled(0.001);
  metrics.dispatched(request);
  metrics.processed(0.1);
  metrics.rewritten('rewrite', 'm', 'n');
  metrics.flow.left(request, null, 0.1);
  metrics.flow.enqueued(request, null, 0.001);
  metrics.flow.cycled(0.001);
  metrics.flow.reclaimed(0.1);
  metrics.firstToken(request, 0.1, true);
  metrics.gap(request, 0.01);
  const figures = { seconds: 1, firstTokenSeconds: 0.1, isStream: true, responseBytes: 10 };
  metrics.ended(request, figures, { promptTokens: 5, outputTokens: 3, cachedTokens: 1 });
  metrics.failed(request, 'ModelServerError');
  metrics.attempted('m', '10.0.0.1:8000', 'success');
  metrics.streamBegan();
  metrics.streamEnded('OK', 1);
  metrics.kvEvents('missed', 1);
  metrics.pollFailed();
  metrics.extractFailed();
  metrics.kvSubscribers(1);
  metrics.kvMessage('e0');
  const { table } = liveRouterOf(['127.0.0.1:1'], { scrapeIntervalMs: 60_000 }).core;
  watchPlugins(metrics, request);
  const fill = { requests: 1, maxRequests: 2, bytes: 1, maxBytes: 2 };
  const page = metrics.text({
    nowUs: 0,
    table,
    queued: [request],
    inFlight: [[request, [{ producer: 'p', endpoint: 'default/e0', requests: 1, tokens: 5 }]]],
    flow: {
      saturation: { prefill: null, decode: 0.5, effective: 0.5 },
      bands: [{ ...fill, priority: 0, flows: 1 }],
      all: fill,
      reclaim: { issued: new Map([[1, 2]]), confirmed: 1, timedOut: 1, target: 0.1, pending: 0.1 },
    },
    stale: [['utilization-detector', 1]],
    kvEvents: new RoutingCore(coreOptions(PRECISE)).kvEventCounts,
  });
  const known = new Map<string, Set<string>>();
  for (const { name, labels } of parseExposition(page)) {
    const all = known.get(name) ?? new Set(ADDED);
    for (const label of Object.keys(labels)) all.add(label);
    known.set(name, all);
  }
  return known;
}

const PRECISE = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'precise-prefix-cache-producer' },
    { type: 'mm-embeddings-cache-producer' },
    { type: 'predicted-latency-producer' },
    { type: 'program-aware-fairness' },
    { type: 'disaggregatedset-rollout-screener', parameters: { revisionGating: { mode: 'sum' } } },
    { type: 'queue-scorer' },
    { type: 'disagg-profile-handler' },
  ],
  schedulingProfiles: [{ name: 'decode', plugins: [{ pluginRef: 'queue-scorer' }] }],
};

function coreOptions(config: unknown): CoreOptions {
  return {
    config,
    streams: createStreams(1),
    allowExperimentalPlugins: true,
    output: { dispatch: () => {}, reject: () => {}, evict: () => {} },
    refused: () => {},
  };
}

/** Each plugin that tells of itself has done so. */
function watchPlugins(metrics: GatewayMetrics, request: InferenceRequest): void {
  const stopwatch = { now: () => 0, tally: metrics.plugins.tally.bind(metrics.plugins) };
  const { router, table } = new RoutingCore({ ...coreOptions(PRECISE), stopwatch });
  table.add({
    id: 'e0',
    address: '127.0.0.1:1',
    labels: { 'disaggregatedset.x-k8s.io/revision': 'a' },
  });
  const program = router.plugin('program-aware-fairness')!;
  const draft = {
    rows: [0],
    prefillRow: -1,
    encodeRows: [],
    picks: [],
    primary: '',
    table,
    setHeader: () => {},
  };
  program.hooks!.onDispatched!(request, draft, 0);
  const plugin = { name: 'precise-prefix-cache-producer', type: 'precise-prefix-cache-producer' };
  metrics.plugins.tally('DataProducer', plugin)(1);
  metrics.plugins.watch(router);
  const match = router.column('PrefixCacheMatchInfo', plugin.name);
  Object.assign(match, { present: true, totalBlocks: 2, matchBlocks: Float64Array.of(1) });
  const encoder = router.column('EncoderCacheMatchInfo', 'mm-embeddings-cache-producer');
  Object.assign(encoder, { present: true, totalItems: 2, matchedItems: Float64Array.of(1) });
  const predicted = router.column('LatencyPredictionInfo', 'predicted-latency-producer');
  const one = Float64Array.of(1);
  Object.assign(predicted, { present: true, valid: one, ttftMs: one, tpotMs: one });
  metrics.plugins.dispatched(request, {
    rows: [0],
    prefillRow: -1,
    encodeRows: [],
    headers: new Map(),
    picks: [],
  });
}

/** PromQL with Grafana's variables filled in. */
function filledIn(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, 'x');
}

/** Names of metrics and labels in an expression, and whether it parses. */
function readPromQl(text: string): {
  readonly names: string[];
  readonly labels: string[];
  readonly isWhole: boolean;
} {
  const [names, labels]: string[][] = [[], []];
  let isWhole = true;
  parser.parse(text).iterate({
    enter: (node) => {
      const word = text.slice(node.from, node.to);
      if (node.type.isError) isWhole = false;
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') names!.push(word);
      if (node.name === 'LabelName') labels!.push(word);
    },
  });
  return { names: names!, labels: labels!, isWhole };
}

test('every expression parses and asks for metrics and labels that the page has', () => {
  const known = knownMetrics();
  for (const { title, expr } of EXPRESSIONS) {
    const { names, labels, isWhole } = readPromQl(filledIn(expr));
    expect(isWhole, `${title}: ${expr}`).toBe(true);
    expect(names.length, title).toBeGreaterThan(0);
    for (const name of names) expect([...known.keys()], title).toContain(name);
    const have = new Set(names.flatMap((name) => [...known.get(name)!]));
    for (const label of labels) expect([...have], `${title}: ${expr}`).toContain(label);
  }
});

test('a name that the page lacks, a wrong label and broken PromQL would be seen', () => {
  expect(readPromQl('sum by (le) (rate(llm_d_epp_nothing_bucket{job="x"}[1m]))')).toEqual({
    names: ['llm_d_epp_nothing_bucket'],
    labels: ['le', 'job'],
    isWhole: true,
  });
  expect(readPromQl('sum(rate(a{b="c"}[1m])').isWhole).toBe(false);
});

test('the page leaves no metric of the router unasked for', () => {
  const asked = new Set(EXPRESSIONS.flatMap(({ expr }) => readPromQl(filledIn(expr)).names.map(family)));
  const families = [...new Set([...knownMetrics().keys()].map(family))];
  expect(families.filter((one) => !asked.has(one))).toEqual([]);
});

test('the variables are of metrics that the page has', () => {
  const known = knownMetrics();
  const queries = DASHBOARD.templating.list.flatMap(({ definition }) => definition ?? []);
  expect(queries.length).toBeGreaterThan(0);
  for (const query of queries) {
    const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query)!;
    const [name] = readPromQl(filledIn(selector!)).names;
    expect([...known.get(name!)!]).toContain(label);
  }
  const used = EXPRESSIONS.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name!));
  const names = [...DASHBOARD.templating.list.map(({ name }) => name), '__rate_interval'];
  for (const name of used) expect(names).toContain(name);
});

test('panels have ids of their own and do not overlap', () => {
  const { panels } = DASHBOARD;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const [i, { gridPos: a }] of panels.entries()) {
    expect(a.x + a.w).toBeLessThanOrEqual(24);
    for (const { gridPos: b } of panels.slice(i + 1)) {
      const isApart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      expect(isApart).toBe(true);
    }
  }
});

/** Name of a histogram without the suffix of its series. */
function family(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '');
}
