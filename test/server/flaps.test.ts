/** Fleets that come and go under traffic: every request is answered once, by a server that was there, and counted once. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readEndpointsFile, watchEndpointsFile } from '../../src/server/discovery/endpoints-file.ts';
import type { LiveRouter } from '../../src/server/live-router.ts';
import { parseExposition } from '../../src/server/telemetry/prometheus.ts';
import { CHAT, deadAddress, gatewayOf, modelServer, post, until, WITH_FALLBACKS } from './fixtures.ts';

/** A model server that answers with the request's id after a moment, and counts. */
async function echo(seen: string[]): Promise<string> {
  return await modelServer((message, response) => {
    message.resume();
    if (message.method !== 'POST') {
      response.end();
      return;
    }
    const id = String(message.headers['x-request-id']);
    seen.push(id);
    setTimeout(() => response.end(JSON.stringify({ id })), 3);
  });
}

/** Sum of a metric's series, of those with these labels. */
function total(live: LiveRouter, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return parseExposition(live.metricsText())
    .filter((one) => one.name === `llm_d_epp_${name}`)
    .filter((one) => Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

test('an endpoints file that is rewritten, broken and taken away under traffic loses no request', async () => {
  const seen: string[] = [];
  const [a, b, c] = [await echo(seen), await echo(seen), await echo(seen)];
  const folder = mkdtempSync(join(tmpdir(), 'drydock-flaps-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'endpoints.json');
  const entry = (id: string, address: string, role = 'both') => ({ id, address, labels: { role } });
  const write = (list: unknown): void => {
    writeFileSync(`${file}.new`, JSON.stringify(list));
    renameSync(`${file}.new`, file);
  };
  write([entry('a', a), entry('b', b)]);
  const { live, port } = await gatewayOf([], { config: WITH_FALLBACKS });
  live.setEndpoints(readEndpointsFile(file));
  const fleets: string[] = [];
  let complaints = 0;
  const stop = watchEndpointsFile(
    file,
    (next) => {
      fleets.push(next.map(({ address }) => address).join());
      live.setEndpoints(next);
    },
    () => {
      complaints += 1;
    },
    10,
  );
  onTestFinished(stop);

  const steps = [
    () => write([entry('b', b)]),
    () => writeFileSync(file, '[{"id": "a", "addr'),
    () => write([entry('c', c), entry('a', a, 'decode')]),
    () => rmSync(file),
    // Addresses change hands.
    () => write([entry('a', b), entry('b', a)]),
    () => write([entry('a', a), entry('a', b)]),
  ];
  let isOver = false;
  const flapping = (async () => {
    for (let i = 0; !isOver || fleets.length < 8 || complaints === 0; i++) {
      steps[i % steps.length]!();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  })();
  const ask = async (client: number): Promise<void> => {
    for (let i = 0; i < 25; i++) {
      const id = `${client}-${i}`;
      const answer = await post(port, CHAT, { 'x-request-id': id });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toEqual({ id });
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, client) => ask(client)));
  isOver = true;
  await flapping;
  expect(new Set(fleets).size).toBeGreaterThan(2);
  expect(complaints).toBeGreaterThan(0);
  expect(seen).toHaveLength(200);
  expect(new Set(seen).size).toBe(200);
  await until(() => live.inFlight === 0 && live.core.router.inFlight === 0);
  expect(total(live, 'request_total')).toBe(200);
  expect(total(live, 'request_duration_seconds_count')).toBe(200);
  expect(total(live, 'request_error_total')).toBe(0);
  expect(total(live, 'request_running')).toBe(0);
});

test('a fleet that is gone and comes back: refusals are counted, each request either refused or sent', async () => {
  const seen: string[] = [];
  const address = await echo(seen);
  const { live, port } = await gatewayOf([address]);
  const endpoint = { id: 'e0', address, labels: {} };
  const statuses: number[] = [];
  for (let i = 0; i < 40; i++) {
    live.setEndpoints(i % 4 < 2 ? [endpoint] : []);
    statuses.push((await post(port, CHAT)).status);
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(20);
  expect(statuses.filter((status) => status === 503)).toHaveLength(20);
  await until(() => live.inFlight === 0 && live.core.router.inFlight === 0);
  expect(total(live, 'request_total')).toBe(20);
  expect(total(live, 'request_error_total')).toBe(20);
  expect(seen).toHaveLength(20);
});

test('streams that their model server resets break the client and are counted as its errors', async () => {
  const address = await modelServer((message, response) => {
    message.resume();
    if (message.method !== 'POST') {
      response.end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n');
    if (message.headers['x-request-id'] === 'whole') response.end('data: [DONE]\n\n');
    else setTimeout(() => response.socket?.resetAndDestroy(), 5);
  });
  const { live, port } = await gatewayOf([address], { config: WITH_FALLBACKS });
  const ask = (id: string) => post(port, { ...CHAT, stream: true }, { 'x-request-id': id });
  for (let i = 0; i < 5; i++) await expect(ask(`cut-${i}`)).rejects.toThrow();
  expect((await ask('whole')).text).toContain('[DONE]');
  await until(() => live.inFlight === 0 && live.core.router.inFlight === 0);
  expect(total(live, 'request_error_total', { error_code: 'ModelServerError' })).toBe(5);
  expect(total(live, 'request_total')).toBe(6);
  expect(total(live, 'request_running')).toBe(0);
});

test('with every model server down each request is answered, and each attempt counted', async () => {
  const dead = [await deadAddress(), await deadAddress(), await deadAddress()];
  const { live, port } = await gatewayOf(dead, { config: WITH_FALLBACKS });
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(port, CHAT)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  await until(() => live.inFlight === 0 && live.core.router.inFlight === 0);
  expect(total(live, 'request_error_total')).toBe(20);
  expect(total(live, 'scheduler_attempts_total', { status: 'failure' })).toBe(60);
  expect(total(live, 'scheduler_attempts_total', { status: 'success' })).toBe(0);
});
