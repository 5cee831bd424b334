/**
 * The processes that `npm run bench:gateway` measures: model servers, the gateway, and a bare `node:http` proxy. Model servers are written
 * byte by byte, so that what they cost does not hide what the others cost.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { Agent, createServer as createHttpServer, request } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createStreams } from '../sim/kernel/streams.ts';
import { Gateway } from '../src/server/gateway.ts';
import { LiveRouter } from '../src/server/live-router.ts';

const ENDPOINTS = 16;
export const PARTS = 20;
export const PART_MS = 10;
/** Header by which an answer is asked for in parts `PART_MS` apart. */
export const PACED = 'x-paced';

const PART = 'data: {"choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}\n\n';
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const LAST = '0\r\n\r\n';
const CHUNK = chunkOf(PART);
const WHOLE = HEAD + chunkOf(PART.repeat(PARTS)) + LAST;
const METRICS = 'vllm:num_requests_waiting 0\nvllm:num_requests_running 0\nvllm:kv_cache_usage_perc 0\n';
const METRICS_PAGE = `HTTP/1.1 200 OK\r\ncontent-length: ${METRICS.length}\r\n\r\n${METRICS}`;

export type Role = 'models' | 'gateway' | 'proxy';

/** A process of its own. */
export class Other {
  readonly ports: readonly number[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ports: readonly number[]) {
    this.#child = child;
    this.ports = ports;
  }

  static async start(role: Role, ports: readonly number[]): Promise<Other> {
    const env = { ...process.env, DRYDOCK_BENCH_ROLE: role, DRYDOCK_BENCH_PORTS: ports.join() };
    const child = fork(process.argv[1]!, { env });
    return new Other(child, (await answerOf(child, role)) as number[]);
  }

  /** CPU time since it began, user and system, µs. */
  async cpuUs(): Promise<number> {
    this.#child.send('cpu');
    return (await answerOf(this.#child, 'cpu')) as number;
  }

  end(): void {
    this.#child.kill();
  }
}

function answerOf(child: ChildProcess, what: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`${what}: the process ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer);
    });
  });
}

/** Runs a child's part, when this process is one. */
export function gatewayRole(): boolean {
  const role = process.env['DRYDOCK_BENCH_ROLE'] as Role | undefined;
  if (role === undefined) return false;
  const ports = (process.env['DRYDOCK_BENCH_PORTS'] ?? '').split(',').map(Number);
  const listening = role === 'models' ? models() : role === 'gateway' ? gateway(ports) : proxy(ports[0]!);
  void listening.then((open) => process.send!(open));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!(user + system);
  });
  return true;
}

async function models(): Promise<number[]> {
  return await Promise.all(Array.from({ length: ENDPOINTS }, () => listen(createServer(serve))));
}

function serve(socket: Socket): void {
  let got = '';
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    got += bytes.toString('latin1');
    for (let end = requestEnd(got); end > 0; end = requestEnd(got)) {
      answer(socket, got.slice(0, end));
      got = got.slice(end);
    }
  });
}

/** Where the first request ends; -1: it is not whole. Its body has a length, or one chunk and the last. */
function requestEnd(got: string): number {
  const body = got.indexOf('\r\n\r\n') + 4;
  if (body < 4) return -1;
  if (got.startsWith('GET')) return body;
  const length = /\ncontent-length: *(\d+)/i.exec(got);
  if (length !== null) return got.length >= body + Number(length[1]) ? body + Number(length[1]) : -1;
  const last = got.indexOf(`\r\n${LAST}`, body);
  return last < 0 ? -1 : last + 2 + LAST.length;
}

function answer(socket: Socket, asked: string): void {
  if (asked.startsWith('GET')) socket.write(METRICS_PAGE);
  else if (!asked.includes(PACED)) socket.write(WHOLE);
  else {
    let sent = 0;
    const timer = setInterval(() => {
      sent += 1;
      socket.write((sent === 1 ? HEAD : '') + CHUNK + (sent === PARTS ? LAST : ''));
      if (sent === PARTS || socket.destroyed) clearInterval(timer);
    }, PART_MS);
  }
}

function chunkOf(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

/** Everything at its default: profile, metrics, scrapes every 50 ms. */
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

/** The least that a proxy of `node:http` can do: one endpoint, bytes piped both ways. */
async function proxy(port: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const server = createHttpServer((message, response) => {
    const { method, url, headers } = message;
    const upstream = request({ agent, host: '127.0.0.1', port, method, path: url, headers }, (answered) => {
      response.writeHead(answered.statusCode!, answered.headers);
      answered.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    message.pipe(upstream);
  });
  return [await listen(server)];
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}
