import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConfigError } from '../../src/core/check.ts';
import { config, makeTable, World } from './fixtures.ts';

const HEAD = 'apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n';

interface Effective {
  readonly plugins: readonly { readonly name?: string; readonly type: string }[];
  readonly schedulingProfiles: readonly {
    readonly name: string;
    readonly plugins: readonly { readonly pluginRef: string; readonly weight?: number }[];
  }[];
  readonly requestHandler: { readonly parsers: readonly { readonly pluginRef: string }[] };
  readonly flowControl: Readonly<Record<string, unknown>>;
}

function load(text: string | null, allowExperimentalPlugins = true): Effective {
  const source = text === null ? undefined : parse(HEAD + text);
  const world = new World(source, makeTable([{ id: 'a' }]), { allowExperimentalPlugins });
  return world.router.effectiveConfig() as unknown as Effective;
}

/** Names of the plugins that the configuration did not list, less those that every configuration gets. */
function injected(effective: Effective, written: number): string[] {
  const always = [
    'fcfs-ordering-policy',
    'global-strict-fairness-policy',
    'static-usage-limit-policy',
    'utilization-detector',
    'openai-parser',
    'anthropic-parser',
    'vllmhttp-parser',
    'passthrough-parser',
    'metrics-data-source',
    'core-metrics-extractor',
  ];
  return effective.plugins
    .slice(written)
    .map((plugin) => plugin.type)
    .filter((type) => !always.includes(type));
}

function refusal(text: string, allowExperimentalPlugins = true): string {
  try {
    load(text, allowExperimentalPlugins);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('example configurations load and get what they leave out', () => {
  test('an empty one is queue 2, KV 2, prefix 3 with its producers, picker and handler', () => {
    const effective = load(null);
    expect(effective.schedulingProfiles).toEqual([
      {
        name: 'default',
        plugins: [
          { pluginRef: 'queue-scorer', weight: 2 },
          { pluginRef: 'kv-cache-utilization-scorer', weight: 2 },
          { pluginRef: 'prefix-cache-scorer', weight: 3 },
          { pluginRef: 'max-score-picker' },
        ],
      },
    ]);
    expect(injected(effective, 5)).toEqual([
      'single-profile-handler',
      'max-score-picker',
      'approx-prefix-cache-producer',
      'token-producer',
    ]);
    expect(effective.requestHandler.parsers.map((parser) => parser.pluginRef)).toEqual([
      'openai-parser',
      'anthropic-parser',
      'vllmhttp-parser',
      'passthrough-parser',
    ]);
  });

  test('load-aware only needs no producer', () => {
    const effective = load(`
plugins: [{type: queue-scorer}, {type: running-requests-size-scorer}, {type: kv-cache-utilization-scorer}]
schedulingProfiles:
- name: default
  plugins: [{pluginRef: queue-scorer, weight: 3}, {pluginRef: running-requests-size-scorer}, {pluginRef: kv-cache-utilization-scorer, weight: 2}]
`);
    expect(injected(effective, 3)).toEqual(['single-profile-handler', 'max-score-picker']);
    expect(effective.schedulingProfiles[0]!.plugins[1]!.weight).toBe(1);
  });

  test('stick or spill adds only the token producer, handler and picker', () => {
    const effective = load(`
plugins:
- type: prefix-cache-affinity-filter
  parameters: {affinityThreshold: 0.8, peakPrefillThroughput: 15900, maxTTFTPenaltyMs: 18000}
- type: token-load-scorer
- type: inflight-load-producer
- type: approx-prefix-cache-producer
  parameters: {autoTune: false, blockSizeTokens: 256, lruCapacityPerServer: 1500000, maxPrefixTokensToMatch: 262144}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: prefix-cache-affinity-filter}, {pluginRef: token-load-scorer}]}
`);
    expect(injected(effective, 4)).toEqual(['single-profile-handler', 'max-score-picker', 'token-producer']);
  });

  test('a precise configuration uses its own token producer', () => {
    const effective = load(`
plugins:
- {type: token-producer, parameters: {modelName: my-org/my-model, vllm: {url: "http://render:8000", timeout: 5s}}}
- type: endpoint-notification-source
- type: precise-prefix-cache-producer
  parameters:
    speculativeIndexing: true
    tokenProcessorConfig: {blockSizeTokens: 16, hashSeed: "0"}
    kvEventsConfig: {topicFilter: "kv@", concurrency: 8, discoverPods: true, podDiscoveryConfig: {socketPort: 5557}}
    indexerConfig: {kvBlockIndexConfig: {enableMetrics: true}}
- {type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
- {type: no-hit-lru-scorer, parameters: {prefixMatchInfoProducerName: precise-prefix-cache-producer}}
- {type: queue-scorer}
dataLayer:
  sources: [{pluginRef: endpoint-notification-source, extractors: [{pluginRef: precise-prefix-cache-producer}]}]
schedulingProfiles:
- {name: default, plugins: [{pluginRef: prefix-cache-scorer, weight: 3}, {pluginRef: queue-scorer, weight: 2}, {pluginRef: no-hit-lru-scorer, weight: 2}]}
`);
    expect(injected(effective, 6)).toEqual(['single-profile-handler', 'max-score-picker']);
  });

  test('P/D with the suffix decider gets the approximate producer under the default key', () => {
    const effective = load(`
plugins:
- {type: prefill-filter}
- {type: decode-filter}
- {type: queue-scorer}
- {type: prefix-based-pd-decider, parameters: {nonCachedTokens: 512, promptTokens: 1024}}
- {type: disagg-profile-handler, parameters: {deciders: {prefill: prefix-based-pd-decider}}}
schedulingProfiles:
- {name: prefill, plugins: [{pluginRef: prefill-filter}, {pluginRef: queue-scorer, weight: 2}]}
- {name: decode, plugins: [{pluginRef: decode-filter}, {pluginRef: queue-scorer, weight: 2}]}
`);
    expect(injected(effective, 5)).toEqual([
      'max-score-picker',
      'token-producer',
      'approx-prefix-cache-producer',
    ]);
  });

  test('E/P/D loads with three stages', () => {
    const effective = load(`
plugins:
- {type: encode-filter}
- {type: prefill-filter}
- {type: decode-filter}
- {type: queue-scorer}
- {type: always-disagg-multimodal-decider}
- {type: prefix-based-pd-decider, parameters: {nonCachedTokens: 64}}
- type: disagg-profile-handler
  parameters: {deciders: {encode: always-disagg-multimodal-decider, prefill: prefix-based-pd-decider}}
schedulingProfiles:
- {name: encode, plugins: [{pluginRef: encode-filter}]}
- {name: prefill, plugins: [{pluginRef: prefill-filter}, {pluginRef: queue-scorer}]}
- {name: decode, plugins: [{pluginRef: decode-filter}, {pluginRef: queue-scorer}]}
`);
    expect(effective.schedulingProfiles.map((profile) => profile.name)).toEqual([
      'encode',
      'prefill',
      'decode',
    ]);
  });

  test('SLO routing: two instances of one type, and no second producer', () => {
    const effective = load(`
plugins:
- {type: predicted-latency-producer, parameters: {streamingMode: true}}
- {name: near-exact, type: prefix-cache-affinity-filter, parameters: {affinityThreshold: 0.99, ttftSource: latencyPredictor, maxTTFTPenaltyMs: 5000}}
- {name: partial, type: prefix-cache-affinity-filter, parameters: {affinityThreshold: 0.80, ttftSource: latencyPredictor, maxTTFTPenaltyMs: 5000}}
- {type: slo-headroom-tier-filter}
- {type: latency-scorer}
- {type: latency-slo-admitter}
- {type: weighted-random-picker}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: near-exact}, {pluginRef: slo-headroom-tier-filter}, {pluginRef: partial}, {pluginRef: latency-scorer}, {pluginRef: weighted-random-picker}]}
`);
    expect(injected(effective, 7)).toEqual([
      'single-profile-handler',
      'token-producer',
      'approx-prefix-cache-producer',
    ]);
  });

  test('flow control with bands, quantities and durations', () => {
    const effective = load(`
featureGates: [flowControl]
plugins:
- {type: queue-scorer}
- {type: round-robin-fairness-policy}
- {type: slo-deadline-ordering-policy}
- {type: concurrency-detector, parameters: {maxConcurrency: 128, concurrencyMode: requests}}
flowControl:
  maxBytes: 8Gi
  maxRequests: 2k
  defaultRequestTTL: 45s
  noEndpointRequestTTL: 300s
  saturationDetector: {pluginRef: concurrency-detector}
  priorityBands:
  - {priority: 100, maxRequests: 600, fairnessPolicyRef: round-robin-fairness-policy, orderingPolicyRef: slo-deadline-ordering-policy}
  - {priority: 0, maxRequests: 300}
  defaultNegativePriorityBand: {maxRequests: 20}
`);
    expect(effective.flowControl).toMatchObject({
      maxBytes: 8 * 2 ** 30,
      maxRequests: 2000,
      defaultRequestTTL: '45s',
      saturationDetector: { pluginRef: 'concurrency-detector' },
      defaultNegativePriorityBand: { maxRequests: 20, orderingPolicyRef: 'fcfs-ordering-policy' },
    });
    expect(injected(effective, 4)).toContain('inflight-load-producer');
  });

  test('session affinity with passthrough keeps the only parser, and needs experimental plugins', () => {
    const text = `
plugins:
- {type: passthrough-parser}
- {type: queue-scorer}
- {type: session-affinity-filter, parameters: {strategy: session_id, sessionIdConfig: {sources: [{header: x-session-id}], evictionTtlSeconds: 600}}}
requestHandler: {parsers: [{pluginRef: passthrough-parser}]}
schedulingProfiles:
- {name: default, plugins: [{pluginRef: session-affinity-filter}, {pluginRef: queue-scorer}]}
`;
    expect(load(text).requestHandler.parsers).toEqual([{ pluginRef: 'passthrough-parser' }]);
    expect(refusal(text, false)).toContain('session-affinity-filter, an alpha plugin');
  });

  test('GPU utilisation by attributes, and endpoints from a file', () => {
    load(`
plugins:
- {type: dcgm-data-source, parameters: {port: 9400, interval: 1s}}
- {type: dcgm-extractor}
- {type: file-discovery, parameters: {path: /etc/epp/endpoints.yaml, watchFile: true}}
- type: endpoint-attribute-filter
  parameters: {attribute: GPUUtilization, producer: dcgm-extractor, onMissing: Pass, fallbackOnEmpty: true, algorithm: {type: threshold, threshold: {operator: LessThanOrEqual, value: 0.9}}}
- type: endpoint-attribute-scorer
  parameters: {attributeKey: GPUUtilization, producer: dcgm-extractor, algorithm: {type: linear_lower_is_better, normalization: {fixedRange: {min: 0, max: 1}}}}
dataLayer:
  discovery: {pluginRef: file-discovery}
  sources: [{pluginRef: dcgm-data-source, extractors: [{pluginRef: dcgm-extractor}]}]
`);
  });
});

test('the effective configuration loads again and stays the same', () => {
  const first = load(null);
  const world = new World(first, makeTable([{ id: 'a' }]));
  expect(world.router.effectiveConfig()).toEqual(first);
});

describe('what upstream refuses at start-up is refused with path and remedy', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['unknown type', 'plugins: [{type: queue-scorrer}]', ['plugins[0].type', 'queue-scorer']],
    ['no type', 'plugins: [{name: x}]', ['plugins[0].type']],
    [
      'duplicate name',
      'plugins: [{type: queue-scorer}, {type: queue-scorer}]',
      ['plugins[1].name', 'unique'],
    ],
    ['unknown key', 'pluginz: []', ['pluginz', 'plugins']],
    [
      'unknown parameter',
      'plugins: [{type: load-aware-scorer, parameters: {treshold: 3}}]',
      ['treshold', 'threshold'],
    ],
    ['removed gate', 'featureGates: [dataLayer]', ['featureGates[0]', 'flowControl']],
    ['bad gate value', 'featureGates: ["flowControl=maybe"]', ['featureGates[0]']],
    [
      'unknown reference',
      'plugins: [{type: queue-scorer}]\nschedulingProfiles: [{name: d, plugins: [{pluginRef: queue}]}]',
      ['schedulingProfiles[0].plugins[0].pluginRef'],
    ],
    [
      'two profiles, no handler',
      'plugins: [{type: queue-scorer}]\nschedulingProfiles: [{name: a}, {name: b}]',
      ['no profile handler'],
    ],
    [
      'single handler, two profiles',
      'plugins: [{type: single-profile-handler}]\nschedulingProfiles: [{name: a}, {name: b}]',
      ['2 profiles'],
    ],
    [
      'two handlers',
      'plugins: [{type: single-profile-handler}, {type: data-parallel-profile-handler}]',
      ['a second profile handler'],
    ],
    ['two pickers', 'plugins: [{type: random-picker}, {type: max-score-picker}]', ['2 pickers']],
    [
      'same profile twice',
      'plugins: [{type: queue-scorer}]\nschedulingProfiles: [{name: a}, {name: a}]',
      ['schedulingProfiles[1].name'],
    ],
    [
      'detector of another kind',
      'plugins: [{type: queue-scorer}]\nflowControl: {saturationDetector: {pluginRef: queue-scorer}}',
      ['flowControl.saturationDetector.pluginRef', 'saturation-detector'],
    ],
    [
      'parser of another kind',
      'plugins: [{type: queue-scorer}]\nrequestHandler: {parsers: [{pluginRef: queue-scorer}]}',
      ['requestHandler.parsers[0].pluginRef'],
    ],
    ['negative quantity', 'flowControl: {maxBytes: -1}', ['flowControl.maxBytes']],
    [
      'session id without a source',
      'plugins: [{type: session-id-producer}]',
      ['exactly one of headerName and cookieName'],
    ],
    [
      'key without producer',
      'plugins: [{type: prefix-cache-scorer, parameters: {prefixMatchInfoProducerName: nobody}}]',
      ['PrefixCacheMatchInfo/nobody'],
    ],
    [
      'topology without extractor',
      'plugins: [{type: topology-affinity-scorer}]',
      ['Topology/topology-extractor'],
    ],
    [
      'unknown decider',
      'plugins: [{type: disagg-profile-handler, parameters: {deciders: {prefill: nope}}}]',
      ['nope'],
    ],
    [
      'flat and nested deciders',
      'plugins: [{type: disagg-profile-handler, parameters: {deciders: {prefill: x}, decodeProfile: d}}]',
      ['decodeProfile'],
    ],
    [
      'a slash without producer',
      'plugins: [{type: endpoint-attribute-scorer, parameters: {attributeKey: a/b, algorithm: {type: linear_lower_is_better, normalization: {adaptiveRange: {}}}}}]',
      ['attributeKey'],
    ],
    [
      'upstream sample with a wrong key',
      'plugins: [{type: mm-embeddings-cache-producer, parameters: {cacheSizeInMB: 1}}]',
      ['cacheSizeInMBPerServer'],
    ],
    [
      'an expression that is none',
      'plugins: [{type: request-attribute-reporter, parameters: {attributes: [{key: {name: c}, expression: "usage.prompt_tokens +"}]}}]',
      ['expression'],
    ],
  ];
  test.each(cases)('%s', (_name, text, parts) => {
    const message = refusal(text);
    for (const part of parts) expect(message).toContain(part);
  });

  test('another api version or kind', () => {
    expect(() => new World({ ...config('queue-scorer'), apiVersion: 'v1' }, makeTable([]))).toThrow(
      /apiVersion/,
    );
    expect(() => new World({ ...config('queue-scorer'), kind: 'Pod' }, makeTable([]))).toThrow(/kind/);
  });
});

test('plugins without parameters ignore what is written there', () => {
  new World(
    config({ type: 'single-profile-handler', parameters: { bogus: 1 } }, 'queue-scorer'),
    makeTable([]),
  );
});

test('without profiles, detectors named in plugins act as filters of the default profile', () => {
  const effective = load('plugins: [{type: queue-scorer}, {type: utilization-detector}]');
  expect(effective.schedulingProfiles[0]!.plugins.map((entry) => entry.pluginRef)).toEqual([
    'queue-scorer',
    'utilization-detector',
    'max-score-picker',
  ]);
});
