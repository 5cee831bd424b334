/**
 * Mooncake JSON Lines: `timestamp` (ms), `input_length`, `output_length`, `hash_ids`, one id per 512-token block of the
 * prompt, the last block partial. An id stands for the content of its block, so equal ids share a cache.
 * source: https://github.com/kvcache-ai/Mooncake, FAST25-release/traces (read 2026-11-22)
 */
import { hasFields, type TraceFormat } from './format.ts';
import { type JsonRecord, jsonNumber, jsonRecord, jsonText } from './json-line.ts';
import { plainRow, type RowProblem, type RowReader, type TraceRow, tokenProblem } from './row.ts';

/** Tokens per hash id. */
const MOONCAKE_BLOCK_TOKENS = 512;

export const mooncakeFormat: TraceFormat = {
  open: mooncakeReader,
  blockTokens: MOONCAKE_BLOCK_TOKENS,
  hasClasses: false,
  detects: hasFields('timestamp', 'input_length', 'output_length'),
};

/** Reader of one file. */
function mooncakeReader(): RowReader {
  return {
    read(line) {
      if (line.trim() === '') return null;
      const record = jsonRecord(line);
      if (record === null) return { field: 'line', found: clip(line), expected: 'a JSON object' };
      return rowOf(record);
    },
  };
}

function rowOf(record: JsonRecord): TraceRow | RowProblem {
  const timestampMs = jsonNumber(record, 'timestamp');
  if (!(timestampMs >= 0)) {
    return { field: 'timestamp', found: jsonText(record, 'timestamp'), expected: 'milliseconds >= 0' };
  }
  const input = jsonNumber(record, 'input_length');
  const output = jsonNumber(record, 'output_length');
  const problem = tokenProblem(
    'input_length',
    input,
    jsonText(record, 'input_length'),
    'output_length',
    output,
    jsonText(record, 'output_length'),
  );
  if (problem !== null) return problem;
  const row = plainRow(timestampMs * 1e3, input, output);
  const ids = record['hash_ids'];
  if (ids === undefined) return row;
  const blocks = Math.ceil(input / MOONCAKE_BLOCK_TOKENS);
  if (!Array.isArray(ids) || !ids.every((id) => Number.isSafeInteger(id) && id >= 0)) {
    return {
      field: 'hash_ids',
      found: clip(jsonText(record, 'hash_ids')),
      expected: 'a list of integers >= 0',
    };
  }
  if (ids.length !== blocks) {
    return {
      field: 'hash_ids',
      found: `${ids.length} ids`,
      expected: `${blocks}, one per ${MOONCAKE_BLOCK_TOKENS} tokens of input_length ${input}`,
    };
  }
  return { ...row, blocks: ids as number[] };
}

function clip(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
