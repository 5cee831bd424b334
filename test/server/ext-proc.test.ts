import { Client, credentials, status } from '@grpc/grpc-js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ExtProcServer, HEALTH } from '../../src/server/ext-proc/ext-proc-server.ts';
import type { ProcessingResponse } from '../../src/server/ext-proc/protos.ts';
import type { LiveRouter, LiveRouterOptions } from '../../src/server/live-router.ts';
import { CHAT, liveRouterOf, until } from './fixtures.ts';
import { headers, openStream, type ProxyStream } from './proxy-stream.ts';

const DUPLEX = { request_body_mode: 'FULL_DUPLEX_STREAMED', response_body_mode: 'FULL_DUPLEX_STREAMED' };

/** A picker over endpoints that are never scraped, and a client of it. */
async function picker(
  addresses: readonly string[],
  options: Partial<LiveRouterOptions> = {},
  isReady: () => boolean = () => true,
): Promise<{ live: LiveRouter; client: Client; server: ExtProcServer }> {
  const live = liveRouterOf(addresses, { scrapeIntervalMs: 60_000, ...options });
  const server = new ExtProcServer(live, { bodyLimitBytes: 200_000, tls: null, isReady });
  const port = await server.listen(0, '127.0.0.1');
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(async () => {
    client.close();
    await server.drain(0);
  });
  return { live, client, server };
}

const POST = { ':method': 'POST', ':path': '/v1/chat/completions', 'x-request-id': 'r1' };

/** Headers that a reply sets, by name. */
function set(reply: ProcessingResponse, kind: string): Record<string, string> {
  const part = reply[kind] as { response: { header_mutation: { set_headers?: WireSet[] } } };
  const list = part.response.header_mutation.set_headers ?? [];
  return Object.fromEntries(list.map(({ header }) => [header.key, Buffer.from(header.raw_value).toString()]));
}

interface WireSet {
  readonly header: { readonly key: string; readonly raw_value: Uint8Array };
}

/** Bytes of the streamed body parts of a phase, and whether the last one ended the stream. */
function streamed(
  replies: readonly ProcessingResponse[],
  kind: string,
): { sizes: number[]; text: string; ends: boolean[] } {
  const parts = replies.flatMap((reply) => (reply[kind] === undefined ? [] : [reply[kind] as StreamedPart]));
  const chunks = parts.map((part) => part.response.body_mutation.streamed_response);
  return {
    sizes: chunks.map((chunk) => chunk.body?.length ?? 0),
    text: Buffer.concat(chunks.map((chunk) => chunk.body ?? new Uint8Array())).toString(),
    ends: chunks.map((chunk) => chunk.end_of_stream ?? false),
  };
}

interface StreamedPart {
  readonly response: {
    readonly body_mutation: { readonly streamed_response: { body?: Uint8Array; end_of_stream?: boolean } };
  };
}

function ask(one: ProxyStream, body: unknown, extra: Record<string, string> = {}, metadata?: unknown): void {
  one.send({ request_headers: headers({ ...POST, ...extra }), protocol_config: DUPLEX });
  const text = Buffer.from(JSON.stringify(body));
  one.send({
    request_body: { body: text.subarray(0, 10), end_of_stream: false },
    metadata_context: { filter_metadata: metadata as never },
  });
  one.send({ request_body: { body: text.subarray(10), end_of_stream: true } });
}

describe('the Envoy endpoint picker', () => {
  test('answers with headers, then the body in chunks, naming the endpoint in header and metadata', async () => {
    const { client, live } = await picker(['10.0.0.1:8000']);
    const one = openStream(client);
    const body = { ...CHAT, messages: [{ role: 'user', content: 'x'.repeat(130_000) }] };
    ask(one, body, { 'x-prefiller-host-port': 'evil:1' });
    await until(() => streamed(one.replies, 'request_body').ends.includes(true));
    const [first] = one.replies;
    expect(set(first!, 'request_headers')).toMatchObject({
      'x-gateway-destination-endpoint': '10.0.0.1:8000',
      'x-request-id': 'r1',
      'content-length': String(JSON.stringify(body).length),
    });
    expect(first).toMatchObject({
      request_headers: {
        response: { clear_route_cache: true, header_mutation: { remove_headers: ['x-prefiller-host-port'] } },
      },
      dynamic_metadata: {
        fields: {
          'envoy.lb': {
            structValue: { fields: { 'x-gateway-destination-endpoint': { stringValue: '10.0.0.1:8000' } } },
          },
        },
      },
    });
    const { sizes, text, ends } = streamed(one.replies, 'request_body');
    expect(sizes.slice(0, 2)).toEqual([62_000, 62_000]);
    expect(ends).toEqual([false, false, true]);
    expect(JSON.parse(text)).toEqual(body);
    expect(live.inFlight).toBe(1);

    one.send({ response_headers: headers({ ':status': '200', 'content-type': 'text/event-stream' }) });
    one.send({ response_body: { body: Buffer.from('data: {"choices":[]}\n\n'), end_of_stream: false } });
    await until(() => streamed(one.replies, 'response_body').text !== '');
    expect(one.ended).toBeNull();
    const usage = 'data: {"usage":{"prompt_tokens":9,"completion_tokens":4}}\n\n';
    one.send({ response_body: { body: Buffer.from(usage), end_of_stream: true } });
    await until(() => one.ended !== null);
    expect(one.ended!.code).toBe(status.OK);
    const answered = one.replies.find((reply) => reply['response_headers'] !== undefined)!;
    expect(set(answered, 'response_headers')).toMatchObject({ 'x-went-into-resp-headers': 'true' });
    expect(streamed(one.replies, 'response_body').text).toBe(`data: {"choices":[]}\n\n${usage}`);
    expect(live.inFlight).toBe(0);
    expect(live.metricsText()).toMatch(/llm_d_epp_request_output_tokens_sum\{[^}]*} 4\n/);
  });

  test('honours the subset hint; an empty one refuses with 503 and the reason', async () => {
    const { client } = await picker(['10.0.0.1:8000', '10.0.0.2:8000']);
    const hint = (values: string[]): unknown => ({
      'envoy.lb.subset_hint': {
        fields: {
          'x-gateway-destination-endpoint-subset': {
            listValue: { values: values.map((stringValue) => ({ stringValue })) },
          },
        },
      },
    });
    for (let i = 0; i < 8; i++) {
      const one = openStream(client);
      ask(one, CHAT, {}, hint(['10.0.0.2:8000']));
      await until(() => one.replies.length > 0);
      expect(set(one.replies[0]!, 'request_headers')['x-gateway-destination-endpoint']).toBe('10.0.0.2:8000');
      one.cancel();
    }
    const none = openStream(client);
    ask(none, CHAT, {}, hint([]));
    await until(() => none.ended !== null);
    expect(none.replies).toMatchObject([
      {
        immediate_response: {
          status: { code: 503 },
          headers: { set_headers: [{}, { header: { key: 'x-llm-d-request-dropped-reason' } }] },
        },
      },
    ]);
  });

  test('bad bodies, long bodies and wrong modes are refused with what is wrong', async () => {
    const { client, live } = await picker(['10.0.0.1:8000']);
    const bad = openStream(client);
    bad.send({ request_headers: headers(POST), protocol_config: DUPLEX });
    bad.send({ request_body: { body: Buffer.from('{"model":'), end_of_stream: true } });
    await until(() => bad.ended !== null);
    expect(bad.replies).toMatchObject([{ immediate_response: { status: { code: 400 } } }]);

    const long = openStream(client);
    long.send({ request_headers: headers(POST), protocol_config: DUPLEX });
    for (let i = 0; i < 5; i++)
      long.send({ request_body: { body: Buffer.alloc(50_000), end_of_stream: false } });
    await until(() => long.ended !== null);
    expect(long.replies).toMatchObject([{ immediate_response: { status: { code: 413 } } }]);

    const buffered = openStream(client);
    const protocol_config = { request_body_mode: 'BUFFERED' };
    buffered.send({ request_headers: headers(POST), protocol_config });
    await until(() => buffered.ended !== null);
    expect(buffered.ended).toMatchObject({ code: status.FAILED_PRECONDITION });
    expect(buffered.ended!.details).toContain('FULL_DUPLEX_STREAMED');

    const early = openStream(client);
    early.send({ response_headers: headers({ ':status': '200' }) });
    await until(() => early.ended !== null);
    expect(early.ended!.code).toBe(status.INVALID_ARGUMENT);
    expect(live.metricsText()).toContain('llm_d_epp_extproc_streams_total{code="FAILED_PRECONDITION"} 1\n');
    expect(live.inFlight).toBe(0);
  });

  test('a request without a body goes to any endpoint; a stream that breaks off releases its place', async () => {
    const { client, live } = await picker(['10.0.0.1:8000']);
    const get = openStream(client);
    get.send({ request_headers: headers({ ':method': 'GET', ':path': '/v1/models' }, true) });
    await until(() => get.replies.length === 1);
    expect(set(get.replies[0]!, 'request_headers')['x-gateway-destination-endpoint']).toBe('10.0.0.1:8000');
    // The answer passes: Envoy would lose its body if the stream ended now.
    expect(get.ended).toBeNull();
    get.send({ response_headers: headers({ ':status': '200' }) });
    get.send({ response_body: { body: Buffer.from('{"data":'), end_of_stream: false } });
    get.send({ response_body: { body: Buffer.from('[]}'), end_of_stream: true } });
    await until(() => get.ended !== null);
    expect(streamed(get.replies, 'response_body')).toMatchObject({
      text: '{"data":[]}',
      ends: [false, true],
    });

    const broken = openStream(client);
    ask(broken, CHAT);
    await until(() => live.core.router.inFlight === 1);
    broken.cancel();
    await until(() => live.inFlight === 0 && live.core.router.inFlight === 0);

    const halfClosed = openStream(client);
    ask(halfClosed, CHAT);
    await until(() => live.core.router.inFlight === 1);
    halfClosed.halfClose();
    await until(() => live.inFlight === 0 && live.core.router.inFlight === 0);
    await until(() => live.metricsText().includes('llm_d_epp_extproc_streams_inflight 0\n'));
    const page = live.metricsText();
    expect(page).toContain('llm_d_epp_extproc_streams_total{code="OK"} 1\n');
    expect(page).toContain('llm_d_epp_extproc_streams_total{code="CANCELLED"} 2\n');
    expect(page).toContain('llm_d_epp_extproc_stream_duration_seconds_count{code="CANCELLED"} 2\n');
  });

  test('of data-parallel ranks the primary port is the destination, in both forms, and a header names the rank', async () => {
    const config = {
      apiVersion: 'llm-d.ai/v1alpha1',
      kind: 'EndpointPickerConfig',
      plugins: [
        { type: 'queue-scorer' },
        { type: 'data-parallel-profile-handler', parameters: { primaryPort: 8000 } },
      ],
      schedulingProfiles: [{ name: 'default', plugins: [{ pluginRef: 'queue-scorer' }] }],
    };
    const { client } = await picker(['10.0.0.7:8003'], { config });
    const one = openStream(client);
    ask(one, CHAT);
    await until(() => one.replies.length > 0);
    expect(set(one.replies[0]!, 'request_headers')).toMatchObject({
      'x-data-parallel-host-port': '10.0.0.7:8003',
      'x-gateway-destination-endpoint': '10.0.0.7:8000',
    });
    expect(JSON.stringify(one.replies[0]!['dynamic_metadata'])).toContain('"10.0.0.7:8000"');
  });

  test('a rewritten model name is put back into the answer', async () => {
    const { client } = await picker(['10.0.0.1:8000']);
    const one = openStream(client);
    ask(one, CHAT, { 'x-llm-d-model-name-rewrite': 'm-v2' });
    await until(() => streamed(one.replies, 'request_body').ends.includes(true));
    expect(JSON.parse(streamed(one.replies, 'request_body').text).model).toBe('m-v2');
    one.send({ response_headers: headers({ ':status': '200', 'content-length': '15' }) });
    one.send({ response_body: { body: Buffer.from('{"model": "m-v2"}'), end_of_stream: true } });
    await until(() => one.ended !== null);
    expect(streamed(one.replies, 'response_body').text).toBe('{"model": "m"}');
    const head = one.replies.find((reply) => reply['response_headers'] !== undefined);
    expect(head).toMatchObject({
      response_headers: { response: { header_mutation: { remove_headers: ['content-length'] } } },
    });
  });

  test('health tells readiness; liveness is always served', async () => {
    let isReady = false;
    const { client } = await picker(['10.0.0.1:8000'], {}, () => isReady);
    const check = (service: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = HEALTH.check;
        client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service }, (error, answer) => {
          if (error === null) resolve(answer!.status);
          else reject(error);
        });
      });
    const services = ['', 'liveness', 'readiness', 'envoy.service.ext_proc.v3.ExternalProcessor'];
    const all = (): Promise<string[]> => Promise.all(services.map(check));
    expect(await all()).toEqual(['NOT_SERVING', 'SERVING', 'NOT_SERVING', 'NOT_SERVING']);
    isReady = true;
    expect(await all()).toEqual(['SERVING', 'SERVING', 'SERVING', 'SERVING']);
  });
});
