/** Parquet files, written by somebody else's writer, become the text that columns are named in. */
import { gzipSync } from 'node:zlib';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/check.ts';
import { mapColumns, readFile } from '../../web/worker/imports.ts';
import { parquetText } from '../../web/worker/parquet.ts';

type Options = Omit<Parameters<typeof parquetWriteBuffer>[0], 'columnData'>;
const ROWS = 3000;
const sent = Array.from({ length: ROWS }, (_, i) => new Date(1_763_312_400_000 + i * 250));
const COLUMNS: ColumnSource[] = [
  { name: 'sent', data: sent, type: 'TIMESTAMP' },
  { name: 'prompt', data: sent.map((_, i) => 100 + (i % 7)), type: 'INT32' },
  { name: 'answer', data: sent.map((_, i) => (i % 10 === 3 ? null : BigInt(i))), type: 'INT64' },
  { name: 'cost', data: sent.map((_, i) => i / 8), type: 'DOUBLE' },
  {
    name: 'who',
    data: sent.map((_, i) => (i % 2 === 0 ? 'a, "b"' : `chat ${i}\nof two`)),
    type: 'STRING',
  },
  { name: 'cached', data: sent.map((_, i) => i % 3 === 0), type: 'BOOLEAN' },
];

const bytesOf = (columnData: ColumnSource[], options: Options = {}) =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }));
const rowsOf = async (bytes: Uint8Array) => (await parquetText('x.parquet', bytes)).text.split('\n');

describe('a Parquet file', () => {
  it.each<[string, Options]>([
    ['Snappy', {}],
    ['nothing', { codec: 'UNCOMPRESSED' }],
    ['gzip', { codec: 'GZIP', compressors: { ['GZIP']: (bytes: Uint8Array) => gzipSync(bytes) } }],
    ['Snappy, in groups of 700 rows and pages of 500 bytes', { rowGroupSize: 700, pageSize: 500 }],
  ])('packed with %s is read to the last value', async (_, options) => {
    const bytes = bytesOf(COLUMNS, options);
    const { text, leftOut } = await parquetText('x.parquet', bytes);
    expect(leftOut).toEqual([]);
    const rows = text.split('\n');
    expect(rows).toHaveLength(ROWS + 1);
    expect(rows[0]).toBe('sent,prompt,answer,cost,who,cached');
    expect(rows[1]).toBe('2025-11-16T17:00:00.000000Z,100,0,0,"a, ""b""",true');
    expect(rows[4]).toBe('2025-11-16T17:00:00.750000Z,103,,0.375,chat 3 of two,true');
    for (const i of [700, 1401, 2999])
      expect(rows[i + 1]).toMatch(new RegExp(`,${100 + (i % 7)},${i % 10 === 3 ? '' : i},${i / 8},`));
  });

  it.each(['PLAIN', 'RLE_DICTIONARY', 'DELTA_BINARY_PACKED'] as const)(
    'encoded as %s has the numbers that were written',
    async (encoding) => {
      const data = Array.from({ length: 1000 }, (_, i) => ((i * 7919) % 1013) - 500);
      const rows = await rowsOf(bytesOf([{ name: 'n', data, type: 'INT32', encoding }]));
      expect(rows.slice(1).map(Number)).toEqual(data);
    },
  );

  it('has the fields of its structs as columns with dots, and lists left out by name', async () => {
    const group = { repetition_type: 'OPTIONAL' } as const;
    const bytes = bytesOf(
      [
        { name: 'usage', data: [{ prompt_tokens: 5, completion_tokens: 6 }, null, { prompt_tokens: 7 }] },
        { name: 'tags', data: [['a'], ['b', 'c'], []] },
      ],
      {
        schema: [
          { name: 'root', num_children: 2 },
          { name: 'usage', num_children: 2, ...group },
          { name: 'prompt_tokens', type: 'INT32', ...group },
          { name: 'completion_tokens', type: 'INT32', ...group },
          { name: 'tags', num_children: 1, converted_type: 'LIST', ...group },
          { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
          { name: 'element', type: 'BYTE_ARRAY', converted_type: 'UTF8', ...group },
        ],
      },
    );
    const { text, leftOut } = await parquetText('x.parquet', bytes);
    expect(text.split('\n')).toEqual(['usage.prompt_tokens,usage.completion_tokens', '5,6', ',', '7,']);
    expect(leftOut).toEqual(['tags.list.element: a list']);
  });

  it('that is packed otherwise, damaged or cut off is refused with the reason', async () => {
    const zstd = { codec: 'ZSTD', compressors: { ['ZSTD']: (bytes: Uint8Array) => bytes } } as const;
    await expect(rowsOf(bytesOf(COLUMNS, zstd))).rejects.toThrow(/no column that can be read: .*ZSTD/);
    const whole = bytesOf(COLUMNS);
    for (const length of [13, 200, whole.length - 1])
      await expect(rowsOf(whole.slice(0, length))).rejects.toThrow(ConfigError);
    const odd = Uint8Array.from(whole);
    odd.fill(0xff, 4, 400);
    expect((await parquetText('x', odd)).leftOut.join()).toContain('sent');
  });

  it('is a table whose columns can be named, its rows counted without the header', async () => {
    const read = await readFile('ours.parquet', bytesOf(COLUMNS), 'h100-sxm');
    if (read.status !== 'table') throw new Error(JSON.stringify(read));
    expect(read.own).toMatchObject({ rowWord: 'row', leftOut: [] });
    expect(read.own.guess).toMatchObject({
      ...{ arrival: 'sent', timeUnit: 'stamp', input: 'prompt', output: 'answer', session: '' },
    });
    const { rows, faults, facts } = mapColumns(read.own.text, read.own.table, read.own.guess);
    expect(rows).toBe(ROWS * 0.9);
    expect(faults[0]).toMatchObject({ line: 5, column: 'answer', found: 'nothing' });
    expect(facts.join()).toContain('span          749.8 s');
  });
});
