/** The other connectors and stages of the sidecar, each against hand-made servers: Mooncake, offloading, encode legs, ranks. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { CONNECTORS } from '../../src/server/disaggregation/connectors.ts';
import type { DisaggregationPolicy } from '../../src/server/disaggregation/two-legs.ts';
import { Sidecar, type SidecarOptions } from '../../src/server/sidecar.ts';
import { CHAT, gatewayOf, modelServer, post, until } from './fixtures.ts';

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A model server that notes what it gets. */
async function noting(seen: Seen[], reply: (response: ServerResponse, call: Seen) => void): Promise<string> {
  return await modelServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
      const call = { path: message.url ?? '', headers: message.headers, body };
      seen.push(call);
      reply(response, call);
    });
  });
}

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
const ok = (response: ServerResponse): void => json(response, { usage: { completion_tokens: 1 } });

function policyOf(name: string, more: Partial<DisaggregationPolicy> = {}): DisaggregationPolicy {
  const connector = CONNECTORS[name]!;
  return {
    connector,
    prefillRetries: 0,
    prefillBackoffMs: 1,
    prefillTimeoutMs: 2000,
    fallback: 'none',
    bootstrapPort: 8998,
    encoderConnector: 'none',
    pullsFromPeers: connector.pullsFromPeers === true,
    peerPort: () => 7777,
    decodeChunkTokens: 0,
    ...more,
  };
}

async function sidecarOf(
  modelAddress: string,
  policy: DisaggregationPolicy,
  more: Partial<SidecarOptions> = {},
): Promise<Sidecar> {
  const sidecar = new Sidecar({
    modelServer: modelAddress,
    isPeer: () => true,
    policy,
    bodyLimitBytes: 100_000,
    idleTimeoutMs: 2000,
    ...more,
  });
  onTestFinished(() => sidecar.drain(0));
  await sidecar.listen(0, '127.0.0.1');
  return sidecar;
}

const ASKED = { ...CHAT, max_tokens: 50, stream: true };

describe('mooncake', () => {
  test('decode is told an engine of the prefill server, whose rank prefills; ranks take turns', async () => {
    const [prefills, decodes, queries]: [Seen[], Seen[], Seen[]] = [[], [], []];
    const prefiller = await noting(prefills, ok);
    const bootstrap = await noting(queries, (response) =>
      json(response, { 0: { engine_id: 'zero' }, 1: { engine_id: 'one' } }),
    );
    const bootstrapPort = Number(bootstrap.split(':')[1]);
    const policy = policyOf('mooncake', { bootstrapPort });
    const { ports } = await sidecarOf(await noting(decodes, ok), policy);
    for (let i = 0; i < 2; i++)
      expect((await post(ports[0]!, ASKED, { 'x-prefiller-host-port': prefiller })).status).toBe(200);
    await until(() => prefills.length === 2);
    expect(queries.map(({ path }) => path)).toEqual(['/query']);
    const engines: unknown[] = [];
    for (const decode of decodes) {
      const params = decode.body['kv_transfer_params'] as Record<string, unknown>;
      expect(decode.body).toEqual({ ...ASKED, kv_transfer_params: params });
      const { transfer_id, remote_engine_id } = params;
      expect(params).toEqual({
        do_remote_prefill: true,
        do_remote_decode: false,
        transfer_id: expect.stringMatching(/^xfer-/) as unknown,
        remote_bootstrap_addr: `http://127.0.0.1:${bootstrapPort}`,
        remote_engine_id: expect.any(String) as unknown,
      });
      const prefill = prefills.find(
        ({ body }) => (body['kv_transfer_params'] as Record<string, unknown>)['transfer_id'] === transfer_id,
      )!;
      expect(prefill.body).toEqual({
        ...ASKED,
        max_tokens: 1,
        stream: false,
        kv_transfer_params: { do_remote_prefill: false, do_remote_decode: true, transfer_id },
      });
      engines.push(remote_engine_id);
      expect(prefill.headers['x-data-parallel-rank']).toBe(remote_engine_id === 'zero' ? '0' : '1');
    }
    expect(engines.sort()).toEqual(['one', 'zero']);
  });

  test('without an engine the client gets 502, or the decode side computes the prompt', async () => {
    const decodes: Seen[] = [];
    const prefiller = await noting([], ok);
    const modelAddress = await noting(decodes, ok);
    for (const [answer, status] of [
      [{}, 200],
      [{ 0: { engine_id: 'e' } }, 500],
    ] as const) {
      const bootstrap = await noting([], (response) => json(response, answer, status));
      const bootstrapPort = Number(bootstrap.split(':')[1]);
      const header = { 'x-prefiller-host-port': prefiller };
      const strict = await sidecarOf(modelAddress, policyOf('mooncake', { bootstrapPort }));
      expect((await post(strict.ports[0]!, ASKED, header)).status).toBe(502);
      const kind = policyOf('mooncake', { bootstrapPort, fallback: 'local' });
      const lenient = await sidecarOf(modelAddress, kind);
      expect((await post(lenient.ports[0]!, ASKED, header)).status).toBe(200);
    }
    expect(decodes.map(({ body }) => body)).toEqual([ASKED, ASKED]);
  });
});

describe('offloading', () => {
  test('prefill stores under a name and pulls what a peer has; decode fetches by name from the peer tier', async () => {
    const [prefills, decodes]: [Seen[], Seen[]] = [[], []];
    const prefiller = await noting(prefills, ok);
    const { ports } = await sidecarOf(await noting(decodes, ok), policyOf('offloading'));
    const headers = { 'x-prefiller-host-port': prefiller, 'x-kv-cache-source-host-port': '10.0.0.9:8000' };
    expect((await post(ports[0]!, ASKED, headers)).status).toBe(200);
    const { remote_decoder, remote_kv_source } = prefills[0]!.body['kv_transfer_params'] as Record<
      string,
      Record<string, unknown>
    >;
    expect(prefills[0]!.body).toMatchObject({ max_tokens: 1, stream: false });
    expect(remote_decoder).toEqual({ kv_request_id: expect.any(String) as unknown });
    expect(remote_kv_source).toMatchObject({ remote_host: '10.0.0.9', remote_port: 7777 });
    expect(remote_kv_source!['kv_request_id']).not.toBe(remote_decoder!['kv_request_id']);
    expect(decodes[0]!.body).toEqual({
      ...ASKED,
      kv_transfer_params: {
        remote_prefiller: {
          kv_request_id: remote_decoder!['kv_request_id'],
          remote_host: '127.0.0.1',
          remote_port: 7777,
        },
      },
    });
    expect(decodes[0]!.headers['x-kv-cache-source-host-port']).toBeUndefined();
  });

  test('a request that is not split pulls from the source; a prefill server does not pull from itself', async () => {
    const [prefills, decodes]: [Seen[], Seen[]] = [[], []];
    const prefiller = await noting(prefills, ok);
    const { ports } = await sidecarOf(await noting(decodes, ok), policyOf('offloading'));
    await post(ports[0]!, ASKED, { 'x-kv-cache-source-host-port': '[fd00::9]:8000' });
    expect(decodes[0]!.body['kv_transfer_params']).toMatchObject({
      remote_kv_source: { remote_host: 'fd00::9', remote_port: 7777 },
    });
    const both = { 'x-prefiller-host-port': prefiller, 'x-kv-cache-source-host-port': prefiller };
    await post(ports[0]!, ASKED, both);
    expect(prefills[0]!.body['kv_transfer_params']).not.toHaveProperty('remote_kv_source');
  });

  test('sources that are not listed are refused; connectors that cannot pull pass the name over', async () => {
    const decodes: Seen[] = [];
    const modelAddress = await noting(decodes, ok);
    const unlisted = { isPeer: () => false };
    const header = { 'x-kv-cache-source-host-port': '169.254.169.254:80' };
    const pulling = await sidecarOf(modelAddress, policyOf('offloading'), unlisted);
    expect((await post(pulling.ports[0]!, ASKED, header)).status).toBe(403);
    expect(decodes).toHaveLength(0);
    const other = await sidecarOf(modelAddress, policyOf('nixlv2'), unlisted);
    expect((await post(other.ports[0]!, ASKED, header)).status).toBe(200);
    expect(decodes[0]!.body).toEqual(ASKED);
  });

  test('NIXL can pull from a peer beside its own hand-over', async () => {
    const prefills: Seen[] = [];
    const prefiller = await noting(prefills, ok);
    const { ports } = await sidecarOf(await noting([], ok), policyOf('nixlv2', { pullsFromPeers: true }));
    const headers = { 'x-prefiller-host-port': prefiller, 'x-kv-cache-source-host-port': '10.0.0.9:8000' };
    await post(ports[0]!, ASKED, headers);
    expect(prefills[0]!.body['kv_transfer_params']).toMatchObject({
      do_remote_decode: true,
      remote_kv_source: { remote_host: '10.0.0.9', remote_port: 7777 },
    });
  });
});

const image = (url: string): object => ({ type: 'image_url', image_url: { url } });
const sound = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } };
const MULTIMODAL = {
  ...ASKED,
  messages: [
    { role: 'system', content: 'look' },
    { role: 'user', content: [{ type: 'text', text: 'at' }, image('a'), image('b'), image('a'), sound] },
  ],
};

describe('encode legs', () => {
  test('each item once, to the servers in turn, one token; parameters go on to prefill', async () => {
    const [first, second, prefills, decodes]: [Seen[], Seen[], Seen[], Seen[]] = [[], [], [], []];
    const encoded = (response: ServerResponse, { body }: Seen): void => {
      const [{ content }] = body['messages'] as [
        { content: [{ type: string; image_url?: { url: string } }] },
      ];
      const key = content[0].image_url?.url ?? 'sound';
      json(response, { ec_transfer_params: { [`hash-${key}`]: { size: 1 } } });
    };
    const encoders = [await noting(first, encoded), await noting(second, encoded)];
    const prefiller = await noting(prefills, (response) =>
      json(response, { kv_transfer_params: { at: 'p' } }),
    );
    const policy = policyOf('nixlv2', { encoderConnector: 'ec-nixl' });
    const { ports } = await sidecarOf(await noting(decodes, ok), policy);
    const headers = {
      'x-encoder-hosts-ports': encoders.join(', '),
      'x-prefiller-host-port': prefiller,
      'x-request-id': 'r',
    };
    expect((await post(ports[0]!, MULTIMODAL, headers)).status).toBe(200);
    const items = [...first, ...second].map(({ body }) => body['messages']);
    const alone = (item: object): object => [{ role: 'user', content: [item] }];
    expect(items).toEqual([alone(image('a')), alone(sound), alone(image('b'))]);
    expect(first[0]!.body).toMatchObject({ model: 'm', max_tokens: 1, stream: false });
    expect([...first, ...second].map((seen) => seen.headers['x-request-id'])).toEqual([
      'r-enc-0',
      'r-enc-2',
      'r-enc-1',
    ]);
    const params = { 'hash-a': { size: 1 }, 'hash-b': { size: 1 }, 'hash-sound': { size: 1 } };
    expect(prefills[0]!.body).toMatchObject({ ec_transfer_params: params, cache_hit_threshold: 0 });
    expect(decodes[0]!.body).toMatchObject({
      kv_transfer_params: { at: 'p' },
      messages: MULTIMODAL.messages,
    });
    expect(decodes[0]!.headers['x-encoder-hosts-ports']).toBeUndefined();
  });

  test('through shared storage nothing is handed on; requests without items, and other paths, are not encoded', async () => {
    const [encodes, decodes]: [Seen[], Seen[]] = [[], []];
    const encoder = await noting(encodes, ok);
    const policy = policyOf('nixlv2', { encoderConnector: 'ec-example' });
    const { ports } = await sidecarOf(await noting(decodes, ok), policy);
    const header = { 'x-encoder-hosts-ports': encoder };
    await post(ports[0]!, MULTIMODAL, header);
    expect(encodes).toHaveLength(3);
    expect(decodes[0]!.body).toEqual({ ...MULTIMODAL, cache_hit_threshold: 0 });
    await post(ports[0]!, ASKED, header);
    await post(ports[0]!, { model: 'm', prompt: 'x' }, header, '/v1/completions');
    expect(encodes).toHaveLength(3);
    expect(decodes[1]!.body).toEqual(ASKED);
  });

  test('one failed encoding fails the request; unlisted encode servers are passed over', async () => {
    const decodes: Seen[] = [];
    const modelAddress = await noting(decodes, ok);
    let calls = 0;
    const encoder = await noting([], (response) => {
      calls += 1;
      if (calls === 2) json(response, { error: 'no' }, 500);
      else ok(response);
    });
    const policy = policyOf('nixlv2', { encoderConnector: 'ec-nixl' });
    const header = { 'x-encoder-hosts-ports': encoder };
    const strict = await sidecarOf(modelAddress, policy);
    const failed = await post(strict.ports[0]!, MULTIMODAL, header);
    expect(failed).toMatchObject({ status: 502 });
    expect(failed.text).toContain('encode failed (status 500)');
    expect(decodes).toHaveLength(0);
    const closed = await sidecarOf(modelAddress, policy, { isPeer: () => false });
    expect((await post(closed.ports[0]!, MULTIMODAL, header)).status).toBe(200);
    expect(decodes[0]!.body).toEqual(MULTIMODAL);
  });

  test('the gateway runs all three stages of an encode, prefill and decode pool', async () => {
    const [encodes, prefills, decodes]: [Seen[], Seen[], Seen[]] = [[], [], []];
    const addresses = [
      await noting(encodes, (response) => json(response, { ec_transfer_params: { h: {} } })),
      await noting(prefills, (response) => json(response, { kv_transfer_params: { at: 'p' } })),
      await noting(decodes, ok),
    ];
    const profile = (role: string): object => ({ name: role, plugins: [{ pluginRef: `${role}-filter` }] });
    const config = {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      plugins: [
        ...['encode', 'prefill', 'decode'].map((role) => ({ type: `${role}-filter` })),
        { type: 'always-disagg-multimodal-decider' },
        { type: 'always-disagg-pd-decider' },
        {
          type: 'disagg-profile-handler',
          parameters: {
            deciders: { encode: 'always-disagg-multimodal-decider', prefill: 'always-disagg-pd-decider' },
          },
        },
      ],
      schedulingProfiles: ['encode', 'prefill', 'decode'].map(profile),
    };
    const { port, live } = await gatewayOf([], {
      config,
      disaggregation: policyOf('nixlv2', { encoderConnector: 'ec-nixl' }),
    });
    live.setEndpoints(
      ['encode', 'prefill', 'decode'].map((role, i) => ({
        id: role,
        address: addresses[i]!,
        labels: { 'llm-d.ai/role': role },
      })),
    );
    const asked = (seen: Seen[]): Seen[] => seen.filter(({ path }) => path === '/v1/chat/completions');
    expect((await post(port, MULTIMODAL)).status).toBe(200);
    expect(asked(encodes)).toHaveLength(3);
    expect(asked(prefills)[0]!.body).toMatchObject({ ec_transfer_params: { h: {} }, max_tokens: 1 });
    expect(asked(decodes)[0]!.body).toMatchObject({ kv_transfer_params: { at: 'p' } });
    expect(live.metricsText()).toContain('decision_type="encode-prefill-decode"} 1');
  });
});

/** A chat server that says the words of its answer from where the messages stop, as many as it may. */
async function wordy(words: readonly string[], seen: Seen[]): Promise<string> {
  return await noting(seen, (response, { body }) => {
    const messages = body['messages'] as { role: string; content: string }[];
    const last = messages.at(-1)!;
    const said = last.role === 'assistant' ? last.content.trim().split(' ').length : 0;
    const piece = words.slice(said, said + (body['max_tokens'] as number));
    const content = piece.map((word) => `${word} `).join('');
    json(response, {
      id: 'c',
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content },
          finish_reason: said + piece.length < words.length ? 'length' : 'stop',
        },
      ],
      usage: { prompt_tokens: 7 + said, completion_tokens: piece.length, total_tokens: 0 },
    });
  });
}

describe('chunked decode', () => {
  const WORDS = ['one', 'two', 'three', 'four', 'five'];
  const POLICY = policyOf('nixlv2', { decodeChunkTokens: 2 });

  test('the answer comes in pieces that continue each other, after prefill, and is one to the client', async () => {
    const [prefills, decodes]: [Seen[], Seen[]] = [[], []];
    const prefiller = await noting(prefills, (response) =>
      json(response, { kv_transfer_params: { at: 'p' } }),
    );
    const { ports } = await sidecarOf(await wordy(WORDS, decodes), POLICY);
    const header = { 'x-prefiller-host-port': prefiller };
    const answer = await post(ports[0]!, { ...CHAT, max_tokens: 50 }, header);
    const { choices, usage } = JSON.parse(answer.text) as Record<string, unknown>;
    expect(choices).toMatchObject([
      { message: { content: 'one two three four five ' }, finish_reason: 'stop' },
    ]);
    expect(usage).toEqual({ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 });
    expect(prefills).toHaveLength(1);
    expect(decodes.map(({ body }) => body['max_tokens'])).toEqual([2, 2, 2]);
    expect(decodes.map(({ body }) => body['kv_transfer_params'])).toEqual([
      { at: 'p' },
      undefined,
      undefined,
    ]);
    expect(decodes[2]!.body).toMatchObject({
      stream: false,
      continue_final_message: true,
      add_generation_prompt: false,
      messages: [...CHAT.messages, { role: 'assistant', content: 'one two three four ' }],
    });
  });

  test('of a stream each piece is an event, with one finish reason and one usage at the end', async () => {
    const { ports } = await sidecarOf(await wordy(WORDS, []), POLICY);
    const { text } = await post(ports[0]!, { ...CHAT, max_tokens: 3, stream: true });
    const events = text.split('\n\n').filter((event) => event !== '');
    expect(events.at(-1)).toBe('data: [DONE]');
    const data = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)) as Record<string, unknown>);
    expect(data.map(({ choices }) => choices)).toMatchObject([
      [{ delta: { content: 'one two ' }, finish_reason: null }],
      [{ delta: { content: 'three ' }, finish_reason: 'length' }],
      [],
    ]);
    expect(data.map(({ usage }) => usage)).toEqual([
      undefined,
      undefined,
      { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
    ]);
  });

  test("what fits one piece, is no text or no chat goes as it is; a failed piece is the client's to see", async () => {
    const seen: Seen[] = [];
    const { ports } = await sidecarOf(await wordy(WORDS, seen), POLICY);
    const whole = [
      { ...CHAT, max_tokens: 2 },
      { ...CHAT, max_tokens: 9, n: 2 },
      { ...CHAT, max_tokens: 9, tools: [] },
    ];
    for (const body of whole) await post(ports[0]!, body);
    expect(seen.map(({ body }) => body)).toEqual(whole);
    let calls = 0;
    const failing = await noting([], (response) => {
      calls += 1;
      if (calls % 2 === 0) json(response, { error: 'busy' }, 503);
      else {
        const choice = { index: 0, message: { content: 'a ' }, finish_reason: 'length' };
        json(response, { choices: [choice], usage: { completion_tokens: 1 } });
      }
    });
    const broken = await sidecarOf(failing, POLICY);
    expect(await post(broken.ports[0]!, { ...CHAT, max_tokens: 9 })).toMatchObject({
      status: 503,
      text: '{"error":"busy"}',
    });
    await expect(post(broken.ports[0]!, { ...CHAT, max_tokens: 9, stream: true })).rejects.toThrow();
  });
});

describe('data-parallel ranks', () => {
  test('each has a port of its own, and any takes requests for another that a header names', async () => {
    const seen: Seen[][] = [[], []];
    const [first] = await consecutive(seen);
    const options = { ranks: 2, ownHost: '10.0.0.7' };
    const { ports } = await sidecarOf(first!, policyOf('nixlv2'), options);
    expect(ports).toHaveLength(2);
    await post(ports[1]!, { ...CHAT, user: 'by port' });
    await post(
      ports[0]!,
      { ...CHAT, user: 'by header' },
      { 'x-data-parallel-host-port': `10.0.0.7:${ports[1]}` },
    );
    await post(ports[0]!, { ...CHAT, user: 'first' });
    expect(seen.map((calls) => calls.map(({ body }) => body['user']))).toEqual([
      ['first'],
      ['by port', 'by header'],
    ]);
    for (const named of [`10.0.0.8:${ports[1]}`, '10.0.0.7:1', 'nonsense'])
      expect((await post(ports[0]!, CHAT, { 'x-data-parallel-host-port': named })).status).toBe(400);
  });
});

/** Two noting servers at consecutive ports: tried until the one after a free port is free too. */
async function consecutive(seen: readonly Seen[][]): Promise<string[]> {
  for (;;) {
    const first = await noting(seen[0]!, ok);
    const server = createServer((message, response) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        seen[1]!.push({ path: message.url ?? '', headers: message.headers, body });
        ok(response);
      });
    });
    const port = Number(first.split(':')[1]) + 1;
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return [first, `127.0.0.1:${port}`];
  }
}
