import { request as httpRequest, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { CHAT, deadAddress, gatewayOf, modelServer, post, until, WITH_FALLBACKS } from './fixtures.ts';

const JSON_TYPE = { 'content-type': 'application/json' };

describe('the gateway', () => {
  test('passes an SSE chunk on before the model server sends the next one', async () => {
    let upstream: ServerResponse | undefined;
    const address = await modelServer((message, response) => {
      message.resume();
      if (message.method === 'GET') response.end();
      else {
        upstream = response;
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: one\n\n');
      }
    });
    const { port } = await gatewayOf([address]);
    const chunks: string[] = [];
    let isOver = false;
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method: 'POST', path: '/v1/chat/completions' },
      (r) => {
        r.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
        r.on('end', () => {
          isOver = true;
        });
      },
    );
    outgoing.end(JSON.stringify({ ...CHAT, stream: true }));
    await until(() => chunks.join('') === 'data: one\n\n');
    expect(isOver).toBe(false);
    upstream!.write('data: two\n\n');
    await until(() => chunks.join('') === 'data: one\n\ndata: two\n\n');
    upstream!.end('data: [DONE]\n\n');
    await until(() => isOver);
    expect(chunks.join('')).toBe('data: one\n\ndata: two\n\ndata: [DONE]\n\n');
  });

  test('a client that leaves aborts the request upstream and frees its place', async () => {
    let isAborted = false;
    const address = await modelServer((message, response) => {
      message.resume();
      if (message.method === 'GET') response.end();
      else {
        response.on('close', () => {
          isAborted = !response.writableFinished;
        });
        response.write('x');
      }
    });
    const { gateway, live, port } = await gatewayOf([address]);
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method: 'POST', path: '/v1/chat/completions' },
      (r) => {
        r.once('data', () => outgoing.destroy());
      },
    );
    outgoing.on('error', () => {});
    outgoing.end(JSON.stringify(CHAT));
    await until(() => isAborted);
    await until(() => gateway.inFlight === 0 && live.core.router.inFlight === 0);
  });

  test('tries the next endpoint before the first byte, and only then', async () => {
    let served = 0;
    const alive = await modelServer((message, response) => {
      message.resume();
      if (message.method === 'POST') served += 1;
      response.writeHead(200, JSON_TYPE).end('{}');
    });
    const { port } = await gatewayOf([await deadAddress(), alive], { config: WITH_FALLBACKS });
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(port, CHAT)));
    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(200));
    expect(served).toBe(8);

    let tries = 0;
    const breaking = await modelServer((message, response) => {
      message.resume();
      if (message.method === 'GET') {
        response.end();
        return;
      }
      tries += 1;
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const second = await gatewayOf([breaking, breaking], { config: WITH_FALLBACKS });
    await expect(post(second.port, CHAT)).rejects.toThrow();
    expect(tries).toBe(1);
    await until(() => second.live.core.router.inFlight === 0);
  });

  test('answers bad requests and empty or dead fleets as upstream does', async () => {
    const { live, port } = await gatewayOf([await deadAddress()]);
    expect((await post(port, '{"model":')).status).toBe(400);
    expect((await post(port, { model: 'm' })).text).toContain('inference error: BadRequest - ');
    expect((await post(port, 'x'.repeat(100_001))).status).toBe(413);
    expect((await post(port, CHAT)).status).toBe(503);
    live.setEndpoints([]);
    const empty = await post(port, CHAT);
    expect(empty.status).toBe(503);
    expect(empty.headers['x-llm-d-request-dropped-reason']).toBe('rejected-no-endpoints');
    const unknown = await fetch(`http://127.0.0.1:${port}/nothing`);
    expect(unknown.status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  test('clients cannot set headers of the system, and it does not echo theirs', async () => {
    let seen: IncomingHttpHeaders = {};
    const address = await modelServer((message, response) => {
      message.resume();
      if (message.method === 'POST') seen = message.headers;
      response.writeHead(200, { ...JSON_TYPE, 'x-gateway-destination-endpoint': 'secret:1' }).end('{}');
    });
    const { port } = await gatewayOf([address]);
    const answer = await post(port, CHAT, {
      'x-gateway-destination-endpoint': 'evil:80',
      'x-prefiller-host-port': 'evil:81',
      'x-gateway-destination-endpoint-subset': '10.0.0.9',
      'x-llm-d-inference-fairness-id': 'tenant',
      'x-mine': 'kept',
    });
    expect(answer.status).toBe(200);
    expect(answer.headers['x-gateway-destination-endpoint']).toBeUndefined();
    expect(seen['x-gateway-destination-endpoint']).toBe(address);
    expect(seen['x-prefiller-host-port']).toBeUndefined();
    expect(seen['x-gateway-destination-endpoint-subset']).toBeUndefined();
    expect(seen['x-llm-d-inference-fairness-id']).toBeUndefined();
    expect(seen['x-mine']).toBe('kept');
  });

  test('a failed scrape keeps the last values', async () => {
    let isBroken = false;
    const address = await modelServer((_, response) => {
      if (isBroken) response.writeHead(500).end();
      else response.end('vllm:num_requests_waiting{model_name="m"} 7\nvllm:kv_cache_usage_perc 0.25\n');
    });
    const { live } = await gatewayOf([address]);
    const { table } = live.core;
    await until(() => table.waiting[0] === 7);
    isBroken = true;
    await until(() => live.metricsText().includes('datalayer_poll_errors_total'));
    expect(table.waiting[0]).toBe(7);
    expect(table.kvUsage[0]).toBe(0.25);
  });

  test('tells a probe when its fleet is known, and that it is alive before', async () => {
    let isReady = false;
    const { port } = await gatewayOf([], { isReady: () => isReady });
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect([await status('/healthz'), await status('/livez')]).toEqual([503, 200]);
    isReady = true;
    expect([await status('/healthz'), await status('/livez')]).toEqual([200, 200]);
  });

  test('a draining gateway ends what it has and takes nothing new', async () => {
    let finish: (() => void) | null = null;
    const address = await modelServer((message, response) => {
      message.resume();
      if (message.method === 'GET') response.end();
      else finish = () => response.end('{"done":true}');
    });
    const { gateway, live, port } = await gatewayOf([address]);
    const answer = post(port, CHAT);
    await until(() => finish !== null);
    expect(live.core.router.inFlight).toBe(1);
    const drained = gateway.drain(5000);
    await expect(post(port, CHAT)).rejects.toThrow();
    finish!();
    expect((await answer).text).toBe('{"done":true}');
    await drained;
  });
});
