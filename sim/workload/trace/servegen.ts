/**
 * ServeGen: the CSV that its generator saves (`request_id,timestamp,input_tokens,output_tokens`, seconds; further columns of
 * multimodal and reasoning workloads are passed over), and its offline batch traces, JSON Lines with `input_length`,
 * `output_length` and no times, as a batch is submitted as a whole: all rows arrive at 0.
 * source: https://github.com/alibaba/ServeGen README, data/offline/README (read 2026-11-28)
 */
import { type CsvField, csvReader } from './csv.ts';
import { hasColumns, hasFields, type TraceFormat } from './format.ts';
import { jsonNumber, jsonRecord, jsonText } from './json-line.ts';
import { EXPECTED, numberFrom, plainRow, type RowOutcome, type RowReader, tokenProblem } from './row.ts';

const COLUMNS = ['timestamp', 'input_tokens', 'output_tokens'];
const isCsv = hasColumns(...COLUMNS);
const isOffline = hasFields('request_id', 'input_length', 'output_length', 'duration');

export const serveGenFormat: TraceFormat = {
  open: serveGenReader,
  blockTokens: 0,
  hasClasses: false,
  detects: (head) => isCsv(head) || isOffline(head),
};

function serveGenReader(): RowReader {
  const csv = csvReader({ columns: COLUMNS, rowOf });
  return { read: (line) => (line.trimStart().startsWith('{') ? offlineRow(line) : csv.read(line)) };
}

function rowOf(field: CsvField): RowOutcome {
  const [time, input, output] = [field('timestamp'), field('input_tokens'), field('output_tokens')];
  const seconds = numberFrom(time);
  if (!(seconds >= 0)) return { field: 'timestamp', found: time, expected: EXPECTED.seconds };
  const [inputTokens, outputTokens] = [numberFrom(input), numberFrom(output)];
  return (
    tokenProblem('input_tokens', inputTokens, input, 'output_tokens', outputTokens, output) ??
    plainRow(seconds * 1e6, inputTokens, outputTokens)
  );
}

function offlineRow(line: string): RowOutcome {
  const record = jsonRecord(line);
  if (record === null) return { field: 'line', found: line.slice(0, 60), expected: 'a JSON object' };
  const input = jsonNumber(record, 'input_length');
  const output = jsonNumber(record, 'output_length');
  const [inputText, outputText] = [jsonText(record, 'input_length'), jsonText(record, 'output_length')];
  return (
    tokenProblem('input_length', input, inputText, 'output_length', output, outputText) ??
    plainRow(0, input, output)
  );
}
