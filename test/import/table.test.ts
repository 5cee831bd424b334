/** Tables of one's own as traces: columns and units guessed, mapped as told, every bad row named by its line. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappedFacts } from '../../sim/import/table/describe.ts';
import { guessedMapping } from '../../sim/import/table/guess.ts';
import { type ColumnMapping, mappedTable } from '../../sim/import/table/mapping.ts';
import { tableOf } from '../../sim/import/table/table.ts';

const MAPPING: ColumnMapping = {
  ...{ arrival: 'at', timeUnit: 's', input: 'in', output: 'out', tokenUnit: 'tokens', session: '' },
};
const mapped = (text: string, change: Partial<ColumnMapping> = {}) =>
  mappedTable(text, tableOf(text)!, { ...MAPPING, ...change });

describe('a table', () => {
  it.each([
    ['prose', 'dear diary, today, I went\nout, and it, rained'],
    ['a header alone', 'at,in,out\n'],
    ['two columns', 'at,in\n1,2'],
    ['numbers without a header', '1,2,3\n4,5,6'],
    ['two columns of one name', 'at,at,in\n1,2,3'],
    ['nothing', ''],
  ])('is not %s', (_, text) => {
    expect(tableOf(text)).toBeNull();
  });

  it('may be separated by commas, semicolons or tabs, and have quotes, a byte order mark and CRLF', () => {
    expect(tableOf('\uFEFFat,in,out\r\n"1",2,"3"\r\n')).toMatchObject({
      columns: ['at', 'in', 'out'],
      sample: [['1', '2', '3']],
    });
    expect(tableOf('at;in;out\n0,5;2;3')!.layout).toBe(';');
    expect(tableOf('at\tin\tout\n0.5\t2\t3')!.layout).toBe('\t');
  });
});

describe('lines of JSON', () => {
  const LINES = [
    '{"id":"a","prompt":"Hello, who","created":1763312400.5,"usage":{"prompt_tokens":12,"completion_tokens":3},"tags":["x"]}',
    '',
    '{"id":"b","prompt":"Bye","created":1763312402,"usage":{"prompt_tokens":700,"completion_tokens":0,"cached":{"tokens":512}}}',
    '{"id":"c","prompt":"","created":null,"usage":{"prompt_tokens":7,"completion_tokens":1}}',
    '{"id":"d", oh',
    '{"id":"e","created":1763312403,"usage":"none"}',
  ].join('\n');

  it('are a table whose columns are the fields, those of inner objects with dots, lists left out', () => {
    const { layout, columns, sample } = tableOf(LINES.split('\n').slice(0, 4).join('\n'))!;
    expect(layout).toBe('json');
    expect(columns).toEqual([
      ...['id', 'prompt', 'created', 'usage.prompt_tokens', 'usage.completion_tokens', 'usage.cached.tokens'],
    ]);
    expect(sample[0]).toEqual(['a', 'Hello, who', '1763312400.5', '12', '3', '']);
    expect(tableOf('{"a":"x","b":"y","c":"z"}')).toBeNull();
    expect(tableOf('{"a":1}')).toBeNull();
    expect(tableOf('[1,2,3]')).toBeNull();
  });

  it('are mapped by paths, counts before texts, and every line that is no request is named', () => {
    const table = tableOf(LINES)!;
    const mapping = guessedMapping(table);
    expect(mapping).toMatchObject({
      ...{ arrival: 'created', timeUnit: 's', session: '' },
      ...{ input: 'usage.prompt_tokens', output: 'usage.completion_tokens' },
    });
    const { text, faults, notes, badRows } = mappedTable(LINES, table, mapping);
    expect(text).toBe('arrival_s,input_tokens,output_tokens\n0,12,3\n1.5,700,0\n');
    expect(badRows).toBe(3);
    expect(faults.map(({ line, column, found }) => [line, column, found])).toEqual([
      [4, 'created', 'nothing'],
      [5, 'row', '{"id":"d", oh'],
      [6, 'usage.prompt_tokens', 'nothing'],
    ]);
    expect(notes.join()).toContain('rows without an output token: 1');
  });
});

describe('columns and units', () => {
  const guess = (text: string) => guessedMapping(tableOf(text)!);

  it.each([
    [
      'arrival_ms,prompt_len,gen_id,output_len\n1,2,3,4',
      { arrival: 'arrival_ms', timeUnit: 'ms', input: 'prompt_len', output: 'output_len', session: '' },
    ],
    [
      'id,created_at,conversation,context_tokens,response_tokens\n1,2026-11-16 18:17:03.25,c,2,3',
      {
        arrival: 'created_at',
        timeUnit: 'stamp',
        session: 'conversation',
        input: 'context_tokens',
        output: 'response_tokens',
      },
    ],
    [
      'ts,input_chars,completion_chars\n1763312400123,2,3',
      { arrival: 'ts', timeUnit: 'ms', tokenUnit: 'characters' },
    ],
    ['at,late,prompt_text,prompt_len\n1,2,hello,4', { arrival: 'at', input: 'prompt_len' }],
    [
      'Timestamp,In,Out,Prompt\n1763312400,2,3,4',
      { arrival: 'Timestamp', timeUnit: 's', input: 'Prompt', output: '' },
    ],
  ])('are guessed from names and values: %j', (text, expected) => {
    expect(guess(text)).toMatchObject(expected);
  });
});

describe('a mapped table', () => {
  it('is a trace in Drydock’s format from the first arrival on, units converted', () => {
    const text = 'at,in,out,who\n1763312400500,0.5,0.02,"a,b"\n1763312401750,2,1,c\n';
    expect(mapped(text, { timeUnit: 'ms', tokenUnit: 'thousands', session: 'who' })).toMatchObject({
      text: 'arrival_s,input_tokens,output_tokens,session_id\n0,500,20,"a,b"\n1.25,2000,1000,c\n',
      ...{ rows: 2, badRows: 0, faults: [], notes: [] },
    });
  });

  it('reads decimal commas between semicolons, and times in words', () => {
    expect(mapped('at;in;out\n0,5;10;1\n2,25;10;1\n').text).toContain('\n1.75,10,1\n');
    const stamps = 'at,in,out\n2026-11-16 18:17:03.25,10,1\n2026-11-16T18:18:03Z,10,1\n';
    expect(mapped(stamps, { timeUnit: 'stamp' }).text).toContain('\n59.75,10,1\n');
  });

  it('names each row that cannot be read by line, column and what was found', () => {
    const { rows, badRows, faults } = mapped(
      'at,in,out\n0,10,1\nsoon,10,1\n\n2,none,1\n3,0,1\n4,10,-1\n5,10\n6,10,1\n',
    );
    expect([rows, badRows]).toEqual([2, 5]);
    expect(faults.map(({ line, column, found }) => `${line} ${column} ${found}`)).toEqual([
      ...['3 at soon', '5 in none', '6 in 0', '7 out -1', '8 row 2 fields'],
    ]);
  });

  it('tells what is odd, and puts rows in order of arrival', () => {
    const { text, notes } = mapped('at,in,out\n5,10,0\n1,20,1\n1,20,1\n');
    expect(text).toBe('arrival_s,input_tokens,output_tokens\n0,20,1\n0,20,1\n4,10,0\n');
    expect(notes.map((note) => note.slice(0, 12))).toEqual(['rows earlier', 'rows without', 'rows that re']);
  });

  it('keeps every request and token, whatever their order', () => {
    const row = fc.tuple(fc.nat(1e6), fc.integer({ min: 1, max: 1e6 }), fc.nat(1e5));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 50 }), (all) => {
        const { text, badRows } = mapped(`at,in,out\n${all.map((one) => one.join(',')).join('\n')}`);
        const read = text
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => line.split(',').map(Number));
        const first = Math.min(...all.map(([at]) => at));
        const sorted = all.map(([at, ...more]) => [at - first, ...more]).sort(([a], [b]) => a! - b!);
        expect(badRows).toBe(0);
        expect(read).toEqual(sorted);
      }),
    );
  });

  it('is described by what shows a wrong unit', () => {
    const text = mapped('at,in,out,who\n0,100,10,a\n1,200,20,a\n2,300,30,b\n', { session: 'who' }).text;
    expect(mappedFacts(text)).toEqual([
      'requests      3',
      'span          2.0 s, 1.00 requests/s',
      'gaps          CV 0.00 (1 is Poisson)',
      'input tokens  p5 100, p50 200, p95 300, largest 300',
      'output tokens p5 10, p50 20, p95 30, largest 30',
      'sessions      2',
    ]);
    expect(mappedFacts('')).toEqual([]);
  });
});
