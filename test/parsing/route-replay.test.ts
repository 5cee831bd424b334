import { describe, expect, test } from 'vitest';
import { answerLine } from '../../sim/cli/route/decision-lines.ts';
import type { CompletionLine, ReplayLine, RequestLine } from '../../sim/cli/route/inputs.ts';
import { Replay, type Replayed } from '../../sim/cli/route/replay.ts';
import { createStreams } from '../../sim/kernel/streams.ts';
import { builderOptions } from '../../src/parsing/builder-config.ts';
import { RequestBuilder } from '../../src/parsing/request-builder.ts';
import { createRouter } from '../../src/router.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';

const HEAD = { apiVersion: 'llm-d.ai/v1alpha1', kind: 'EndpointPickerConfig' };

interface Answer {
  readonly status: number | null;
  readonly reason?: string;
  readonly profiles: Record<string, ProfileAnswer>;
  readonly headers: Record<string, string>;
}
interface ProfileAnswer {
  readonly scores: Record<string, Record<string, number>>;
  readonly equalBest: string[];
  readonly pick: string[];
}

interface Setting {
  readonly config: unknown;
  /** Waiting requests per endpoint. */
  readonly waiting: readonly number[];
  readonly objectives?: ReadonlyMap<string, number>;
  readonly seed?: number;
}

/** Replays lines over endpoints e0, e1, ... and returns answers by request id. */
function replay(setting: Setting, lines: readonly ReplayLine[]) {
  const table = new EndpointTable();
  for (const [i, waiting] of setting.waiting.entries()) {
    const row = table.add({ id: `e${i}`, address: `10.0.0.${i}:8000`, labels: {} });
    table.waiting[row] = waiting;
    table.scrapedAtUs[row] = 0;
  }
  const streams = createStreams(setting.seed ?? 1);
  const warnings: string[] = [];
  const objectives = setting.objectives ?? new Map<string, number>();
  const run = new Replay({
    table,
    builder: new RequestBuilder(builderOptions(setting.config, objectives)),
    bodilessRng: streams.open('bodiless'),
    makeRouter: (output, recorder) =>
      createRouter({
        config: setting.config,
        table,
        output,
        streams,
        recorder,
        allowExperimentalPlugins: false,
      }),
    warn: (text) => warnings.push(text),
  });
  const answerOf = (one: Replayed): Answer =>
    answerLine(one.id, one.outcome, one.decision?.profiles ?? [], table) as Answer;
  const answers = Object.fromEntries(run.run(lines).map((one) => [one.id, answerOf(one)]));
  return { answers, warnings };
}

function chat(id: string, content: string, more: Partial<RequestLine> = {}): RequestLine {
  return {
    kind: 'request',
    id,
    headers: new Map(),
    path: '/v1/chat/completions',
    body: { model: 'm', messages: [{ role: 'user', content }] },
    subset: null,
    atMs: null,
    ...more,
  };
}

function completion(complete: string): CompletionLine {
  return { kind: 'completion', complete, outputTokens: 1, cachedTokens: 0, atMs: null };
}

const QUEUE = { ...HEAD, plugins: [{ type: 'queue-scorer' }] };

describe('drydock route', () => {
  test('tells raw scores, totals, the equal-best candidates and the pick', () => {
    const config = {
      ...HEAD,
      plugins: [{ type: 'queue-scorer' }],
      schedulingProfiles: [{ name: 'p', plugins: [{ pluginRef: 'queue-scorer', weight: 2 }] }],
    };
    const { p } = replay({ config, waiting: [5, 0, 0, 10] }, [chat('r', 'hi')]).answers['r']!.profiles;
    expect(p!.scores).toEqual({
      e0: { 'queue-scorer': 0.5, total: 1 },
      e1: { 'queue-scorer': 1, total: 2 },
      e2: { 'queue-scorer': 1, total: 2 },
      e3: { 'queue-scorer': 0, total: 0 },
    });
    expect(p!.equalBest).toEqual(['e1', 'e2']);
    expect(p!.equalBest).toContain(p!.pick[0]);
  });

  test('the destination header names the pick', () => {
    const answer = replay({ config: QUEUE, waiting: [5, 0] }, [chat('r', 'hi')]).answers['r']!;
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'x-gateway-destination-endpoint': '10.0.0.1:8000' },
    });
  });

  test('the seed decides among the equal-best, and nothing else does', () => {
    const lines = Array.from({ length: 5 }, (_, i) => chat(`${i}`, 'hi'));
    const run = (seed: number) => replay({ config: QUEUE, waiting: [0, 0, 0, 0, 7], seed }, lines).answers;
    expect(run(3)).toEqual(run(3));
    const picks = new Set<string>();
    for (let seed = 0; seed < 20; seed++) picks.add(run(seed)['0']!.profiles['default']!.pick[0]!);
    expect([...picks].sort()).toEqual(['e0', 'e1', 'e2', 'e3']);
  });

  test('the clock of a line ages the state and sweeps timers before it', () => {
    const config = { ...QUEUE, featureGates: ['flowControl'], flowControl: { defaultRequestTTL: '3s' } };
    const late = chat('late', 'x', { atMs: 10_000 });
    const { answers } = replay({ config, waiting: [50] }, [chat('r', 'x'), late]);
    expect(answers['r']).toMatchObject({ status: 429, reason: 'rejected-ttl-expired' });
    expect(answers['late']).toMatchObject({ status: 429, reason: 'rejected-ttl-expired' });
  });

  test('a second request finds the prefix of the first, whole or in part', () => {
    const config = { ...HEAD, plugins: [{ type: 'prefix-cache-scorer' }, { type: 'queue-scorer' }] };
    // "user" + 1020 characters: 256 pseudo-tokens, 4 blocks of 64.
    const text = 'a'.repeat(1020);
    const half = 'a'.repeat(508) + 'b'.repeat(512);
    const { answers } = replay({ config, waiting: [0, 3] }, [
      chat('1', text),
      completion('1'),
      chat('2', text),
      chat('3', half),
    ]);
    const prefix = (id: string) =>
      ['e0', 'e1'].map((e) => answers[id]!.profiles['default']!.scores[e]!['prefix-cache-scorer']);
    expect(prefix('1')).toEqual([0, 0]);
    expect(prefix('2')).toEqual([1, 0]);
    expect(prefix('3')).toEqual([0.5, 0]);
  });

  test('in-flight counts rise with a dispatch and fall with its completion', () => {
    const config = { ...HEAD, plugins: [{ type: 'active-request-scorer' }] };
    const lines = [chat('1', 'x'), chat('2', 'y'), completion('1'), completion('2'), chat('3', 'z')];
    const { answers } = replay({ config, waiting: [0, 0] }, lines);
    const pick = (id: string) => answers[id]!.profiles['default']!.pick[0]!;
    expect(pick('2')).not.toBe(pick('1'));
    expect(answers['3']!.profiles['default']!.equalBest).toEqual(['e0', 'e1']);
  });

  test('a sheddable request is refused when the pool is saturated', () => {
    const objectives = new Map([['batch', -1]]);
    const headers = new Map([['x-llm-d-inference-objective', 'batch']]);
    const setting = { config: QUEUE, waiting: [50], objectives };
    const { answers } = replay(setting, [chat('a', 'x', { headers }), chat('b', 'x')]);
    expect(answers['a']).toMatchObject({ status: 429, headers: {} });
    expect(answers['b']!.status).toBe(200);
  });

  test('a subset that names no endpoint is a 503 with its reason', () => {
    const { answers } = replay({ config: QUEUE, waiting: [0] }, [chat('r', 'x', { subset: ['10.9.9.9'] })]);
    expect(answers['r']).toMatchObject({
      status: 503,
      reason: 'rejected-no-endpoints',
      headers: { 'x-llm-d-request-dropped-reason': 'rejected-no-endpoints' },
    });
  });

  test('a bad body is a 400, a missing one goes anywhere', () => {
    const lines = [chat('bad', '', { body: { model: 'm' } }), chat('none', '', { body: undefined })];
    const { answers } = replay({ config: QUEUE, waiting: [0, 0] }, lines);
    expect(answers['bad']!.status).toBe(400);
    expect(answers['none']).toMatchObject({ status: 200, profiles: {} });
  });

  test('completing a refused request is said and ignored', () => {
    const { warnings } = replay({ config: QUEUE, waiting: [0] }, [
      chat('r', 'x', { subset: [] }),
      completion('r'),
    ]);
    expect(warnings).toEqual([expect.stringContaining('request r')]);
  });

  test('a queued request expires once its time to live is over', () => {
    const config = {
      ...QUEUE,
      featureGates: ['flowControl'],
      flowControl: { defaultRequestTTL: '3s' },
    };
    const { answers } = replay({ config, waiting: [50] }, [chat('r', 'x')]);
    expect(answers['r']).toMatchObject({ status: 429, reason: 'rejected-ttl-expired' });
  });
});
