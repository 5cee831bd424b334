/**
 * `npm run bench:gateway`: the gateway against no proxy at all and against a bare `node:http` proxy, all on loopback in one run.
 * Model servers, gateway and proxy are processes of their own; rounds of the three take turns, so that all see the same machine.
 *
 * Throughput: answers come at once, 64 callers ask again and again; beside the rates, which the machine's other load moves, stands the CPU
 * time that a request takes of each process. Latency: answers stream 20 parts 10 ms apart, so that callers mostly wait, as they do for
 * engines, and callers begin at even distances, as independent ones do; what is compared is the time to the first byte.
 */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Other, PACED, PART_MS, PARTS } from './gateway-processes.ts';
import type { Print } from './print.ts';

const ROUNDS = 7;
const ROUND_MS = 1500;
const BODY = JSON.stringify({
  model: 'm',
  stream: true,
  messages: [{ role: 'user', content: 'word '.repeat(400) }],
});

interface Round {
  count: number;
  ms: number;
  cpuUs: number;
  readonly firstByteMs: number[];
}

type Way = 'direct' | 'proxy' | 'gateway';
type Ways = Readonly<Record<Way, Other>>;
const WAYS: readonly Way[] = ['direct', 'proxy', 'gateway'];

/** One caller on one connection: asks again and again until `untilMs`. Written byte by byte, so that callers cost little. */
function call(port: number, isPaced: boolean, untilMs: number, into: Round): Promise<void> {
  const paced = isPaced ? `${PACED}: 1\r\n` : '';
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`;
  const asking = Buffer.from(`${head}${paced}content-length: ${BODY.length}\r\n\r\n${BODY}`);
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sentMs = 0;
    let isFirst = true;
    const ask = (): void => {
      sentMs = performance.now();
      isFirst = true;
      socket.write(asking);
    };
    socket.on('connect', ask);
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      if (isFirst) {
        into.firstByteMs.push(performance.now() - sentMs);
        if (bytes.toString('latin1', 9, 12) !== '200') reject(new Error(bytes.toString()));
        isFirst = false;
      }
      // The last chunk: the head of an answer never ends so.
      if (bytes.length < 5 || bytes.toString('latin1', bytes.length - 5) !== '0\r\n\r\n') return;
      into.count += 1;
      if (performance.now() < untilMs) {
        ask();
        return;
      }
      socket.destroy();
      resolve();
    });
  });
}

/** `callers` begin one after another over the length of a stream; model servers are asked in turn. */
async function round(other: Other, callers: number, isPaced: boolean, into: Round): Promise<void> {
  const cpuUs = await other.cpuUs();
  const startMs = performance.now();
  const { ports } = other;
  const all: Promise<void>[] = [];
  for (let i = 0; i < callers; i++) {
    if (isPaced) await sleep(startMs + (i / callers) * PARTS * PART_MS - performance.now());
    all.push(call(ports[i % ports.length]!, isPaced, startMs + ROUND_MS, into));
  }
  await Promise.all(all);
  into.ms += performance.now() - startMs;
  into.cpuUs += (await other.cpuUs()) - cpuUs;
}

/** Starts all processes, measures, and ends them. */
async function withWays(measure: (ways: Ways) => Promise<void>): Promise<void> {
  const direct = await Other.start('models', []);
  const proxy = await Other.start('proxy', direct.ports);
  const gateway = await Other.start('gateway', direct.ports);
  try {
    await measure({ direct, proxy, gateway });
  } finally {
    for (const other of [direct, proxy, gateway]) other.end();
  }
}

async function rounds(ways: Ways, callers: number, isPaced: boolean): Promise<Record<Way, Round>> {
  const empty = (): Round => ({ count: 0, ms: 0, cpuUs: 0, firstByteMs: [] });
  const all = { direct: empty(), proxy: empty(), gateway: empty() };
  // The first two rounds warm everything up.
  for (let i = -2; i < ROUNDS; i++) {
    for (const way of WAYS) await round(ways[way], callers, isPaced, i < 0 ? empty() : all[way]);
  }
  return all;
}

/** Prints the throughput of the three ways, and what of the proxy's the gateway reaches. */
export function rateBench(print: Print): Promise<void> {
  return withWays(async (ways) => {
    const busy = await rounds(ways, 64, false);
    const rate = (way: Way): number => Math.round((busy[way].count / busy[way].ms) * 1000);
    const cpu = (way: Way): number => Math.round(busy[way].cpuUs / busy[way].count);
    print({
      name: 'gateway throughput over bare proxy',
      value: rate('gateway') / rate('proxy'),
      unit: '',
      ...{ directPerS: rate('direct'), proxyPerS: rate('proxy'), gatewayPerS: rate('gateway') },
      ...{ proxyCpuUs: cpu('proxy'), gatewayCpuUs: cpu('gateway') },
      cpuRatio: busy.proxy.cpuUs / busy.proxy.count / (busy.gateway.cpuUs / busy.gateway.count),
    });
  });
}

/** Prints what proxy and gateway add to the time to the first byte. */
export function latencyBench(print: Print): Promise<void> {
  return withWays(async (ways) => {
    for (const callers of [1, 64, 512]) {
      const paced = await rounds(ways, callers, true);
      const added = (way: Way, q: number): number =>
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
