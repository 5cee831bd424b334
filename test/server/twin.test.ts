import { describe, expect, onTestFinished, test } from 'vitest';
import type { EngineServer } from '../../sim/cli/emulate/engine-server.ts';
import { LiveFleet } from '../../sim/cli/emulate/live-fleet.ts';
import { runLive } from '../../sim/cli/twin/live-run.ts';
import { repeatDecisions } from '../../sim/cli/twin/repeat.ts';
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
    prefixes: { groups: 3, tokens: 128 },
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

describe('twin', () => {
  test('recorded events repeat every decision; another seed without the scrapes does not', async () => {
    const live = { scenario, fleet, readLines: () => [] };
    const run = await runLive(live, 3);
    expect(run.recorder.total.ends.completed).toBe(40);
    expect(run.decisions.size).toBe(40);
    const options = { config: null, allowExperimentalPlugins: false };
    expect([...repeatDecisions(run.events, { ...options, seed: 3 })]).toEqual([...run.decisions]);
    const blind = run.events.filter((event) => event.kind !== 'scraped');
    expect([...repeatDecisions(blind, { ...options, seed: 4 })]).not.toEqual([...run.decisions]);
  });
});
