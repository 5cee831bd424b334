/**
 * `npm run bench:gateway`: the gateway against no proxy at all and against a bare `node:http` proxy, all on loopback in one run.
 * Model servers, gateway and proxy are processes of their own; rounds of the three take turns, so that all see the same machine.
 *
 * Throughput: answers come at once, 64 callers ask again and again. Latency: answers stream 20 parts 10 ms apart, so that callers mostly
 * wait, as they do for engines; what is compared is the time to the first byte.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { Agent, createServer, request } from 'node:http';
import { createStreams } from '../sim/kernel/streams.ts';
import { Gateway } from '../src/server/gateway.ts';
import { LiveRouter } from '../src/server/live-router.ts';
import type { Print } from './print.ts';

const ENDPOINTS = 16;
const PARTS = 20;
const PART_MS = 10;
const ROUNDS = 5;
const ROUND_MS = 1500;
const PACED = 'x-paced';
const BODY = JSON.stringify({
  model: 'm',
  stream: true,
  messages: [{ role: 'user', content: 'word '.repeat(400) }],
});

type Role = 'models' | 'gateway' | 'proxy';

/** Runs a child's part, when this process is one. */
export function gatewayRole(): boolean {
  const role = process.env['DRYDOCK_BENCH_ROLE'] as Role | undefined;
  if (role === undefined) return false;
  const ports = (process.env['DRYDOCK_BENCH_PORTS'] ?? '').split(',').map(Number);
  const listening = role === 'models' ? models() : role === 'gateway' ? gateway(ports) : proxy(ports[0]!);
  void listening.then((open) => process.send!(open));
  return true;
}

/** Model servers: their ports. */
async function models(): Promise<number[]> {
  return await Promise.all(Array.from({ length: ENDPOINTS }, () => model()));
}

async function model(): Promise<number> {
  const server = createServer((message, response) => {
    message.resume();
    if (message.method !== 'POST') {
      response.end('vllm:num_requests_waiting 0\nvllm:num_requests_running 0\nvllm:kv_cache_usage_perc 0\n');
      return;
    }
    message.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const part = 'data: {"choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}\n\n';
      if (message.headers[PACED] === undefined) {
        response.end(part.repeat(PARTS));
        return;
      }
      let left = PARTS;
      const timer = setInterval(() => {
        response.write(part);
        left -= 1;
        if (left > 0) return;
        clearInterval(timer);
        response.end();
      }, PART_MS);
      response.on('close', () => clearInterval(timer));
    });
  });
  return await listen(server);
}

async function gateway(ports: readonly number[]): Promise<number[]> {
  const live = new LiveRouter({
    config: null,
    streams: createStreams(1),
    allowExperimentalPlugins: false,
    scrapeIntervalMs: 50,
  });
  live.setEndpoints(ports.map((port, i) => ({ id: `e${i}`, address: `127.0.0.1:${port}`, labels: {} })));
  await live.start();
  const door = new Gateway(live, { bodyLimitBytes: 1e6, idleTimeoutMs: 60_000 });
  return [await door.listen(0, '127.0.0.1')];
}

/** The least that a proxy can do: one endpoint, bytes piped both ways. */
async function proxy(port: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((message, response) => {
    const { method, url, headers } = message;
    const upstream = request({ agent, host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    message.pipe(upstream);
  });
  return [await listen(server)];
}

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

/** Starts a child; resolves with its ports. */
function start(role: Role, ports: readonly number[], children: ChildProcess[]): Promise<number[]> {
  const env = { ...process.env, DRYDOCK_BENCH_ROLE: role, DRYDOCK_BENCH_PORTS: ports.join() };
  const child = fork(process.argv[1]!, { env });
  children.push(child);
  return new Promise((resolve, reject) => {
    child.once('message', (open) => resolve(open as number[]));
    child.once('exit', (code) => reject(new Error(`${role} ended with ${code}`)));
  });
}

interface Round {
  count: number;
  ms: number;
  readonly firstByteMs: number[];
}

/** `callers` ask one after another for `ROUND_MS`; ports are taken in turn. */
async function round(
  ports: readonly number[],
  callers: number,
  isPaced: boolean,
  into: Round,
): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const headers = {
    'content-type': 'application/json',
    'content-length': String(BODY.length),
    ...(isPaced ? { [PACED]: '1' } : {}),
  };
  const startMs = performance.now();
  let asked = 0;
  const ask = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const port = ports[asked++ % ports.length]!;
      const sentMs = performance.now();
      const options = {
        agent,
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: '/v1/chat/completions',
        headers,
      };
      const outgoing = request(options, (answer) => {
        answer.once('data', () => into.firstByteMs.push(performance.now() - sentMs));
        answer.resume();
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`status ${answer.statusCode}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(BODY);
    });
  const caller = async (): Promise<void> => {
    while (performance.now() - startMs < ROUND_MS) {
      await ask();
      into.count += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  into.ms += performance.now() - startMs;
  agent.destroy();
}

interface Ways {
  readonly direct: readonly number[];
  readonly proxy: readonly number[];
  readonly gateway: readonly number[];
}

/** Starts all processes, measures, and ends them. */
async function withWays(measure: (ways: Ways) => Promise<void>): Promise<void> {
  const children: ChildProcess[] = [];
  try {
    const direct = await start('models', [], children);
    await measure({
      direct,
      proxy: await start('proxy', direct, children),
      gateway: await start('gateway', direct, children),
    });
  } finally {
    for (const child of children) {
      child.removeAllListeners('exit');
      child.kill();
    }
  }
}

async function rounds(ways: Ways, callers: number, isPaced: boolean): Promise<Record<keyof Ways, Round>> {
  const empty = (): Round => ({ count: 0, ms: 0, firstByteMs: [] });
  const all = { direct: empty(), proxy: empty(), gateway: empty() };
  // The first round warms everything up.
  for (let i = 0; i <= ROUNDS; i++) {
    for (const way of ['direct', 'proxy', 'gateway'] as const) {
      await round(ways[way], callers, isPaced, i === 0 ? empty() : all[way]);
    }
  }
  return all;
}

/** Prints the throughput of the three ways. */
export function rateBench(print: Print): Promise<void> {
  return withWays(async (ways) => {
    const busy = await rounds(ways, 64, false);
    const rate = ({ count, ms }: Round): number => Math.round((count / ms) * 1000);
    print({
      name: 'gateway throughput over bare proxy',
      value: rate(busy.gateway) / rate(busy.proxy),
      unit: '',
      ...{ directPerS: rate(busy.direct), proxyPerS: rate(busy.proxy), gatewayPerS: rate(busy.gateway) },
    });
  });
}

/** Prints what proxy and gateway add to the time to the first byte. */
export function latencyBench(print: Print): Promise<void> {
  return withWays(async (ways) => {
    for (const callers of [1, 64, 512]) {
      const paced = await rounds(ways, callers, true);
      const added = (way: 'proxy' | 'gateway', q: number): number =>
        quantile(paced[way].firstByteMs, q) - quantile(paced.direct.firstByteMs, q);
      print({
        name: `gateway added latency, ${callers} streams`,
        value: added('gateway', 0.5),
        unit: 'ms (p50 to first byte)',
        p99: added('gateway', 0.99),
        proxyP50: added('proxy', 0.5),
        proxyP99: added('proxy', 0.99),
      });
    }
  });
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(q * (sorted.length - 1))] ?? Number.NaN;
}
