/**
 * The gateway under faults and over time, with model servers in this process: 1,000 kills of a model server in the middle of traffic, after
 * which every request must have been counted once; and a soak, after which memory must be where it was.
 */
import { once } from 'node:events';
import { Agent, createServer, request, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createStreams } from '../sim/kernel/streams.ts';
import { Gateway } from '../src/server/gateway.ts';
import { LiveRouter } from '../src/server/live-router.ts';
import { parseExposition } from '../src/server/telemetry/prometheus.ts';
import type { Print } from './print.ts';

const KILLS = 1000;
const CALLERS = 32;
const SERVERS = 8;
/** Requests of the soak: an hour of 30 a second. */
const SOAK_REQUESTS = 108_000;
const BODY = JSON.stringify({
  model: 'm',
  stream: true,
  messages: [{ role: 'user', content: 'word '.repeat(50) }],
});

/** Picks an endpoint with two to fall back to. */
const CONFIG = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'queue-scorer' },
    { type: 'max-score-picker', parameters: { maxNumOfEndpoints: 3 } },
    { type: 'single-profile-handler' },
  ],
  schedulingProfiles: [
    { name: 'default', plugins: [{ pluginRef: 'queue-scorer' }, { pluginRef: 'max-score-picker' }] },
  ],
};

class ModelServer {
  port = 0;
  #server: Server | null = null;

  async start(): Promise<void> {
    const server = createServer((message, response) => {
      message.resume();
      if (message.method !== 'POST') {
        response.end('vllm:num_requests_waiting 0\n');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[]}\n\n');
      setTimeout(() => {
        response.end('data: {"usage":{"prompt_tokens":50,"completion_tokens":2}}\n\n');
      }, 2);
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  /** Every connection is reset. */
  kill(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }
}

interface Tally {
  ok: number;
  refused: number;
  broken: number;
}

interface Stage {
  readonly models: ModelServer[];
  readonly live: LiveRouter;
  readonly gateway: Gateway;
  readonly port: number;
}

async function setUp(config: unknown): Promise<Stage> {
  const models = Array.from({ length: SERVERS }, () => new ModelServer());
  for (const model of models) await model.start();
  const live = new LiveRouter({
    config,
    streams: createStreams(1),
    allowExperimentalPlugins: false,
    scrapeIntervalMs: 50,
  });
  live.setEndpoints(models.map(({ port }, i) => ({ id: `e${i}`, address: `127.0.0.1:${port}`, labels: {} })));
  await live.start();
  const gateway = new Gateway(live, { bodyLimitBytes: 1e6, idleTimeoutMs: 10_000 });
  return { models, live, gateway, port: await gateway.listen(0, '127.0.0.1') };
}

async function tearDown({ models, live, gateway }: Stage): Promise<void> {
  await gateway.drain(2000);
  live.stop();
  for (const model of models) model.kill();
}

/** One request; what its client saw. */
function ask(agent: Agent, port: number, tally: Tally): Promise<void> {
  return new Promise((resolve) => {
    let isOver = false;
    const end = (what: keyof Tally): void => {
      if (isOver) return;
      isOver = true;
      tally[what] += 1;
      resolve();
    };
    const headers = { 'content-type': 'application/json', 'content-length': String(BODY.length) };
    const path = '/v1/chat/completions';
    const outgoing = request({ agent, host: '127.0.0.1', port, method: 'POST', path, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => end(answer.statusCode === 200 ? 'ok' : 'refused'));
      answer.on('error', () => end('broken'));
    });
    outgoing.on('error', () => end('broken'));
    outgoing.end(BODY);
  });
}

/** Requests that the metrics page tells of: sent and ended, or refused. */
function counted(live: LiveRouter): { ended: number; refused: number } {
  const series = parseExposition(live.metricsText());
  const sum = (name: string): number =>
    series.filter((one) => one.name === name).reduce((total, one) => total + one.value, 0);
  const all = series.filter((one) => one.name === 'llm_d_epp_request_error_total');
  const refused = all.filter((one) => one.labels['error_code'] !== 'ModelServerError');
  return {
    ended: sum('llm_d_epp_request_duration_seconds_count'),
    refused: refused.reduce((total, one) => total + one.value, 0),
  };
}

export async function killBench(print: Print): Promise<void> {
  const stage = await setUp(CONFIG);
  const { models, live, port } = stage;
  const agent = new Agent({ keepAlive: true });
  const tally: Tally = { ok: 0, refused: 0, broken: 0 };
  let isOver = false;
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!isOver) await ask(agent, port, tally);
  });
  for (let i = 0; i < KILLS; i++) {
    const victim = models[i % SERVERS]!;
    victim.kill();
    await sleep(3);
    await victim.start();
    await sleep(1);
  }
  isOver = true;
  await Promise.all(callers);
  const { ok, refused, broken } = tally;
  const seen = counted(live);
  print({
    name: `requests lost uncounted over ${KILLS} kills`,
    value: ok + refused + broken - seen.ended - seen.refused,
    unit: 'requests',
    ...{ asked: ok + refused + broken, ok, refused, broken },
    ...{ stillInFlight: live.inFlight, stillInRouter: live.core.router.inFlight },
  });
  agent.destroy();
  await tearDown(stage);
}

export async function soakBench(print: Print): Promise<void> {
  const stage = await setUp(null);
  const agent = new Agent({ keepAlive: true });
  const tally: Tally = { ok: 0, refused: 0, broken: 0 };
  const heapMiB = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed / 2 ** 20;
  };
  let left = SOAK_REQUESTS;
  let afterTenthMiB = 0;
  const callers = Array.from({ length: CALLERS }, async () => {
    while (left > 0) {
      left -= 1;
      if (left === Math.floor(0.9 * SOAK_REQUESTS)) afterTenthMiB = heapMiB();
      await ask(agent, stage.port, tally);
    }
  });
  await Promise.all(callers);
  print({
    name: `heap growth over ${SOAK_REQUESTS} requests, from a tenth of the way`,
    value: heapMiB() - afterTenthMiB,
    unit: 'MiB',
    ...{ atTenthMiB: afterTenthMiB, ok: tally.ok, refused: tally.refused, broken: tally.broken },
  });
  agent.destroy();
  await tearDown(stage);
}
