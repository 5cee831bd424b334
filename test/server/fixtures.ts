/** Gateways and hand-made model servers on loopback, port 0; everything is closed after the test. */
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestListener,
} from 'node:http';
import { onTestFinished } from 'vitest';
import { buildFleet, type Fleet } from '../../sim/cluster/fleet.ts';
import { createStreams } from '../../sim/kernel/streams.ts';
import type { Endpoint } from '../../src/routing/endpoint.ts';
import { Gateway, type GatewayOptions } from '../../src/server/gateway.ts';
import { LiveRouter, type LiveRouterOptions } from '../../src/server/live-router.ts';

export const CHAT = { model: 'm', messages: [{ role: 'user', content: 'hello' }] };

/** A model server; answers its own requests but for /metrics, which is empty unless the listener takes it. */
export async function modelServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** So many vLLM engines of Llama 3.1 8B on an H100 each. */
export function vllmFleet(replicas: number): Fleet {
  const engine = { name: 'vllm' } as const;
  const pool = { name: 'v', role: 'both', replicas, gpu: 'h100-sxm', model: 'llama-3.1-8b', engine } as const;
  return buildFleet({ pools: [pool] }, undefined, 'fleet');
}

/** An address at which nobody listens. */
export async function deadAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}

/** Picks all endpoints, in table order of a seeded draw: a primary with fallbacks. */
export const WITH_FALLBACKS = {
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

/** A live router over model servers `e0`, `e1`, ... */
export function liveRouterOf(
  addresses: readonly string[],
  options: Partial<LiveRouterOptions> = {},
): LiveRouter {
  const live = new LiveRouter({
    config: null,
    streams: createStreams(1),
    allowExperimentalPlugins: false,
    scrapeIntervalMs: 50,
    ...options,
  });
  live.setEndpoints(addresses.map((address, i): Endpoint => ({ id: `e${i}`, address, labels: {} })));
  void live.start();
  onTestFinished(() => live.stop());
  return live;
}

export async function gatewayOf(
  addresses: readonly string[],
  options: Partial<LiveRouterOptions & GatewayOptions> = {},
): Promise<{ gateway: Gateway; live: LiveRouter; port: number }> {
  const live = liveRouterOf(addresses, options);
  const gateway = new Gateway(live, { bodyLimitBytes: 100_000, idleTimeoutMs: 5000, ...options });
  const port = await gateway.listen(0, '127.0.0.1');
  onTestFinished(() => gateway.drain(0));
  return { gateway, live, port };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export function post(
  port: number,
  body: unknown,
  headers: Record<string, string> = {},
  path = '/v1/chat/completions',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const outgoing = httpRequest({ host: '127.0.0.1', port, method: 'POST', path, headers }, (response) => {
      let got = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        got += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, text: got }),
      );
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(text);
  });
}

export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  if (!condition()) throw new Error('the condition never came true');
}
