/** Both legs of disaggregated requests, with hand-made model servers, a sidecar, and emulated engines. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LiveFleet } from '../../sim/cli/emulate/live-fleet.ts';
import { buildFleet } from '../../sim/cluster/fleet.ts';
import { CONNECTORS } from '../../src/server/disaggregation/connectors.ts';
import type { DisaggregationPolicy } from '../../src/server/disaggregation/two-legs.ts';
import { Gateway } from '../../src/server/gateway.ts';
import { Sidecar } from '../../src/server/sidecar.ts';
import { parseExposition } from '../../src/server/telemetry/prometheus.ts';
import { CHAT, deadAddress, liveRouterOf, modelServer, post, until } from './fixtures.ts';

const POLICY: DisaggregationPolicy = {
  connector: CONNECTORS['nixlv2']!,
  prefillRetries: 0,
  prefillBackoffMs: 1,
  prefillTimeoutMs: 2000,
  fallback: 'none',
  bootstrapPort: 8998,
  encoderConnector: 'none',
  pullsFromPeers: false,
  peerPort: () => 7777,
  decodeChunkTokens: 0,
};

const PARAMS = { do_remote_prefill: true, remote_engine_id: 'e', remote_block_ids: [1, 2] };

interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}

/** A model server that notes what it gets and answers as it is told. */
async function noting(
  seen: Seen[],
  reply: (response: ServerResponse, call: number) => void,
): Promise<string> {
  return await modelServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      if (message.method === 'GET') {
        response.end('passed through');
        return;
      }
      seen.push({ headers: message.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      reply(response, seen.length - 1);
    });
  });
}

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const prefilled = (response: ServerResponse): void =>
  json(response, {
    kv_transfer_params: PARAMS,
    usage: { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 7 } },
  });

const decoded = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: {"choices":[{"delta":{"content":"a"}}]}\n\n');
  response.end(
    'data: {"usage":{"prompt_tokens":9,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":9}}}\n\n',
  );
};

async function sidecarOf(
  modelAddress: string,
  prefillers: readonly string[],
  policy: Partial<DisaggregationPolicy> = {},
): Promise<number> {
  const sidecar = new Sidecar({
    modelServer: modelAddress,
    isPeer: (address) => prefillers.includes(address),
    policy: { ...POLICY, ...policy },
    bodyLimitBytes: 100_000,
    idleTimeoutMs: 2000,
  });
  onTestFinished(() => sidecar.drain(0));
  return await sidecar.listen(0, '127.0.0.1');
}

const ASKED = { ...CHAT, max_tokens: 50, max_completion_tokens: 50, min_tokens: 2, stream: true };
const STREAMED = { ...ASKED, stream_options: { include_usage: true } };

describe('the sidecar', () => {
  test('prefills one token, hands the transfer parameters to decode, and tells the cache hits of prefill', async () => {
    const [prefills, decodes]: [Seen[], Seen[]] = [[], []];
    const prefiller = await noting(prefills, prefilled);
    const port = await sidecarOf(await noting(decodes, decoded), [prefiller]);
    const answer = await post(port, STREAMED, { 'x-prefiller-host-port': `${prefiller},10.0.0.9:1` });
    expect(answer.status).toBe(200);
    expect(prefills[0]!.body).toEqual({
      ...ASKED,
      max_tokens: 1,
      max_completion_tokens: 1,
      min_tokens: 1,
      stream: false,
      kv_transfer_params: {
        do_remote_decode: true,
        do_remote_prefill: false,
        remote_engine_id: null,
        remote_block_ids: null,
        remote_host: null,
        remote_port: null,
      },
    });
    expect(decodes[0]!.body).toEqual({ ...STREAMED, kv_transfer_params: PARAMS });
    expect(decodes[0]!.headers['x-request-id']).toBe(prefills[0]!.headers['x-request-id']);
    expect(decodes[0]!.headers['x-prefiller-host-port']).toBeUndefined();
    expect(answer.text).toContain('"cached_tokens":7');
    expect(answer.text).not.toContain('"cached_tokens":9');
  });

  test('asks listed prefill servers only; everything else passes through', async () => {
    const [prefills, decodes]: [Seen[], Seen[]] = [[], []];
    const prefiller = await noting(prefills, prefilled);
    const port = await sidecarOf(await noting(decodes, decoded), []);
    const forged = await post(port, CHAT, { 'x-prefiller-host-port': prefiller });
    expect(forged.status).toBe(403);
    expect(prefills).toHaveLength(0);
    expect((await post(port, CHAT)).text).toContain('completion_tokens');
    expect(decodes[0]!.body).toEqual(CHAT);
    expect(await (await fetch(`http://127.0.0.1:${port}/health`)).text()).toBe('passed through');
  });

  test('tries 502, 503 and 504 again, and hands a final failure of prefill to the client', async () => {
    const [prefills, decodes]: [Seen[], Seen[]] = [[], []];
    const flaky = await noting(prefills, (response, call) => {
      if (call < 2) json(response, { error: 'busy' }, 503);
      else prefilled(response);
    });
    const modelAddress = await noting(decodes, decoded);
    const header = { 'x-prefiller-host-port': flaky };
    const patient = await sidecarOf(modelAddress, [flaky], { prefillRetries: 2 });
    expect((await post(patient, CHAT, header)).status).toBe(200);
    expect(prefills).toHaveLength(3);

    const bad: Seen[] = [];
    const refusing = await noting(bad, (response) => json(response, { error: 'too long' }, 400));
    const strict = await sidecarOf(modelAddress, [refusing], { prefillRetries: 2 });
    const refused = await post(strict, CHAT, { 'x-prefiller-host-port': refusing });
    expect(refused).toMatchObject({ status: 400, text: '{"error":"too long"}' });
    expect(bad).toHaveLength(1);

    const dead = await deadAddress();
    const lost = await sidecarOf(modelAddress, [dead]);
    expect((await post(lost, CHAT, { 'x-prefiller-host-port': dead })).status).toBe(502);
    expect(decodes).toHaveLength(1);
  });

  test('with local fallback the decode side computes the prompt when prefill fails or takes too long', async () => {
    const decodes: Seen[] = [];
    const modelAddress = await noting(decodes, decoded);
    const silent = await noting([], () => {});
    const options = { fallback: 'local', prefillTimeoutMs: 50 } as const;
    const port = await sidecarOf(modelAddress, [silent], options);
    const answer = await post(port, CHAT, { 'x-prefiller-host-port': silent });
    expect(answer.status).toBe(200);
    expect(decodes[0]!.body).toEqual(CHAT);
  });

  test('SGLang legs are sent at once and share a bootstrap room of their own', async () => {
    const [prefills, decodes]: [Seen[], Seen[]] = [[], []];
    // Prefill answers only after decode has been asked.
    const prefiller = await noting(prefills, (response) => {
      void until(() => decodes.length === prefills.length).then(() => json(response, {}));
    });
    const policy = { connector: CONNECTORS['sglang']! };
    const port = await sidecarOf(await noting(decodes, decoded), [prefiller], policy);
    for (let i = 0; i < 2; i++) {
      expect((await post(port, CHAT, { 'x-prefiller-host-port': prefiller })).status).toBe(200);
      expect(prefills[i]!.body).toEqual(decodes[i]!.body);
      expect(decodes[i]!.body).toMatchObject({ bootstrap_host: '127.0.0.1', bootstrap_port: 8998 });
    }
    expect(decodes[0]!.body['bootstrap_room']).not.toBe(decodes[1]!.body['bootstrap_room']);
  });

  test('shared storage: decode is tried first, and prefill only when too little is cached', async () => {
    const [prefills, decodes]: [Seen[], Seen[]] = [[], []];
    const prefiller = await noting(prefills, (response) => json(response, {}));
    let isCached = false;
    const modelAddress = await noting(decodes, (response, call) => {
      if (isCached || call > 0) decoded(response);
      else {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end('data: {"choices":[{"finish_reason":"cache_threshold"}]}\n\n');
      }
    });
    const policy = { connector: CONNECTORS['shared-storage']! };
    const port = await sidecarOf(modelAddress, [prefiller], policy);
    const body = { ...CHAT, stream: true, max_tokens: 9, cache_hit_threshold: 0.8 };
    const answer = await post(port, body, { 'x-prefiller-host-port': prefiller });
    expect(answer.text).toContain('completion_tokens');
    expect(answer.text).not.toContain('cache_threshold');
    expect(decodes.map((seen) => seen.body['cache_hit_threshold'])).toEqual([0.8, 0]);
    expect(prefills[0]!.body).toMatchObject({ cache_hit_threshold: 0, max_tokens: 1, stream: false });
    isCached = true;
    await post(port, body, { 'x-prefiller-host-port': prefiller });
    expect(prefills).toHaveLength(1);
    expect(decodes).toHaveLength(3);
  });
});

const PD_CONFIG = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'disagg-profile-handler', parameters: { deciders: { prefill: 'always-disagg-pd-decider' } } },
    { type: 'always-disagg-pd-decider' },
    { type: 'prefill-filter' },
    { type: 'decode-filter' },
    { type: 'queue-scorer' },
    { type: 'max-score-picker' },
  ],
  schedulingProfiles: [
    {
      name: 'prefill',
      plugins: [
        { pluginRef: 'prefill-filter' },
        { pluginRef: 'queue-scorer' },
        { pluginRef: 'max-score-picker' },
      ],
    },
    {
      name: 'decode',
      plugins: [
        { pluginRef: 'decode-filter' },
        { pluginRef: 'queue-scorer' },
        { pluginRef: 'max-score-picker' },
      ],
    },
  ],
};

const POOL = { gpu: 'h100-sxm', model: 'llama-3.1-8b', engine: { name: 'vllm' }, replicas: 1 } as const;
const PD_POOLS = [
  { ...POOL, name: 'p', role: 'prefill' },
  { ...POOL, name: 'd', role: 'decode' },
] as const;

describe('an emulated prefill/decode fleet behind the gateway', () => {
  test('serves requests in two legs; every held block is free afterwards, also when clients leave', async () => {
    const live = await LiveFleet.start(buildFleet({ pools: [...PD_POOLS] }, undefined, 'fleet'), 4, 0);
    onTestFinished(() => live.close());
    const router = liveRouterOf([], { config: PD_CONFIG });
    router.setEndpoints(live.endpoints);
    const gateway = new Gateway(router, { bodyLimitBytes: 1e6, idleTimeoutMs: 5000, disaggregation: POLICY });
    onTestFinished(() => gateway.drain(0));
    const port = await gateway.listen(0, '127.0.0.1');
    const body = {
      model: live.servers[0]!.model,
      prompt: Array.from({ length: 200 }, (_, i) => i),
      max_tokens: 6,
      stream: true,
      stream_options: { include_usage: true },
    };
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, i) =>
        post(port, { ...body, prompt: body.prompt.map((token) => token + 500 * i) }, {}, '/v1/completions'),
      ),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(answer.text.split('"text":" token"').length - 1).toBe(6);
    }
    const [prefill, decode] = live.servers;
    expect(prefill!.engine.totals).toMatchObject({ succeeded: 5, generatedTokens: 5 });
    expect(decode!.engine.totals).toMatchObject({ succeeded: 5, generatedTokens: 30 });

    const abort = new AbortController();
    const long = JSON.stringify({ ...body, max_tokens: 100_000 });
    const url = `http://127.0.0.1:${port}/v1/completions`;
    await fetch(url, { method: 'POST', body: long, signal: abort.signal });
    abort.abort();
    const usage = async (address: string): Promise<number> => {
      const page = await (await fetch(`http://${address}/metrics`)).text();
      return parseExposition(page).find((one) => one.name === 'vllm:kv_cache_usage_perc')!.value;
    };
    for (const { address } of live.endpoints) {
      let used = 1;
      for (let i = 0; i < 200 && used > 0; i++) used = await usage(address);
      expect(used).toBe(0);
    }
    await until(() => router.inFlight === 0);
  });
});
