/** The endpoint picker behind a real Envoy, where one is installed (ENVOY: its path, or `envoy` on PATH). */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ExtProcServer } from '../../src/server/ext-proc/ext-proc-server.ts';
import { CHAT, liveRouterOf, modelServer, post, until } from './fixtures.ts';

const ENVOY = process.env['ENVOY'] ?? 'envoy';
const hasEnvoy = spawnSync(ENVOY, ['--version']).status === 0;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Envoy with the configuration of `deploy/`, on ports of this test. */
async function startEnvoy(pickerPort: number): Promise<number> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const text = readFileSync('deploy/envoy.yaml', 'utf8')
    .replaceAll('0.0.0.0', '127.0.0.1')
    .replaceAll('port_value: 10000', `port_value: ${port}`)
    .replaceAll('port_value: 19000', `port_value: ${adminPort}`)
    .replaceAll('port_value: 9002', `port_value: ${pickerPort}`);
  const file = join(mkdtempSync(join(tmpdir(), 'drydock-envoy-')), 'envoy.yaml');
  writeFileSync(file, text);
  const args = ['-c', file, '--concurrency', '1', '--log-level', 'error', '--use-dynamic-base-id'];
  const child = spawn(ENVOY, args, { stdio: 'ignore' });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  for (let i = 0; i < 200; i++) {
    const ready = await fetch(`http://127.0.0.1:${adminPort}/ready`).catch(() => null);
    if (ready?.ok === true) return port;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('Envoy did not become ready');
}

test.skipIf(!hasEnvoy)(
  'routes through a real Envoy: streams, long bodies, refusals, forged headers',
  async () => {
    const address = await modelServer((message, response) => {
      let bytes = 0;
      message.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      message.on('end', () => {
        const { 'x-gateway-destination-endpoint': to, 'x-prefiller-host-port': prefiller } = message.headers;
        const seen = JSON.stringify({ bytes, to, prefiller });
        if (message.method === 'GET') {
          response.end('{"data":[]}');
          return;
        }
        response.writeHead(200, { 'content-type': 'text/event-stream', 'x-seen': seen });
        response.end('data: {"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\n');
      });
    });
    const live = liveRouterOf([address], { scrapeIntervalMs: 60_000 });
    const picker = new ExtProcServer(live, { bodyLimitBytes: 1_000_000, tls: null, isReady: () => true });
    onTestFinished(() => picker.drain(0));
    const port = await startEnvoy(await picker.listen(0, '127.0.0.1'));

    // The router has no part in these answers; they come through all the same.
    for (let i = 0; i < 20; i++) {
      const models = await fetch(`http://127.0.0.1:${port}/v1/models`);
      expect(await models.text()).toBe('{"data":[]}');
    }

    for (const words of [1, 100_000]) {
      const body = JSON.stringify({ ...CHAT, messages: [{ role: 'user', content: 'word '.repeat(words) }] });
      const answer = await post(port, body, { 'x-prefiller-host-port': '10.9.9.9:1' });
      expect(answer.status).toBe(200);
      expect(JSON.parse(String(answer.headers['x-seen']))).toEqual({ bytes: body.length, to: address });
      expect(answer.headers['x-went-into-resp-headers']).toBe('true');
      expect(answer.text).toContain('completion_tokens');
    }
    await until(() => live.inFlight === 0);
    expect(live.metricsText()).toMatch(/llm_d_epp_request_output_tokens_sum\{[^}]*} 4\n/);
    expect((await post(port, '{"model":')).status).toBe(400);
    live.setEndpoints([]);
    const none = await post(port, CHAT);
    expect(none.status).toBe(503);
    expect(none.headers['x-llm-d-request-dropped-reason']).toBe('rejected-no-endpoints');
  },
);
