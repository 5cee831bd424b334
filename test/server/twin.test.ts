import { isDeepStrictEqual } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { EngineServer } from '../../sim/cli/emulate/engine-server.ts';
import { LiveFleet } from '../../sim/cli/emulate/live-fleet.ts';
import { type LiveParts, type LiveRun, routerConfig, runLive } from '../../sim/cli/twin/live-run.ts';
import { recordingOf } from '../../sim/cli/twin/recording.ts';
import { simulated } from '../../sim/cli/twin/simulated.ts';
import { buildFleet, type Fleet } from '../../sim/cluster/fleet.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { parseExposition } from '../../src/server/telemetry/prometheus.ts';
import { post } from './fixtures.ts';

const scenario = parseScenario({
  seed: 3,
  workload: {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 60 },
    input: { dist: 'constant', value: 64 },
    output: { dist: 'constant', value: 8 },
    // So many that most requests find one engine alone to hold their prefix.
    prefixes: { groups: 12, tokens: 128 },
  },
  fleet: {
    pools: [
      {
        name: 'p',
        role: 'both',
        replicas: 2,
        gpu: 'h100-sxm',
        model: 'llama-3.1-8b',
        engine: { name: 'vllm' },
      },
    ],
  },
  calibration: {
    kind: 'affine',
    baseUs: 4000,
    perSequenceUs: 100,
    perPrefillTokenUs: 20,
    perContextTokenUs: 0,
    frontEndUs: 500,
  },
  run: { requests: 40 },
});
const fleet = buildFleet(scenario.fleet, scenario.calibration, 'fleet');

async function liveFleet(of: Fleet): Promise<LiveFleet> {
  const live = await LiveFleet.start(of, 1, 0);
  onTestFinished(() => live.close());
  return live;
}

async function oneEngine(): Promise<{ server: EngineServer; port: number }> {
  const live = await liveFleet(fleet);
  return { server: live.servers[0]!, port: portOf(live.endpoints[0]!.address) };
}

function portOf(address: string): number {
  return Number(address.split(':')[1]);
}

describe('an emulated engine', () => {
  test('streams as many tokens as asked, tells usage and cache hits, and counts them in its metrics', async () => {
    const { server, port } = await oneEngine();
    const body = {
      model: server.model,
      prompt: Array.from({ length: 64 }, (_, i) => i),
      max_tokens: 5,
      stream: true,
      stream_options: { include_usage: true },
    };
    const first = await post(port, body, {}, '/v1/completions');
    expect(first.text.split('"text":" token"').length - 1).toBe(5);
    expect(first.text.endsWith('data: [DONE]\n\n')).toBe(true);
    const again = await post(port, { ...body, stream: false }, {}, '/v1/completions');
    const { usage } = JSON.parse(again.text) as { usage: Record<string, unknown> };
    expect(usage).toMatchObject({ prompt_tokens: 64, completion_tokens: 5, total_tokens: 69 });
    // vLLM computes at least the last token, hence the last block of 16, again.
    expect(usage['prompt_tokens_details']).toEqual({ cached_tokens: 48 });
    const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const value = (name: string): number => parseExposition(page).find((one) => one.name === name)!.value;
    expect(value('vllm:generation_tokens_total')).toBe(10);
    expect(value('vllm:request_success_total')).toBe(2);
    expect(value('vllm:num_requests_running')).toBe(0);
  });

  test('shows what runs, and forgets a client that leaves', async () => {
    const { server, port } = await oneEngine();
    const abort = new AbortController();
    const body = JSON.stringify({
      model: server.model,
      prompt: 'long answer',
      max_tokens: 5000,
      stream: true,
    });
    const url = `http://127.0.0.1:${port}`;
    await fetch(`${url}/v1/completions`, { method: 'POST', body, signal: abort.signal });
    const running = async (): Promise<number> => {
      const page = await (await fetch(`${url}/metrics`)).text();
      return parseExposition(page).find((one) => one.name === 'vllm:num_requests_running')!.value;
    };
    expect(await running()).toBe(1);
    abort.abort();
    let last = 1;
    for (let i = 0; i < 100 && last > 0; i++) last = await running();
    expect(last).toBe(0);
    expect(server.engine.totals.succeeded).toBe(0);
  });
});

const SEED = 3;

/** A scenario with a router of its own and other pools. */
function partsWith(
  config: unknown,
  roles: readonly ('both' | 'prefill' | 'decode')[] = ['both'],
  workload: object = {},
): LiveParts {
  const [pool] = scenario.fleet.pools;
  const pools = roles.map((role) => ({ ...pool!, name: role, role }));
  const changed = parseScenario({
    ...scenario,
    workload: { ...scenario.workload, ...workload },
    fleet: { pools },
    ...(config === null ? {} : { router: { config } }),
  });
  return {
    scenario: changed,
    fleet: buildFleet(changed.fleet, changed.calibration, 'fleet'),
    readLines: () => [],
  };
}

/** How many of the live run's decisions the simulator makes again, given the record. */
function repeated(parts: LiveParts, run: LiveRun, events = run.events): number {
  const { decisions } = simulated(parts, SEED, recordingOf(events, run.requests, routerConfig(parts)));
  const same = [...run.decisions].filter(([number, decision]) =>
    isDeepStrictEqual(decisions.get(number), decision),
  );
  return same.length;
}

const KIND = { apiVersion: 'llm-d.ai/v1alpha1', kind: 'EndpointPickerConfig' };

describe('twin: the simulator, given arrivals, scrapes and answers of a live run, repeats every decision', () => {
  test('of the built-in profile; not with the scrapes altered', async () => {
    const parts = partsWith(null);
    const run = await runLive(parts, SEED);
    expect(run.recorder.total.ends.completed).toBe(40);
    expect(run.decisions.size).toBe(40);
    expect(repeated(parts, run)).toBe(40);
    const altered = run.events.map((event, i) =>
      event.kind === 'scraped' ? { ...event, sample: { ...event.sample, waiting: (i % 7) * 3 } } : event,
    );
    expect(repeated(parts, run, altered)).toBeLessThan(40);
  });

  test('of prefill and decode apart: both instances of each request', async () => {
    const parts = partsWith(null, ['prefill', 'decode']);
    const run = await runLive(parts, SEED);
    const prefillers = [...run.decisions.values()].map((one) => 'prefiller' in one && one.prefiller);
    expect(prefillers.filter((id) => typeof id === 'string').length).toBe(40);
    expect(new Set(prefillers).size).toBe(2);
    expect(repeated(parts, run)).toBe(40);
    const blind = run.events.filter(({ kind }) => kind !== 'scraped' && kind !== 'firstToken');
    expect(repeated(parts, run, blind)).toBeLessThan(40);
  });

  test('under flow control, refusals included', async () => {
    const parts = partsWith({
      ...KIND,
      featureGates: ['flowControl'],
      plugins: [
        { type: 'queue-scorer' },
        { type: 'concurrency-detector', parameters: { maxConcurrency: 1, concurrencyMode: 'requests' } },
      ],
      flowControl: {
        maxRequests: 3,
        saturationDetector: { pluginRef: 'concurrency-detector' },
      },
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorer' }] }],
    });
    const run = await runLive(parts, SEED);
    expect(run.decisions.size).toBe(40);
    const refusals = [...run.decisions.values()].filter((one) => 'refused' in one);
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals.length).toBeLessThan(40);
    expect(repeated(parts, run)).toBe(40);
  });

  test('under flow control that takes endpoints back from requests of low priority', async () => {
    const config = {
      ...KIND,
      featureGates: ['flowControl'],
      plugins: [
        { type: 'queue-scorer' },
        { type: 'concurrency-detector', parameters: { maxConcurrency: 1, concurrencyMode: 'requests' } },
      ],
      flowControl: { enableEviction: true, saturationDetector: { pluginRef: 'concurrency-detector' } },
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorer' }] }],
    };
    const classes = [
      { name: 'low', weight: 1, priority: -1 },
      { name: 'high', weight: 1, priority: 1 },
    ];
    const parts = partsWith(config, ['both'], { classes });
    const run = await runLive(parts, SEED);
    const evicted = run.events.filter((event) => event.kind === 'finished' && event.cause === 'evicted');
    expect(evicted.length).toBeGreaterThan(0);
    expect(run.decisions.size).toBe(40);
    expect(repeated(parts, run)).toBe(40);
  });

  test('of prefixes that engines tell about in KV events', async () => {
    const match = { prefixMatchInfoProducerName: 'precise-prefix-cache-producer' };
    const parts = partsWith({
      ...KIND,
      plugins: [
        {
          type: 'precise-prefix-cache-producer',
          parameters: { tokenProcessorConfig: { blockSizeTokens: 16 } },
        },
        { type: 'prefix-cache-scorer', parameters: match },
      ],
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'prefix-cache-scorer' }] }],
    });
    const run = await runLive(parts, SEED);
    expect(run.events.some(({ kind }) => kind === 'kvEvents')).toBe(true);
    expect(repeated(parts, run)).toBe(40);
    const deaf = run.events.filter(({ kind }) => kind !== 'kvEvents');
    expect(repeated(parts, run, deaf)).toBeLessThan(40);
  });
});
