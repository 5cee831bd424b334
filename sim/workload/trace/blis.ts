/**
 * BLIS TraceV2: the CSV beside its YAML header. Times in µs; `send_time_us`, when set, is when a request went out, else
 * `arrival_time_us`. The tokens of a prefix group come before `input_tokens`; a count by the server stands for prompts without
 * one. `vllm_priority` is lower for what is more urgent, here higher. `slo_class` is the request class.
 * source: https://github.com/inference-sim/inference-sim sim/workload/tracev2.go, replay.go (read 2026-11-28)
 */
import { type CsvField, csvReader } from './csv.ts';
import { hasColumns, type TraceFormat } from './format.ts';
import { EXPECTED, numberFrom, plainRow, type RowOutcome, tokenProblem } from './row.ts';

const COLUMNS = ['request_id', 'arrival_time_us', 'input_tokens', 'output_tokens'];

export const blisFormat: TraceFormat = {
  open: () => csvReader({ columns: COLUMNS, rowOf }),
  blockTokens: 0,
  hasClasses: true,
  detects: hasColumns(...COLUMNS),
};

function rowOf(field: CsvField): RowOutcome {
  const whole = (name: string): number => (field(name) === '' ? 0 : numberFrom(field(name)));
  const atUs = whole('send_time_us') > 0 ? whole('send_time_us') : numberFrom(field('arrival_time_us'));
  if (!(atUs >= 0)) {
    return { field: 'arrival_time_us', found: field('arrival_time_us'), expected: 'microseconds >= 0' };
  }
  const prefixId = field('prefix_group');
  const prefixTokens = prefixId === '' ? 0 : whole('prefix_length');
  if (!Number.isSafeInteger(prefixTokens) || prefixTokens < 0) {
    return { field: 'prefix_length', found: field('prefix_length'), expected: EXPECTED.tokens };
  }
  const counted = prefixId === '' ? whole('server_input_tokens') : 0;
  const own = counted > 0 ? counted : numberFrom(field('input_tokens'));
  const output = numberFrom(field('output_tokens'));
  const problem = tokenProblem(
    'input_tokens',
    own + prefixTokens,
    field('input_tokens'),
    'output_tokens',
    output,
    field('output_tokens'),
  );
  if (problem !== null) return problem;
  const priority = whole('vllm_priority');
  return {
    ...plainRow(atUs, own + prefixTokens, output),
    prefixId,
    prefixTokens,
    sessionId: field('session_id'),
    className: field('slo_class'),
    model: field('model'),
    priority: priority === 0 ? 0 : -priority,
  };
}
