/** Traces and benchmark results of other tools: small files in their shape, found by content, bad rows named. */
import { describe, expect, test } from 'vitest';
import type { TraceSpec } from '../../sim/scenario/schema.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { detectTrace } from '../../sim/workload/trace/detect.ts';
import { TRACE_FORMATS } from '../../sim/workload/trace/formats.ts';
import { complaint } from '../complaint.ts';
import { arrivalsS, buildTrace, drain } from './helpers.ts';

type Format = TraceSpec['format'];

const shape = (r: SimRequest): number[] => [r.promptTokens, r.outputTokens];

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

const SERVEGEN =
  'request_id,timestamp,input_tokens,output_tokens,reason_ratio\n0,0.5,100,20,0.1\n1,2.25,300,40,0.2\n';

const VLLM_BENCH = {
  backend: 'vllm',
  model_id: 'm',
  request_rate: 2,
  max_concurrency: null,
  input_lens: [100, 300, 50],
  output_lens: [20, 40, 0],
  ttfts: [0.1, 0.2, 0],
  start_times: [1000.5, 1002.25, 1001.5],
  errors: ['', '', 'timed out'],
};

const INFERENCE_PERF = [
  {
    start_time: 50.5,
    end_time: 51,
    request: '{}',
    info: { input_tokens: 100, output_tokens: 20, output_token_times: [] },
    error: null,
  },
  {
    start_time: 52.25,
    end_time: 53,
    request: '{}',
    info: { request_metrics: { text: { input_tokens: 300 } }, response_metrics: { output_tokens: 40 } },
    error: null,
  },
];

const guideRequest = (start: number, input: number | null, output: number) => ({
  type_: 'generative_request_stats',
  request_start_time: start,
  prompt_tokens: input,
  output_tokens: output,
});
const GUIDELLM = {
  metadata: { version: 1 },
  benchmarks: [
    {
      requests: {
        successful: [guideRequest(10.5, 100, 20)],
        incomplete: [guideRequest(12.25, 300, 40)],
        errored: [],
      },
    },
  ],
};

const BLIS_COLUMNS =
  'request_id,client_id,tenant_id,slo_class,session_id,round_index,prefix_group,prefix_length,streaming,input_tokens,' +
  'output_tokens,model,deadline_us,server_input_tokens,arrival_time_us,send_time_us,status,error_message';
const BLIS = [
  BLIS_COLUMNS,
  '0,c,t,standard,,0,sys,60,true,40,20,,0,0,500000,0,ok,',
  '1,c,t,batch,,0,,0,true,290,40,,0,300,2000000,2250000,ok,"late, twice"',
].join('\n');

const SAMPLES: readonly (readonly [Format, string])[] = [
  ['servegen', SERVEGEN],
  [
    'vllm-bench',
    JSON.stringify({ ...VLLM_BENCH, input_lens: [100, 300], output_lens: [20, 40], start_times: [7, 8.75] }),
  ],
  ['inference-perf', pretty(INFERENCE_PERF)],
  ['guidellm', pretty(GUIDELLM)],
  ['blis', BLIS],
  [
    'burstgpt',
    'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,100,20,120,API log\n6.75,GPT-4,300,40,340,API log\n',
  ],
  ['drydock', 'arrival_s,input_tokens,output_tokens\n0.5,100,20\n2.25,300,40\n'],
  [
    'drydock',
    '{"arrival_s":0.5,"input_tokens":100,"output_tokens":20}\n{"arrival_s":2.25,"input_tokens":300,"output_tokens":40}\n',
  ],
  [
    'azure',
    'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:00.5000000,100,20\r\n2023-11-16 18:17:02.2500000,300,40\r\n',
  ],
  [
    'mooncake',
    '{"timestamp": 500, "input_length": 100, "output_length": 20, "hash_ids": [0]}\n{"timestamp": 2250, "input_length": 300, "output_length": 40, "hash_ids": [1]}\n',
  ],
];

describe('every format', () => {
  test.each(SAMPLES)('%s: found by content, and the same two requests come of it', (format, text) => {
    expect(detectTrace(text.split('\n'))).toBe(format);
    for (const name of [format, 'auto'] as const) {
      const requests = drain(buildTrace(text, { format: name }));
      expect(requests.map(shape)).toEqual([
        [100, 20],
        [300, 40],
      ]);
      const [first, second] = arrivalsS(requests);
      expect(second! - first!).toBeCloseTo(1.75, 6);
    }
  });

  test('each is tried above', () => {
    expect(new Set(SAMPLES.map(([format]) => format))).toEqual(new Set(Object.keys(TRACE_FORMATS)));
  });

  test('what is no trace is said to be none', () => {
    expect(detectTrace(['hello', 'world'])).toBeNull();
    expect(complaint(() => drain(buildTrace('hello\n', { format: 'auto' })))).toContain(
      'trace.txt: found no trace that is known by its first lines, expected one of mooncake, azure, burstgpt',
    );
  });
});

describe('vllm bench serve', () => {
  const text = pretty(VLLM_BENCH);

  test('requests in order of their start, those that failed with one token', () => {
    const workload = buildTrace(text, { format: 'vllm-bench' });
    const requests = drain(workload);
    expect(requests.map(shape)).toEqual([
      [100, 20],
      [50, 1],
      [300, 40],
    ]);
    expect(arrivalsS(requests)).toEqual([0, 1, 1.75]);
    expect(workload.notes).toEqual(['trace: 1 row with 0 output tokens replayed with 1']);
  });

  test('without start times only a burst can be replayed', () => {
    const { start_times: _, ...rest } = VLLM_BENCH;
    expect(complaint(() => drain(buildTrace(pretty(rest), { format: 'vllm-bench' })))).toContain(
      'header: found no start_times, expected start_times (vLLM of 2026 or later with --save-detailed)',
    );
    const burst = drain(buildTrace(pretty({ ...rest, request_rate: 'inf' }), { format: 'vllm-bench' }));
    expect(arrivalsS(burst)).toEqual([0, 0, 0]);
  });

  test('a bad request is named by its number, and can be left out', () => {
    const bad = pretty({ ...VLLM_BENCH, input_lens: [100, -3, 50] });
    expect(complaint(() => drain(buildTrace(bad, { format: 'vllm-bench' })))).toContain(
      'trace.txt: request 2, input_lens: found -3, expected an integer >= 1',
    );
    const workload = buildTrace(bad, { format: 'vllm-bench', badRows: 'skip' });
    expect(drain(workload)).toHaveLength(2);
    expect(workload.notes![0]).toContain('1 bad row skipped (request 2, input_lens');
  });

  test('broken JSON is said to be that', () => {
    expect(complaint(() => drain(buildTrace('{"input_lens": [1', { format: 'vllm-bench' })))).toContain(
      'expected one JSON document',
    );
  });
});

test('fields below long settings are found; a result without its requests says what it lacks', () => {
  const settings = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`setting_${i}`, i]));
  expect(detectTrace(pretty({ args: settings, ...GUIDELLM }).split('\n'))).toBe('guidellm');
  const summary = pretty({
    completed: 3,
    total_input_tokens: 9,
    request_throughput: 1,
    output_throughput: 2,
  });
  expect(complaint(() => drain(buildTrace(summary, { format: 'auto' })))).toContain('(--save-detailed)');
});

test('inference-perf: a failed request without tokens is named, a summary is refused', () => {
  const failed = [...INFERENCE_PERF, { start_time: 60, info: null, error: { error_type: 'x' } }];
  expect(complaint(() => drain(buildTrace(pretty(failed), { format: 'inference-perf' })))).toContain(
    'request 3, info.input_tokens: found nothing, expected an integer >= 1',
  );
  expect(complaint(() => drain(buildTrace('{"successes": {}}', { format: 'inference-perf' })))).toContain(
    'found no list of requests, expected per_request_lifecycle_metrics.json',
  );
});

test('guidellm: several benchmarks are classes, and their requests go on after one another', () => {
  const [one] = GUIDELLM.benchmarks;
  const later = { requests: { successful: [guideRequest(20.5, 70, 7)] } };
  const workload = buildTrace(pretty({ benchmarks: [one, later] }), { format: 'guidellm' });
  expect(drain(workload).map((r) => [r.classIndex, ...shape(r)])).toEqual([
    [0, 100, 20],
    [0, 300, 40],
    [1, 70, 7],
  ]);
  expect(workload.classes).toEqual(['benchmark-1', 'benchmark-2']);
  const unknown = { requests: { errored: [guideRequest(30, null, 0)] } };
  expect(
    complaint(() => drain(buildTrace(pretty({ benchmarks: [unknown] }), { format: 'guidellm' }))),
  ).toContain('benchmarks[0].requests.errored[0], prompt_tokens: found null, expected an integer >= 1');
});

test('blis: prefix groups come before the input, sends before arrivals, lower numbers are more urgent', () => {
  const columns = `${BLIS_COLUMNS},vllm_priority`;
  const rows = [
    columns,
    '0,c,t,standard,,0,sys,60,true,40,20,,0,0,500000,0,ok,,2',
    '1,c,t,standard,,0,sys,60,true,45,20,,0,0,600000,0,ok,,0',
  ].join('\n');
  const requests = drain(buildTrace(rows, { format: 'blis' }));
  expect(requests.map(shape)).toEqual([
    [100, 20],
    [105, 20],
  ]);
  const [a, b] = requests.map((r) => r.request.prompt.preciseKeys(20)!);
  expect([...a!.slice(0, 6)]).toEqual([...b!.slice(0, 6)]);
  expect(requests.map((r) => r.request.priority)).toEqual([-2, 0]);
});

test('servegen: the offline traces are one batch', () => {
  const text =
    '{"request_id": 0, "type": "text", "input_length": 61, "output_length": 2370, "duration": 14000}\n{"request_id": 1, "type": "text", "input_length": 54, "output_length": 12, "duration": 900}\n';
  expect(detectTrace(text.split('\n'))).toBe('servegen');
  expect(arrivalsS(drain(buildTrace(text, { format: 'servegen' })))).toEqual([0, 0]);
});
