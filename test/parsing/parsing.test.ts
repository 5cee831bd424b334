import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/core/check.ts';
import { ESTIMATE_DEFAULTS, videoHints, videoTokens } from '../../src/parsing/estimate.ts';
import { goJson } from '../../src/parsing/go-json.ts';
import { base64Payload, imageSize } from '../../src/parsing/image-size.ts';
import { DEFAULT_PARSERS, PARSERS } from '../../src/parsing/parsers.ts';
import { estimateText, PseudoTokens } from '../../src/parsing/pseudo-tokens.ts';
import { RequestBuilder } from '../../src/parsing/request-builder.ts';
import { createBlockKeyer } from '../../src/prefix/block-keys.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import { decimals } from '../prefix/lanes.ts';

const NO_CAP = Number.POSITIVE_INFINITY;

function builder(parsers: readonly string[] = DEFAULT_PARSERS): RequestBuilder {
  return new RequestBuilder({
    parsers,
    estimate: ESTIMATE_DEFAULTS,
    keyer: createBlockKeyer('cbor-fnv', '0'),
    objectives: new Map([['batch', -5]]),
  });
}

function result(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  parsers = DEFAULT_PARSERS,
) {
  return builder(parsers).build({
    id: 1,
    requestId: 'r1',
    headers: new Map(Object.entries(headers)),
    path,
    body,
    sizeBytes: 10,
    arrivalUs: 0,
    subset: null,
  });
}

function request(...args: Parameters<typeof result>): InferenceRequest {
  const outcome = result(...args);
  if ('rejection' in outcome) throw new Error(outcome.rejection.message);
  return outcome.built.request;
}

const user = (content: unknown) => ({ model: 'm1', messages: [{ role: 'user', content }] });

/** Number of tokens that the estimate gives a text. */
const words = (text: string): number => Math.ceil(new TextEncoder().encode(text).length / 4);

describe('estimated tokens', () => {
  test('role and content make pseudo-tokens of four bytes, and one 64-token block key', () => {
    expect(Array.from(estimateText('userhello world').tokens)).toEqual([
      1919251317, 1819043176, 1870078063, 6581362,
    ]);
    const { prompt } = request('/v1/chat/completions', user('hello world'));
    expect(prompt.tokens).toBe(4);
    expect(decimals(prompt.approximateKeys(64, NO_CAP))).toEqual(['518720352505752942']);
    expect(prompt.preciseKeys(16)).toBeNull();
  });

  test('tools come first, as Go writes them; names and tool calls do not count', () => {
    const tools = [{ type: 'function', function: { name: 'f', description: 'a<b' } }];
    const messages = [{ role: 'user', name: 'bob', content: 'hi', tool_calls: [{ id: 'x' }] }];
    const { prompt } = request('/v1/chat/completions', { model: 'm1', tools, messages });
    const text = '[{"function":{"description":"a\\u003cb","name":"f"},"type":"function"}]userhi';
    expect(prompt.tokens).toBe(words(text));
  });

  test('an image of unknown size counts 225 tokens from a token boundary on', () => {
    const content = [
      { type: 'text', text: 'x' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    ];
    const { prompt, multimodal } = request('/v1/chat/completions', user(content));
    expect(prompt.tokens).toBe(words('userx') + 225);
    expect(multimodal?.hashes).toHaveLength(1);
    expect(multimodal?.hashes[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  test('text after an asset starts at a token boundary, and the asset repeats the low word of its hash', () => {
    const tokens = new PseudoTokens();
    tokens.text('abcde');
    tokens.asset('u', 3);
    tokens.text('wxyz');
    const { tokens: ids, items } = tokens.finish();
    const low = Number(`0x${items[0]!.hash.slice(8)}`);
    expect(Array.from(ids)).toEqual([0x64636261, 0x65, low, low, low, 0x7a797877]);
    expect(items).toEqual([{ hash: items[0]!.hash, firstToken: 2, tokens: 3 }]);
  });

  test('a base64 image counts a token per 1024 pixels', () => {
    // Header of a 64 x 32 PNG.
    const header = [
      0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 64, 0, 0, 0, 32,
    ];
    const url = `data:image/png;base64,${Buffer.from(header).toString('base64')}`;
    expect(imageSize(base64Payload(url)!)).toEqual({ width: 64, height: 32 });
    const content = [{ type: 'image_url', image_url: { url } }];
    expect(request('/v1/chat/completions', user(content)).prompt.tokens).toBe(1 + 2);
  });

  test.each([
    ['GIF', [0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x40, 0x01, 0xf0, 0x00]],
    ['JPEG', [0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 0xf0, 1, 0x40, 3, 0, 0, 0]],
  ])('reads the size of a %s', (_, bytes) => {
    expect(imageSize(Buffer.from(bytes).toString('base64'))).toEqual({ width: 320, height: 240 });
  });

  test('a video counts frames times tokens per frame, and headers override both', () => {
    expect(videoTokens(ESTIMATE_DEFAULTS, videoHints(new Map()))).toBe(10 * 2 * 225);
    const headers = new Map([
      ['x-llm-d-video-duration-seconds', '3'],
      ['x-llm-d-video-fps', '4'],
      ['x-llm-d-video-resolution', '64x32'],
    ]);
    expect(videoTokens(ESTIMATE_DEFAULTS, videoHints(headers))).toBe(3 * 4 * 2);
  });

  test('responses, conversations and embeddings count the JSON of their input', () => {
    const responses = { model: 'm', input: 'hi', instructions: 'be kind' };
    expect(request('/v1/responses', responses).prompt.tokens).toBe(
      words('[{"instructions":"be kind"},{"input":"hi"}]'),
    );
    expect(request('/v1/embeddings', { model: 'm', input: 'hi' }).prompt.tokens).toBe(words('"hi"'));
    expect(request('/v1/conversations', { model: 'm', items: ['a'] }).prompt.tokens).toBe(words('["a"]'));
  });

  test('Anthropic messages count system text, tool use and tool results', () => {
    const body = {
      model: 'm',
      max_tokens: 7,
      system: [{ type: 'text', text: 'sys' }],
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'i', name: 'n', input: { b: 1, a: 2 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'i', content: 'ok' }] },
      ],
    };
    const built = request('/v1/messages', body);
    expect(built.prompt.tokens).toBe(words('sysuserhiassistantin{"a":2,"b":1}userok'));
    expect(built.maxOutputTokens).toBe(7);
  });
});

describe('token ids', () => {
  const tokens = [1, 2, 3, 4, 5, 6, 7, 8];

  test('pass through unchanged and give precise keys', () => {
    const { prompt } = request('/inference/v1/generate', { model: 'm1', token_ids: tokens });
    expect(prompt.tokens).toBe(8);
    expect(decimals(prompt.preciseKeys(4)!)).toEqual(['17738554976293392485', '16047671841901358151']);
    const completion = request('/v1/completions', { model: 'm1', prompt: tokens });
    expect(completion.prompt.preciseKeys(4)).toEqual(prompt.preciseKeys(4));
  });

  test('the cache salt changes the keys of both indexes', () => {
    const plain = request('/v1/completions', { model: 'm1', prompt: tokens.slice(0, 4) });
    const salted = request('/v1/completions', { model: 'm1', prompt: tokens.slice(0, 4), cache_salt: 's' });
    expect(decimals(salted.prompt.approximateKeys(4, NO_CAP))).toEqual(['17681140618734313588']);
    expect(salted.prompt.preciseKeys(4)).not.toEqual(plain.prompt.preciseKeys(4));
  });

  test('only blocks that an item overlaps get its hash', () => {
    const features = {
      mm_hashes: { image: ['abc'] },
      mm_placeholders: { image: [{ offset: 4, length: 2 }] },
    };
    const plain = request('/inference/v1/generate', { model: 'm1', token_ids: tokens });
    const mixed = request('/inference/v1/generate', { model: 'm1', token_ids: tokens, features });
    const [a, b] = [decimals(plain.prompt.preciseKeys(4)!), decimals(mixed.prompt.preciseKeys(4)!)];
    expect(b[0]).toBe(a[0]);
    expect(b[1]).not.toBe(a[1]);
    expect(mixed.multimodal?.hashes).toEqual(['abc']);
  });

  test('several prompts add up, each capped and chained for itself', () => {
    const many = request('/v1/completions', { model: 'm1', prompt: [tokens, tokens] }).prompt;
    const one = request('/v1/completions', { model: 'm1', prompt: tokens }).prompt;
    expect(many.tokens).toBe(16);
    const keys = decimals(one.approximateKeys(4, 1));
    expect(decimals(many.approximateKeys(4, 1))).toEqual([...keys, ...keys]);
  });

  test('SGLang takes flat input ids, and no model', () => {
    const parsers = ['sglanghttp-parser'];
    const built = request(
      '/generate',
      { input_ids: tokens, sampling_params: { max_new_tokens: 3 } },
      {},
      parsers,
    );
    expect(built).toMatchObject({ model: '', maxOutputTokens: 3 });
  });
});

describe('paths and refusals', () => {
  test.each([
    ['/v1/chat/completions', {}, /messages/],
    ['/v1/chat/completions', { model: 'm', messages: [] }, /messages/],
    ['/v1/completions', { model: 'm' }, /prompt/],
    ['/v1/completions', { model: 'm', prompt: [1, 'a'] }, /prompt/],
    ['/v1/embeddings', { model: 'm' }, /input/],
    ['/v1/conversations', { model: 'm', items: [] }, /items/],
    ['/inference/v1/generate', { model: 'm' }, /token_ids/],
    ['/v1/messages', { model: 'm' }, /messages/],
    ['/v1/completions', { prompt: 'x' }, /model not found/],
    ['/v1/completions', '{"prompt": ', /invalid request body/],
    ['/v1/completions', [], /not a JSON object/],
  ])('%s with %j is a 400', (path, body, message) => {
    const outcome = result(path, body);
    expect(outcome).toMatchObject({ rejection: { status: 400, code: 'BadRequest', reason: null } });
    if ('rejection' in outcome) expect(outcome.rejection.message).toMatch(message);
  });

  test('the longest claimed suffix wins and the query does not count', () => {
    expect(request('/v1/chat/completions?x=completions', user('hello world')).prompt.tokens).toBe(4);
    const counted = result('/v1/messages/count_tokens', user('hi'));
    expect(counted).toMatchObject({ built: { skipResponse: true } });
  });

  test('an unclaimed path goes to the fallback parser, or is a 400 without one', () => {
    expect(request('/foo', 'anything').prompt.tokens).toBe(0);
    expect(result('/foo', {}, {}, ['openai-parser'])).toMatchObject({ rejection: { status: 400 } });
  });

  test('parsers listed after the passthrough parser are ignored', () => {
    const parsers = ['passthrough-parser', 'openai-parser'];
    expect(request('/v1/chat/completions', user('hello world'), {}, parsers).model).toBe('');
  });

  test('a gRPC call is refused, since its body cannot be read', () => {
    const outcome = result('/vllm.grpc.engine.VllmEngine/Generate', {}, {}, ['vllmgrpc-parser']);
    expect(outcome).toMatchObject({ rejection: { status: 400 } });
  });

  test('without a path the headers of proxies name it', () => {
    const body = { model: 'm1', prompt: 'abcd' };
    expect(request('', body).prompt.tokens).toBe(1);
    expect(
      request('', user('hello world'), { 'x-original-path': '/v1/chat/completions' }).prompt.tokens,
    ).toBe(4);
  });

  test('headers give objective, fairness, model, id and subset', () => {
    const built = request(
      '/v1/completions',
      { model: 'm1', prompt: 'abcd' },
      {
        'x-gateway-inference-objective': 'batch',
        'x-llm-d-inference-fairness-id': 'tenant',
        'x-llm-d-model-name-rewrite': 'm2',
        'x-request-id': 'abc',
        'x-gateway-destination-endpoint-subset': '10.0.0.1:80, 10.0.0.2',
      },
    );
    expect(built).toMatchObject({
      priority: -5,
      fairnessId: 'tenant',
      model: 'm2',
      incomingModel: 'm1',
      requestId: 'abc',
      subset: ['10.0.0.1:80', '10.0.0.2'],
    });
    expect(request('/v1/completions', { model: 'm1', prompt: 'x' })).toMatchObject({
      priority: 0,
      fairnessId: 'default-flow',
      subset: null,
    });
  });

  test('an unknown parser type names the nearest known one', () => {
    expect(() => builder(['openai-parsr'])).toThrow(ConfigError);
    expect(() => builder(['openai-parsr'])).toThrow(/openai-parser/);
    expect(PARSERS.map((parser) => parser.type)).toEqual(expect.arrayContaining([...DEFAULT_PARSERS]));
  });
});

describe('JSON as Go writes it', () => {
  test.each([
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    ['<a>&\u2028', '"\\u003ca\\u003e\\u0026\\u2028"'],
    ['\ud800x', '"\ufffdx"'],
    [[1e21, 1e-7, -0, 0.5], '[1e+21,1e-7,-0,0.5]'],
    [{ '\ufb00': 1, '\u{1f600}': 2 }, '{"\ufb00":1,"\u{1f600}":2}'],
  ])('%j', (value, text) => {
    expect(goJson(value)).toBe(text);
  });

  test('says the same thing as the value it was given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // As it comes over the wire: without -0, which JSON.stringify writes as 0 and Go as -0.
        const received = JSON.parse(JSON.stringify(value));
        expect(JSON.parse(goJson(received))).toEqual(received);
      }),
    );
  });
});
