/**
 * What can go wrong at each door: HTTP gateway, Envoy endpoint picker, sidecar. Proven elsewhere:
 *   malformed JSON     gateway, ext-proc
 *   huge bodies        gateway, ext-proc
 *   resets mid-stream  flaps (gateway), envoy (a real one)
 *   all servers down   gateway, flaps
 *   scrape failures    gateway, faults; the picker has the same scraper
 *   discovery flaps    flaps
 *   slow clients       security (gateway); before the picker they are Envoy's
 *   forged headers     gateway, ext-proc, disaggregation and connectors (sidecar)
 *   tokens, rates      security; the picker knows no callers, and the sidecar is behind one of the two
 */
import { createConnection, createServer as createTcpServer, type Socket } from 'node:net';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, onTestFinished, test } from 'vitest';
import { JwtAccess } from '../../src/server/access/jwt.ts';
import { CONNECTORS } from '../../src/server/disaggregation/connectors.ts';
import type { DisaggregationPolicy } from '../../src/server/disaggregation/two-legs.ts';
import {
  EXTERNAL_PROCESSOR,
  type ExtProcOptions,
  ExtProcServer,
} from '../../src/server/ext-proc/ext-proc-server.ts';
import type { LiveRouter, LiveRouterOptions } from '../../src/server/live-router.ts';
import { Sidecar, type SidecarOptions } from '../../src/server/sidecar.ts';
import {
  CHAT,
  deadAddress,
  gatewayOf,
  liveRouterOf,
  modelServer,
  post,
  until,
  WITH_FALLBACKS,
} from './fixtures.ts';
import { headers, openStream, type ProxyStream } from './proxy-stream.ts';

const POLICY: DisaggregationPolicy = {
  connector: CONNECTORS['nixlv2']!,
  prefillRetries: 0,
  prefillBackoffMs: 1,
  prefillTimeoutMs: 500,
  fallback: 'none',
  bootstrapPort: 8998,
  encoderConnector: 'none',
  pullsFromPeers: false,
  peerPort: () => 7777,
  decodeChunkTokens: 0,
};

/** What a raw connection gets back until it is closed. */
function talk(port: number, send: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    let got = '';
    const socket = createConnection(port, '127.0.0.1', () => send(socket));
    socket.on('data', (chunk: Buffer) => {
      got += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(got));
  });
}

const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n';
const WIDE = 'žluťoučký 🐎 漢字';
const EVENT = `data: {"model":"m-v2","choices":[{"delta":{"content":"${WIDE}"}}]}\n\n`;
const USAGE =
  'data: {"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":9}}}\n\n';

/** Answers in parts of three bytes, which cut characters and names apart. */
async function inPieces(): Promise<string> {
  return await modelServer((message, response) => {
    message.resume();
    if (message.method !== 'POST') {
      response.end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const bytes = Buffer.from(EVENT + USAGE);
    const next = (at: number): void => {
      if (at >= bytes.length) response.end();
      else response.write(bytes.subarray(at, at + 3), () => setImmediate(next, at + 3));
    };
    next(0);
  });
}

/** Says nothing, or nothing after the first event. */
async function silent(after: '' | 'first'): Promise<string> {
  return await modelServer((message, response) => {
    message.resume();
    if (message.method !== 'POST') response.end();
    else if (after === 'first') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(EVENT);
    }
  });
}

describe('the gateway', () => {
  test('an answer cut within characters arrives byte for byte, and its usage is read', async () => {
    const { port, live } = await gatewayOf([await inPieces()]);
    expect((await post(port, { ...CHAT, stream: true })).text).toBe(EVENT + USAGE);
    await until(() => live.inFlight === 0);
    expect(live.metricsText()).toMatch(/llm_d_epp_request_output_tokens_sum\{[^}]*} 4\n/);
  });

  test('a body of unknown length is cut off at the limit; JSON that is no object, or no text, is refused', async () => {
    const { port, live } = await gatewayOf([await deadAddress()]);
    const endless = await talk(port, (socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`);
      for (let i = 0; i < 20; i++) socket.write(`2710\r\n${'x'.repeat(10_000)}\r\n`);
    });
    expect(endless).toMatch(/^HTTP\/1\.1 413/);
    for (const body of ['[]', 'null', '"text"', '{"model": "m", "messages": "none"}', '\u0000', '{}{}'])
      expect((await post(port, body)).status, body).toBe(400);
    const broken = await talk(port, (socket) => {
      const body = Buffer.concat([Buffer.from('{"model":"m'), Buffer.of(0xc3, 0x28), Buffer.from('"')]);
      socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
    expect(broken).toMatch(/^HTTP\/1\.1 400/);
    expect(live.inFlight).toBe(0);
  });

  test('a model server that goes silent is given up: the next one serves, or the stream breaks', async () => {
    const alive = await modelServer((message, response) => {
      message.resume();
      response.end('{}');
    });
    const { port } = await gatewayOf([await silent(''), alive], {
      config: WITH_FALLBACKS,
      idleTimeoutMs: 100,
    });
    for (let i = 0; i < 4; i++) expect((await post(port, CHAT)).status).toBe(200);
    const midway = await gatewayOf([await silent('first')], { idleTimeoutMs: 100 });
    await expect(post(midway.port, { ...CHAT, stream: true })).rejects.toThrow();
    await until(() => midway.live.inFlight === 0 && midway.live.core.router.inFlight === 0);
    expect(midway.live.metricsText()).toContain('error_code="ModelServerError"} 1\n');
  });

  test('a client that closes its side has gone: its request ends upstream and gives its place back', async () => {
    let isOpen = false;
    const address = await modelServer((message, response) => {
      message.resume();
      if (message.method !== 'POST') {
        response.end();
        return;
      }
      isOpen = true;
      response.on('close', () => {
        isOpen = false;
      });
    });
    const { port, live } = await gatewayOf([address]);
    const body = JSON.stringify(CHAT);
    const gone = talk(port, (socket) => {
      socket.write(`${HEAD}content-length: ${body.length}\r\n\r\n${body}`);
      void until(() => isOpen).then(() => socket.end());
    });
    expect(await gone).toBe('');
    await until(() => !isOpen && live.inFlight === 0 && live.core.router.inFlight === 0);
  });

  test('a metrics page that is garbage, endless or broken off leaves requests alone', async () => {
    const pages = [
      (): string => 'vllm:num_requests_waiting{ 1\n{}\n\u0000\n# nothing',
      (): string => 'x'.repeat(100_000),
    ];
    let page = 0;
    const address = await modelServer((message, response) => {
      message.resume();
      if (message.method === 'POST') response.end('{}');
      else if (page++ % 3 < 2) response.end(pages[page % 2]!());
      else {
        response.writeHead(200, { 'content-length': '100' });
        response.write('vllm:num_requests_waiting 9\n', () => response.destroy());
      }
    });
    const { port, live } = await gatewayOf([address]);
    for (const name of ['poll', 'extract'])
      await until(() => live.metricsText().includes(`llm_d_epp_datalayer_${name}_errors_total`));
    expect((await post(port, CHAT)).status).toBe(200);
    expect(live.core.table.waiting[0]).toBe(0);
  });

  test('a prefill or encode server that a client names is not asked, whoever runs the legs', async () => {
    let asked = 0;
    const evil = await modelServer((message, response) => {
      message.resume();
      asked += 1;
      response.end('{}');
    });
    const address = await modelServer((message, response) => {
      message.resume();
      response.end('{}');
    });
    const policy = { ...POLICY, encoderConnector: 'ec-nixl', pullsFromPeers: true } as const;
    const { port } = await gatewayOf([address], { disaggregation: policy });
    const forged = {
      'x-prefiller-host-port': evil,
      'x-encoder-hosts-ports': evil,
      'x-kv-cache-source-host-port': evil,
      'x-data-parallel-host-port': evil,
      'x-gateway-destination-endpoint': evil,
    };
    expect((await post(port, CHAT, forged)).status).toBe(200);
    expect(asked).toBe(0);
  });

  test('a token opens the door to its own flow; one that is not signed does not', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] };
    const access = new JwtAccess({ keys, fairnessClaim: 'team' });
    const flows: string[] = [];
    const address = await modelServer((message, response) => {
      message.resume();
      response.end('{}');
    });
    const { port } = await gatewayOf([address], {
      access,
      observer: { event: () => {}, dispatched: ({ fairnessId }) => flows.push(fairnessId) },
    });
    const signed = await new SignJWT({ team: 'red' })
      .setProtectedHeader({ alg: 'RS256' })
      .setExpirationTime('1m')
      .sign(privateKey);
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'none' })}.${part({ team: 'red' })}.`;
    const ask = async (token: string): Promise<number> =>
      (await post(port, CHAT, { authorization: `Bearer ${token}` })).status;
    expect([await ask(signed), await ask(unsigned), await ask(`${signed}x`)]).toEqual([200, 401, 401]);
    expect(flows).toEqual(['red']);
  });
});

const DUPLEX = { request_body_mode: 'FULL_DUPLEX_STREAMED', response_body_mode: 'FULL_DUPLEX_STREAMED' };
const POST = { ':method': 'POST', ':path': '/v1/chat/completions', 'x-request-id': 'r1' };

async function picker(
  addresses: readonly string[],
  options: Partial<LiveRouterOptions & ExtProcOptions> = {},
): Promise<{ live: LiveRouter; port: number }> {
  const live = liveRouterOf(addresses, { scrapeIntervalMs: 60_000, ...options });
  const server = new ExtProcServer(live, {
    bodyLimitBytes: 200_000,
    tls: null,
    isReady: () => true,
    ...options,
  });
  onTestFinished(() => server.drain(0));
  return { live, port: await server.listen(0, '127.0.0.1') };
}

function streamTo(port: number): ProxyStream {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => client.close());
  return openStream(client);
}

/** Bytes that the picker has passed on of a phase. */
function passed(stream: ProxyStream, kind: 'request_body' | 'response_body'): string {
  const parts = stream.replies.flatMap((reply) => {
    const part = reply[kind] as
      | { response: { body_mutation: { streamed_response: { body?: Uint8Array } } } }
      | undefined;
    return part === undefined ? [] : [part.response.body_mutation.streamed_response.body ?? new Uint8Array()];
  });
  return Buffer.concat(parts).toString();
}

function ask(
  stream: ProxyStream,
  body: Buffer,
  step: number,
  more: Readonly<Record<string, string>> = {},
): void {
  stream.send({ request_headers: headers({ ...POST, ...more }), protocol_config: DUPLEX });
  for (let at = 0; at < body.length; at += step) {
    const end_of_stream = at + step >= body.length;
    stream.send({ request_body: { body: body.subarray(at, at + step), end_of_stream } });
  }
}

describe('the Envoy endpoint picker', () => {
  test('bodies cut within characters are whole on both ways, also where a model name is put back', async () => {
    const { port, live } = await picker(['10.0.0.1:8000']);
    const stream = streamTo(port);
    const body = Buffer.from(JSON.stringify({ ...CHAT, messages: [{ role: 'user', content: WIDE }] }));
    ask(stream, body, 1, { 'x-llm-d-model-name-rewrite': 'm-v2' });
    await until(() => passed(stream, 'request_body').endsWith('}'));
    expect(JSON.parse(passed(stream, 'request_body'))).toMatchObject({
      model: 'm-v2',
      messages: [{ content: WIDE }],
    });
    stream.send({ response_headers: headers({ ':status': '200', 'content-type': 'text/event-stream' }) });
    // Engines write an event in one piece, whatever Envoy's buffers then make of the text in it.
    const cut = EVENT.indexOf('žluť') + 1;
    const bytes = Buffer.from(EVENT);
    const at = Buffer.byteLength(EVENT.slice(0, cut)) - 1;
    stream.send({ response_body: { body: bytes.subarray(0, at), end_of_stream: false } });
    stream.send({ response_body: { body: bytes.subarray(at), end_of_stream: false } });
    stream.send({ response_body: { body: Buffer.from(USAGE), end_of_stream: true } });
    await until(() => stream.ended !== null);
    expect(passed(stream, 'response_body')).toBe(EVENT.replace('m-v2', 'm') + USAGE);
    expect(live.metricsText()).toMatch(/llm_d_epp_request_output_tokens_sum\{[^}]*} 4\n/);
  });

  test('JSON that is no object, and a body that is no text, are refused', async () => {
    const { port, live } = await picker(['10.0.0.1:8000']);
    for (const body of [Buffer.from('[]'), Buffer.from('{}{}'), Buffer.of(0x7b, 0xc3, 0x28)]) {
      const stream = streamTo(port);
      ask(stream, body, 100);
      await until(() => stream.ended !== null);
      expect(stream.replies).toMatchObject([{ immediate_response: { status: { code: 400 } } }]);
    }
    expect(live.inFlight).toBe(0);
  });

  test('a message that is no protobuf, or larger than allowed, ends its own stream only', async () => {
    const { port, live } = await picker(['10.0.0.1:8000']);
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    onTestFinished(() => client.close());
    for (const bytes of [Buffer.from([0xff, 0xff, 0xff]), Buffer.alloc(5 * 1024 * 1024)]) {
      const call = client.makeBidiStreamRequest(
        EXTERNAL_PROCESSOR.process.path,
        (raw: Buffer) => raw,
        (raw: Buffer) => raw,
        new Metadata(),
      );
      let code: number | null = null;
      call.on('status', (end) => {
        code = end.code;
      });
      call.on('error', () => {});
      call.on('data', () => {});
      call.write(bytes);
      await until(() => code !== null);
      expect(code).not.toBe(status.OK);
    }
    const stream = streamTo(port);
    ask(stream, Buffer.from(JSON.stringify(CHAT)), 100);
    await until(() => stream.replies.length > 0);
    expect(live.inFlight).toBe(1);
  });

  test('an empty pool is refused with 503 and why; it is asked again when it has endpoints', async () => {
    const { port, live } = await picker([]);
    const refused = streamTo(port);
    ask(refused, Buffer.from(JSON.stringify(CHAT)), 100);
    await until(() => refused.ended !== null);
    expect(refused.replies).toMatchObject([{ immediate_response: { status: { code: 503 } } }]);
    expect(JSON.stringify(refused.replies[0])).toContain('x-llm-d-request-dropped-reason');
    live.setEndpoints([{ id: 'e0', address: '10.0.0.1:8000', labels: {} }]);
    const routed = streamTo(port);
    ask(routed, Buffer.from(JSON.stringify(CHAT)), 100);
    await until(() => passed(routed, 'request_body') !== '');
  });

  test('endpoints that go while requests wait for answers of theirs take nothing with them', async () => {
    const { port, live } = await picker(['10.0.0.1:8000', '10.0.0.2:8000']);
    const streams = Array.from({ length: 6 }, () => streamTo(port));
    for (const stream of streams) ask(stream, Buffer.from(JSON.stringify(CHAT)), 100);
    await until(() => streams.every((stream) => passed(stream, 'request_body') !== ''));
    live.setEndpoints([{ id: 'e2', address: '10.0.0.3:8000', labels: {} }]);
    for (const stream of streams) {
      stream.send({ response_headers: headers({ ':status': '200' }) });
      stream.send({ response_body: { body: Buffer.from('{}'), end_of_stream: true } });
    }
    await until(() => streams.every(({ ended }) => ended !== null));
    expect(streams.map(({ ended }) => ended!.code)).toEqual(Array(6).fill(status.OK));
    expect([live.inFlight, live.core.router.inFlight]).toEqual([0, 0]);
  });

  test('a stream that Envoy resets in the middle of an answer gives its place back', async () => {
    const { port, live } = await picker(['10.0.0.1:8000']);
    const stream = streamTo(port);
    ask(stream, Buffer.from(JSON.stringify(CHAT)), 100);
    await until(() => passed(stream, 'request_body') !== '');
    stream.send({ response_headers: headers({ ':status': '200', 'content-type': 'text/event-stream' }) });
    stream.send({ response_body: { body: Buffer.from(EVENT), end_of_stream: false } });
    await until(() => passed(stream, 'response_body') !== '');
    stream.cancel();
    await until(() => live.inFlight === 0 && live.core.router.inFlight === 0);
    expect(live.metricsText()).toContain('llm_d_epp_extproc_streams_total{code="CANCELLED"} 1\n');
  });

  test('a body that does not come to its end has no place in the router', async () => {
    const { port, live } = await picker(['10.0.0.1:8000']);
    const stream = streamTo(port);
    stream.send({ request_headers: headers(POST), protocol_config: DUPLEX });
    stream.send({ request_body: { body: Buffer.from('{"model"'), end_of_stream: false } });
    await until(() => live.metricsText().includes('llm_d_epp_extproc_streams_inflight 1\n'));
    expect(live.inFlight).toBe(0);
    stream.cancel();
    await until(() => live.metricsText().includes('llm_d_epp_extproc_streams_inflight 0\n'));
  });

  test('a peer that has gone without a word is found out, and its requests give their places back', async () => {
    const keepalive = { everyMs: 50, timeoutMs: 50 };
    const { port, live } = await picker(['10.0.0.1:8000'], { keepalive });
    // Between client and server, until it lets everything lie.
    const pairs: Socket[] = [];
    const between = createTcpServer((inner) => {
      const outer = createConnection(port, '127.0.0.1');
      pairs.push(inner, outer);
      for (const socket of [inner, outer]) socket.on('error', () => {});
      inner.pipe(outer);
      outer.pipe(inner);
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      for (const socket of pairs) socket.destroy();
      between.close();
    });
    const stream = streamTo((between.address() as { port: number }).port);
    ask(stream, Buffer.from(JSON.stringify(CHAT)), 100);
    await until(() => live.core.router.inFlight === 1);
    for (const socket of pairs) {
      socket.unpipe();
      socket.pause();
    }
    await until(() => live.core.router.inFlight === 0);
    expect(live.inFlight).toBe(0);
  });

  test('headers that route are taken off requests without a body too', async () => {
    const { port } = await picker(['10.0.0.1:8000']);
    const stream = streamTo(port);
    const forged = { 'x-prefiller-host-port': 'evil:1', 'x-gateway-destination-endpoint': 'evil:2' };
    const get = { ':method': 'GET', ':path': '/v1/models', ...forged };
    stream.send({ request_headers: headers(get, true) });
    await until(() => stream.replies.length > 0);
    const { response } = stream.replies[0]!['request_headers'] as {
      response: {
        header_mutation: {
          remove_headers: string[];
          set_headers: { header: { key: string; raw_value: Uint8Array } }[];
        };
      };
    };
    expect(response.header_mutation.remove_headers).toEqual(['x-prefiller-host-port']);
    const destination = response.header_mutation.set_headers.filter(
      ({ header }) => header.key === 'x-gateway-destination-endpoint',
    );
    expect(destination.map(({ header }) => Buffer.from(header.raw_value).toString())).toEqual([
      '10.0.0.1:8000',
    ]);
  });
});

async function sidecarOf(address: string, more: Partial<SidecarOptions> = {}): Promise<number> {
  const sidecar = new Sidecar({
    modelServer: address,
    isPeer: () => true,
    policy: POLICY,
    bodyLimitBytes: 100_000,
    idleTimeoutMs: 2000,
    ...more,
  });
  onTestFinished(() => sidecar.drain(0));
  return await sidecar.listen(0, '127.0.0.1');
}

const prefilling = (): Promise<string> =>
  modelServer((message, response) => {
    message.resume();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"kv_transfer_params":{},"usage":{"prompt_tokens_details":{"cached_tokens":7}}}');
  });

describe('the sidecar', () => {
  test('what is no JSON object goes to the model server as it is, which says what is wrong', async () => {
    const seen: string[] = [];
    const address = await modelServer((message, response) => {
      let text = '';
      message.on('data', (part: Buffer) => {
        text += part.toString();
      });
      message.on('end', () => {
        seen.push(text);
        response.writeHead(422).end('no');
      });
    });
    const port = await sidecarOf(address);
    const prefiller = await prefilling();
    for (const body of ['{"model":', '[]', 'text'])
      expect((await post(port, body, { 'x-prefiller-host-port': prefiller })).status).toBe(422);
    expect(seen).toEqual(['{"model":', '[]', 'text']);
    expect((await post(port, 'x'.repeat(100_001))).status).toBe(413);
    expect(seen).toHaveLength(3);
  });

  test('a prompt and an answer cut within characters arrive whole; cache hits are those of prefill', async () => {
    const bodies: unknown[] = [];
    const prefiller = await modelServer((message, response) => {
      const chunks: Buffer[] = [];
      message.on('data', (part: Buffer) => chunks.push(part));
      message.on('end', () => {
        bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
        response.end('{"kv_transfer_params":{},"usage":{"prompt_tokens_details":{"cached_tokens":7}}}');
      });
    });
    const whole = await modelServer((message, response) => {
      message.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(EVENT);
      const at = Buffer.byteLength(EVENT.slice(0, EVENT.indexOf('🐎'))) + 2;
      response.write(bytes.subarray(0, at), () =>
        setTimeout(() => {
          response.write(bytes.subarray(at));
          response.end(USAGE);
        }, 10),
      );
    });
    const port = await sidecarOf(whole);
    const body = Buffer.from(JSON.stringify({ ...CHAT, messages: [{ role: 'user', content: WIDE }] }));
    const got = await talk(port, (socket) => {
      socket.write(`${HEAD}x-prefiller-host-port: ${prefiller}\r\ncontent-length: ${body.length}\r\n\r\n`);
      for (const byte of body) socket.write(Buffer.of(byte));
    });
    expect(got).toMatch(/^HTTP\/1\.1 200/);
    expect(bodies).toMatchObject([{ messages: [{ content: WIDE }] }]);
    const answer = await post(port, CHAT, { 'x-prefiller-host-port': prefiller });
    expect(answer.text).toBe(EVENT + USAGE.replace('"cached_tokens":9', '"cached_tokens":7'));
  });

  test("a model server that is down, resets its stream or goes silent is the client's to see", async () => {
    const down = await sidecarOf(await deadAddress());
    expect((await post(down, CHAT)).status).toBe(503);
    const resetting = await modelServer((message, response) => {
      message.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(EVENT);
      setTimeout(() => response.socket?.resetAndDestroy(), 5);
    });
    const reset = await sidecarOf(resetting);
    const header = { 'x-prefiller-host-port': await prefilling() };
    await expect(post(reset, { ...CHAT, stream: true }, header)).rejects.toThrow();
    const stalled = await sidecarOf(await silent('first'), { idleTimeoutMs: 100 });
    await expect(post(stalled, { ...CHAT, stream: true })).rejects.toThrow();
    const mute = await sidecarOf(await silent(''), { idleTimeoutMs: 100 });
    expect((await post(mute, CHAT)).status).toBe(503);
  });

  test('slow heads and bodies, and heads over the limit, are cut off', async () => {
    const limits = { headersTimeoutMs: 100, requestTimeoutMs: 200 };
    const port = await sidecarOf(await deadAddress(), limits);
    expect(await talk(port, (socket) => socket.write('POST / HTTP/1.1\r\nhost: x\r\n'))).toMatch(
      /^HTTP\/1\.1 408/,
    );
    expect(await talk(port, (socket) => socket.write(`${HEAD}content-length: 100\r\n\r\n{`))).toMatch(
      /^HTTP\/1\.1 408|^$/,
    );
    const long = `POST / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(40_000)}\r\n\r\n`;
    expect(await talk(port, (socket) => socket.write(long))).toMatch(/^HTTP\/1\.1 431/);
  });

  test('a client that leaves takes both legs with it', async () => {
    let open = 0;
    const hanging = await modelServer((message, response) => {
      message.resume();
      open += 1;
      response.on('close', () => {
        open -= 1;
      });
    });
    const policy = { ...POLICY, connector: CONNECTORS['sglang']!, prefillTimeoutMs: 10_000 };
    const port = await sidecarOf(hanging, { policy });
    const body = JSON.stringify(CHAT);
    const socket = createConnection(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${HEAD}x-prefiller-host-port: ${hanging}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await until(() => open === 2);
    socket.destroy();
    await until(() => open === 0);
  });
});
