import { describe, expect, test } from 'vitest';
import { createStreams } from '../../sim/kernel/streams.ts';
import { createWorkload } from '../../sim/workload/create.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import { utcUs } from '../../sim/workload/trace/azure.ts';
import { csvFields } from '../../sim/workload/trace/csv.ts';
import { complaint } from '../complaint.ts';
import { arrivalsS, buildTrace, drain } from './helpers.ts';

const shape = (r: SimRequest): number[] => [r.promptTokens, r.outputTokens];

/** Message of the ConfigError that `run` throws. */

const MOONCAKE = [
  '{"timestamp": 0, "input_length": 1100, "output_length": 52, "hash_ids": [0, 1, 2]}',
  '{"timestamp": 3000, "input_length": 1024, "output_length": 7, "hash_ids": [0, 1]}',
  '{"timestamp": 3000, "input_length": 600, "output_length": 9, "hash_ids": [0, 9]}',
  '',
].join('\n');

describe('mooncake', () => {
  test('rows become requests whose blocks of 512 tokens share content by hash id', () => {
    const requests = drain(buildTrace(MOONCAKE, { format: 'mooncake' }));
    expect(requests.map(shape)).toEqual([
      [1100, 52],
      [1024, 7],
      [600, 9],
    ]);
    expect(arrivalsS(requests)).toEqual([0, 3, 3]);
    expect(requests[0]!.prompt).toMatchObject({ ids: [0, 1, 2], lengths: [512, 512, 76] });
    expect(requests[2]!.prompt).toMatchObject({ ids: [0, 9], lengths: [512, 88] });
    const [a, b] = requests.map((r) => r.request.prompt.preciseKeys(16)!);
    expect([...a!.slice(0, 128)]).toEqual([...b!.slice(0, 128)]);
  });

  test.each([
    [
      '{"timestamp": 0, "input_length": 1100, "output_length": 52, "hash_ids": [0, 1]}',
      'line 1, hash_ids: found 2 ids, expected 3, one per 512 tokens of input_length 1100',
    ],
    [
      '{"timestamp": 0, "input_length": -4, "output_length": 52}',
      'line 1, input_length: found -4, expected an integer >= 1',
    ],
    [
      '{"timestamp": 0, "input_length": 4, "output_length": "x"}',
      'line 1, output_length: found "x", expected an integer >= 0',
    ],
    [
      '{"input_length": 4, "output_length": 1}',
      'line 1, timestamp: found nothing, expected milliseconds >= 0',
    ],
    ['{"timestamp": 0, "input', 'line 1, line: found {"timestamp": 0, "input, expected a JSON object'],
  ])('a bad row is named by line, field and value: %s', (row, message) => {
    expect(complaint(() => drain(buildTrace(row, { format: 'mooncake' })))).toContain(
      `trace.txt: ${message}`,
    );
  });
});

describe('azure', () => {
  const text = [
    'TIMESTAMP,ContextTokens,GeneratedTokens\r',
    '2023-11-16 18:17:03.9799600,4808,10\r',
    '2023-11-16 18:17:04.0319600,3180,8\r',
    '2023-11-17 00:00:00.0000000,110,0\r',
  ].join('\n');

  test('time stamps with seven digits, carriage returns and midnight are read', () => {
    const workload = buildTrace(text, { format: 'azure' });
    const requests = drain(workload);
    expect(requests.map(shape)).toEqual([
      [4808, 10],
      [3180, 8],
      [110, 1],
    ]);
    expect(arrivalsS(requests)[1]).toBeCloseTo(0.052, 6);
    expect(arrivalsS(requests)[2]).toBeCloseTo(5 * 3600 + 42 * 60 + 56.02004, 6);
    expect(workload.notes).toEqual(['trace: 1 row with 0 output tokens replayed with 1']);
  });

  test('prompts without content information share nothing', () => {
    const requests = drain(buildTrace(text, { format: 'azure' }));
    const ids = requests.flatMap((r) => [...r.prompt.ids, r.outputContentId]);
    expect(new Set(ids).size).toBe(6);
    expect(ids.every((id) => id < 0)).toBe(true);
  });

  test('UTC stamps agree with the calendar', () => {
    for (const stamp of [
      '1970-01-01 00:00:00',
      '2023-11-16 18:17:03.5',
      '2024-02-29 23:59:59',
      '2024-03-01 00:00:00',
      '2100-12-31 12:00:00',
    ]) {
      expect(utcUs(stamp)).toBe(Date.parse(`${stamp.replace(' ', 'T')}Z`) * 1e3);
    }
    expect(utcUs('2024-05-10 00:00:00.009930+00:00')).toBe(Date.parse('2024-05-10T00:00:00Z') * 1e3 + 9930);
    expect(utcUs('2024-13-01 00:00:00')).toBeNaN();
    expect(utcUs('yesterday')).toBeNaN();
  });

  test('a header without the columns ends the reading even if bad rows are skipped', () => {
    const wrong = 'TIMESTAMP,ContextTokens,Generated\n2023-11-16 18:17:03,1,1';
    expect(complaint(() => drain(buildTrace(wrong, { format: 'azure', badRows: 'skip' })))).toBe(
      'trace.txt: line 1, header: found TIMESTAMP,ContextTokens,Generated, expected a column GeneratedTokens',
    );
  });
});

describe('burstgpt', () => {
  test('columns are found by name', () => {
    const text = [
      'Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type',
      '5,abc,1.5,ChatGPT,472,18,490,Conversation log',
      '45.5,,2,GPT-4,1087,230,1317,"API log, old"',
    ].join('\n');
    const requests = drain(buildTrace(text, { format: 'burstgpt' }));
    expect(requests.map(shape)).toEqual([
      [472, 18],
      [1087, 230],
    ]);
    expect(arrivalsS(requests)).toEqual([0, 40.5]);
  });

  test('quotes hold commas and quotes', () => {
    expect(csvFields('a,"b, ""c""",,d')).toEqual(['a', 'b, "c"', '', 'd']);
  });
});

describe('drydock', () => {
  const csv = [
    'arrival_s,input_tokens,output_tokens,max_tokens,prefix_id,prefix_tokens,session_id,turn,class,model,priority',
    '0,100,10,20,sys,64,s1,1,chat,,2',
    '1,80,5,,sys,64,,,batch,adapter,',
    '2,150,6,,,,s1,2,chat,,',
    '3,20,6,,,,s1,3,,,',
  ].join('\n');

  test('prefixes are shared by id, sessions resend their history while prompts have room for it', () => {
    const workload = buildTrace(csv, { format: 'drydock' });
    const [first, other, second, third] = drain(workload);
    expect(workload.classes).toEqual(['chat', 'batch', 'default']);
    expect([first, other, second, third].map((r) => r!.classIndex)).toEqual([0, 1, 0, 2]);
    expect(other!.prompt.ids[0]).toBe(first!.prompt.ids[0]);
    expect(other!.prompt.lengths).toEqual([64, 16]);
    expect(first!.request).toMatchObject({ maxOutputTokens: 20, priority: 2, model: 'test-model' });
    expect(other!.request.model).toBe('adapter');
    expect(second!.prompt.ids.slice(0, 3)).toEqual([...first!.prompt.ids, first!.outputContentId]);
    expect(second!.prompt.lengths).toEqual([64, 36, 10, 40]);
    // 20 tokens cannot hold a history of 156.
    expect(third!.prompt.lengths).toEqual([20]);
  });

  test('JSON Lines say the same as CSV', () => {
    const json = [
      '{"arrival_s":0,"input_tokens":100,"output_tokens":10,"max_tokens":20,"prefix_id":"sys","prefix_tokens":64,"session_id":"s1","turn":1,"class":"chat","priority":2}',
      '{"arrival_s":1,"input_tokens":80,"output_tokens":5,"prefix_id":"sys","prefix_tokens":64,"class":"batch","model":"adapter"}',
      '{"arrival_s":2,"input_tokens":150,"output_tokens":6,"session_id":"s1","turn":2,"class":"chat"}',
      '{"arrival_s":3,"input_tokens":20,"output_tokens":6,"session_id":"s1","turn":3}',
    ].join('\n');
    const facts = (text: string): unknown[] =>
      drain(buildTrace(text, { format: 'drydock' })).map((r) => [
        r.prompt.ids,
        r.prompt.lengths,
        r.outputTokens,
        r.maxTokens,
        r.classIndex,
        r.request.model,
        r.request.priority,
      ]);
    expect(facts(json)).toEqual(facts(csv));
  });

  test.each([
    [
      'arrival_s,input_tokens,output_token',
      'line 1, header: found arrival_s,input_tokens,output_token, expected a column output_tokens (the nearest is output_token)',
    ],
    [
      'arrival_s,input_tokens,output_tokens,prefixid',
      'line 1, prefixid: found an unknown field, expected one of arrival_s',
    ],
    [
      'arrival_s,input_tokens,output_tokens\n-1,4,4',
      'line 2, arrival_s: found -1, expected a number of seconds >= 0',
    ],
    [
      'arrival_s,input_tokens,output_tokens\n0,4.5,4',
      'line 2, input_tokens: found 4.5, expected an integer >= 1',
    ],
    [
      'arrival_s,input_tokens,output_tokens\n0,4',
      'line 2, output_tokens: found nothing, expected an integer >= 0',
    ],
    [
      'arrival_s,input_tokens,output_tokens,prefix_id,prefix_tokens\n0,4,4,a,9',
      'line 2, prefix_tokens: found 9, expected an integer between 0 and input_tokens (4)',
    ],
  ])('bad files: %j', (text, message) => {
    expect(complaint(() => drain(buildTrace(text, { format: 'drydock' })))).toContain(message);
  });
});

/** A drydock trace with one request a second, `n` rows. */
const everySecond = (n: number): string =>
  [
    'arrival_s,input_tokens,output_tokens',
    ...Array.from({ length: n }, (_, i) => `${i + 50},${i + 1},1`),
  ].join('\n');

describe('replay options', () => {
  test('window counts from the first row, and its start is time 0', () => {
    const requests = drain(buildTrace(everySecond(20), { format: 'drydock', window: { fromS: 5, toS: 8 } }));
    expect(requests.map((r) => [r.request.arrivalUs / 1e6, r.promptTokens])).toEqual([
      [0, 6],
      [1, 7],
      [2, 8],
    ]);
  });

  test('rateScale 2 halves every gap; limit, run.requests and run.durationS bound the rows', () => {
    const spec = { format: 'drydock', rateScale: 2 } as const;
    expect(arrivalsS(drain(buildTrace(everySecond(4), spec)))).toEqual([0, 0.5, 1, 1.5]);
    expect(drain(buildTrace(everySecond(20), { ...spec, limit: 7 }))).toHaveLength(7);
    expect(drain(buildTrace(everySecond(20), spec, { requests: 5 }))).toHaveLength(5);
    expect(drain(buildTrace(everySecond(20), spec, { durationS: 3 }))).toHaveLength(7);
  });

  test('jitter shifts every row by less than jitterMs, keeps order of arrival, and repeats with its seed', () => {
    const spec = { format: 'drydock', jitterMs: 3000 } as const;
    const requests = drain(buildTrace(everySecond(500), spec));
    const times = arrivalsS(requests);
    for (const [i, t] of times.entries()) {
      if (i > 0) expect(t).toBeGreaterThanOrEqual(times[i - 1]!);
      const shift = t - (requests[i]!.promptTokens - 1);
      expect(shift).toBeGreaterThanOrEqual(0);
      expect(shift).toBeLessThan(3);
    }
    expect(new Set(requests.map((r) => r.promptTokens)).size).toBe(500);
    const mean = times.reduce((sum, t, i) => sum + t - (requests[i]!.promptTokens - 1), 0) / 500;
    expect(Math.abs(mean - 1.5)).toBeLessThan((4 * 3) / Math.sqrt(12 * 500));
    expect(arrivalsS(drain(buildTrace(everySecond(500), spec)))).toEqual(times);
    expect(arrivalsS(drain(buildTrace(everySecond(500), spec, {}, 2)))).not.toEqual(times);
  });

  test('a window keeps the jitter of the rows it leaves', () => {
    const whole = drain(buildTrace(everySecond(100), { format: 'drydock', jitterMs: 500 }));
    const part = drain(
      buildTrace(everySecond(100), { format: 'drydock', jitterMs: 500, window: { fromS: 40, toS: 60 } }),
    );
    expect(arrivalsS(part)).toEqual(arrivalsS(whole.slice(40, 60)).map((t) => expect.closeTo(t - 40, 6)));
  });
});

describe('bad rows', () => {
  const rows = [
    'arrival_s,input_tokens,output_tokens',
    '0,10,1',
    '1,-5,1',
    '2,10,1',
    'x,1,1',
    '1.5,10,1',
    '3,10,1',
  ];

  test('stop: the first ones are described and all are counted', () => {
    expect(complaint(() => drain(buildTrace(rows.join('\n'), { format: 'drydock' })))).toBe(
      [
        'trace.txt: line 3, input_tokens: found -5, expected an integer >= 1',
        'trace.txt: line 5, arrival_s: found x, expected a number of seconds >= 0',
        'trace.txt: line 6, time stamp: found 0.5 s before the row above, expected rows in order of time',
        'trace.txt: bad rows: found 3 in 7 lines, expected none (workload.badRows: skip leaves them out)',
      ].join('\n'),
    );
  });

  test('skip: the others are replayed and the notes say what was left out', () => {
    const workload = buildTrace(rows.join('\n'), { format: 'drydock', badRows: 'skip' });
    expect(arrivalsS(drain(workload))).toEqual([0, 2, 3]);
    expect(workload.notes![0]).toContain('3 bad rows skipped (line 3, input_tokens: found -5');
  });

  test('a file without a usable row is an error', () => {
    for (const text of ['', 'arrival_s,input_tokens,output_tokens\nx,1,1']) {
      expect(complaint(() => drain(buildTrace(text, { format: 'drydock', badRows: 'skip' })))).toContain(
        'expected at least one row within workload.window',
      );
    }
  });

  test.each([
    ['workload.limit', { limit: 10 }, {}],
    ['run.requests', {}, { requests: 10 }],
    ['run.durationS', {}, { durationS: 0.01 }],
    ['window', { window: { toS: 0.01 } }, {}],
  ])('the file is read as requests are asked for, and closed at the bound of %s', (_, fields, run) => {
    let read = 0;
    let isClosed = false;
    function* lines(): Generator<string> {
      try {
        for (let i = 0; i < 1000; i++) {
          read += 1;
          yield `{"timestamp": ${i}, "input_length": 9, "output_length": 1}`;
        }
      } finally {
        isClosed = true;
      }
    }
    const workload = createWorkload(
      { kind: 'trace', format: 'mooncake', path: 'big.jsonl', ...fields },
      { streams: createStreams(1), run, model: 'm', readLines: lines },
    );
    workload.next();
    expect(read).toBeLessThan(5);
    drain(workload);
    expect(isClosed).toBe(true);
    expect(read).toBeLessThan(20);
  });
});
