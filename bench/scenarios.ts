/** The traffic and fleets that are timed. */
import type { PoolSpec, Scenario, SyntheticSpec } from '../sim/scenario/schema.ts';

const API = { apiVersion: 'llm-d.ai/v1alpha1', kind: 'EndpointPickerConfig' };

function pool(name: string, role: PoolSpec['role'], replicas: number): PoolSpec {
  return {
    name,
    role,
    replicas,
    gpu: 'h100-sxm',
    model: 'llama-3.1-8b',
    engine: { name: 'vllm', version: '0.19' },
    parallel: { tp: 1 },
  };
}

function chat(rateRps: number): SyntheticSpec {
  return {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps },
    input: { dist: 'lognormal', mean: 512, cv: 1 },
    output: { dist: 'lognormal', mean: 256, cv: 1 },
  };
}

const LOAD_AWARE = {
  ...API,
  plugins: [{ type: 'queue-scorer' }, { type: 'kv-cache-utilization-scorer' }, { type: 'max-score-picker' }],
  schedulingProfiles: [
    {
      name: 'default',
      plugins: [
        { pluginRef: 'queue-scorer' },
        { pluginRef: 'kv-cache-utilization-scorer' },
        { pluginRef: 'max-score-picker' },
      ],
    },
  ],
};

/** Replicas that serve whole requests, 10 of them a second each, with load-aware routing. */
export function aggregated(replicas: number, requests: number): Scenario {
  return {
    seed: 7,
    workload: chat(10 * replicas),
    fleet: { pools: [pool('chat', 'both', replicas)] },
    router: { config: LOAD_AWARE },
    run: { requests },
  };
}

/** 64 endpoints, prompts that share one of 200 prefixes, the default (prefix-aware) routing. */
export function prefixAware(requests: number): Scenario {
  const workload = { ...chat(640), prefixes: { groups: 200, tokens: 1024, zipf: 1 } };
  return { seed: 7, workload, fleet: { pools: [pool('chat', 'both', 64)] }, run: { requests } };
}

/** 4 prefill and 12 decode replicas. */
export function disaggregated(requests: number): Scenario {
  return {
    seed: 7,
    workload: chat(160),
    fleet: { pools: [pool('prefill', 'prefill', 4), pool('decode', 'decode', 12)] },
    run: { requests },
  };
}

/** A Mooncake trace on eight replicas; time stamps of the trace are rounded to 3 s. */
export function mooncake(path: string): Scenario {
  return {
    seed: 7,
    workload: { kind: 'trace', format: 'mooncake', path, jitterMs: 3000 },
    fleet: { pools: [pool('chat', 'both', 8)] },
  };
}
