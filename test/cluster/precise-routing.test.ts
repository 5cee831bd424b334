import { expect, test } from 'vitest';
import { simulate } from '../../sim/cluster/simulate.ts';
import type { Scenario } from '../../sim/scenario/schema.ts';

const API = { apiVersion: 'llm-d.ai/v1alpha1', kind: 'EndpointPickerConfig' };

/** Many shared prefixes over caches that cannot hold them all: what an engine has evicted matters. */
function scenario(config: Record<string, unknown>): Scenario {
  return {
    workload: {
      kind: 'synthetic',
      arrivals: { process: 'poisson', rateRps: 12 },
      input: { dist: 'lognormal', mean: 300, cv: 1 },
      output: { dist: 'constant', value: 40 },
      prefixes: { groups: 120, tokens: 3000 },
    },
    fleet: {
      pools: [
        {
          name: 'chat',
          role: 'both',
          replicas: 4,
          gpu: 'h100-sxm',
          model: 'llama-3.1-8b',
          engine: { name: 'vllm', version: '0.19', args: { num_gpu_blocks_override: 8000 } },
        },
      ],
    },
    router: { config: { ...API, ...config } },
    run: { requests: 2000 },
  };
}

function hitRate(config: Record<string, unknown>): number {
  const result = simulate(scenario(config), { seed: 1, fastForward: true });
  return result.hitTokens / result.queriedTokens;
}

const queue = { type: 'queue-scorer' };
const profile = (...names: string[]) => [
  {
    name: 'default',
    plugins: names.map((pluginRef) => ({ pluginRef, weight: pluginRef === 'queue-scorer' ? 1 : 3 })),
  },
];

test('with KV events of the engines the precise index keeps prefixes together, and without any it cannot', () => {
  const precise = hitRate({
    plugins: [
      { type: 'precise-prefix-cache-producer', parameters: { speculativeIndexing: true } },
      {
        type: 'prefix-cache-scorer',
        parameters: { prefixMatchInfoProducerName: 'precise-prefix-cache-producer' },
      },
      queue,
    ],
    schedulingProfiles: profile('prefix-cache-scorer', 'queue-scorer'),
  });
  const blind = hitRate({ plugins: [queue], schedulingProfiles: profile('queue-scorer') });
  expect(precise).toBeGreaterThan(blind + 0.2);
});
