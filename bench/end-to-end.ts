/**
 * Whole runs, single-threaded: simulated requests per second of wall time, for the traffic that other simulators quote.
 *   (a) 16 aggregated H100 replicas, chat of mean 512 in / 256 out, load-aware routing
 *   (b) the same chat with shared prefixes, prefix-aware routing over 64 endpoints
 *   (c) 4 prefill + 12 decode replicas
 *   (d) a Mooncake trace with prefix caching (give its path: npm run bench -- --mooncake FILE)
 *   (e) 1,000 replicas, 10 million requests (only with --large)
 *   (f) fast-forward over step by step, on (a)
 */
import { readFileSync } from 'node:fs';
import { simulate } from '../sim/cluster/simulate.ts';
import type { PoolSpec, Scenario, SyntheticSpec } from '../sim/scenario/schema.ts';
import { type Print, timedMs } from './print.ts';

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

function aggregated(replicas: number, requests: number): Scenario {
  return {
    seed: 7,
    workload: chat(10 * replicas),
    fleet: { pools: [pool('chat', 'both', replicas)] },
    router: { config: LOAD_AWARE },
    run: { requests },
  };
}

function prefixAware(requests: number): Scenario {
  const workload = { ...chat(640), prefixes: { groups: 200, tokens: 1024, zipf: 1 } };
  return { seed: 7, workload, fleet: { pools: [pool('chat', 'both', 64)] }, run: { requests } };
}

function disaggregated(requests: number): Scenario {
  return {
    seed: 7,
    workload: chat(160),
    fleet: { pools: [pool('prefill', 'prefill', 4), pool('decode', 'decode', 12)] },
    run: { requests },
  };
}

function mooncake(path: string): Scenario {
  return {
    seed: 7,
    workload: { kind: 'trace', format: 'mooncake', path, jitterMs: 3000 },
    fleet: { pools: [pool('chat', 'both', 8)] },
  };
}

function run(scenario: Scenario, fastForward: boolean): { requests: number; ms: number } {
  let requests = 0;
  const ms = timedMs(() => {
    const result = simulate(scenario, {
      seed: scenario.seed ?? 1,
      fastForward,
      readLines: (path) => readFileSync(path, 'utf8').split('\n'),
    });
    requests = result.recorder.total.arrived;
  });
  return { requests, ms };
}

/** Requests per second, best of `runs` (the first one warms the compiler up). */
function rate(
  scenario: Scenario,
  runs: number,
  fastForward = true,
): { requestsPerS: number; requests: number } {
  let best = 0;
  let requests = 0;
  for (let i = 0; i < runs; i++) {
    const one = run(scenario, fastForward);
    requests = one.requests;
    best = Math.max(best, (one.requests / one.ms) * 1e3);
  }
  return { requestsPerS: best, requests };
}

export function endToEndBenches(
  print: Print,
  options: { mooncake: string | undefined; large: boolean },
): void {
  const report = (name: string, scenario: Scenario, runs = 2): void => {
    const { requestsPerS, requests } = rate(scenario, runs);
    print({ name, value: requestsPerS, unit: 'requests/s', requests });
  };
  report('(a) 16 aggregated replicas, load-aware', aggregated(16, 500_000));
  report('(b) 64 endpoints, shared prefixes, prefix-aware', prefixAware(300_000));
  report('(c) 4 prefill + 12 decode', disaggregated(300_000));
  if (options.mooncake !== undefined)
    report('(d) Mooncake trace, prefix caching', mooncake(options.mooncake));
  const fast = rate(aggregated(16, 100_000), 3).requestsPerS;
  const slow = rate(aggregated(16, 100_000), 3, false).requestsPerS;
  print({ name: '(f) fast-forward over step by step', value: fast / slow, unit: 'ratio' });
  if (options.large) report('(e) 1,000 replicas, 10 million requests', aggregated(1000, 10_000_000), 1);
  print({ name: 'peak memory', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' });
}
