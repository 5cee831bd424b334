/**
 * inference-perf's `per_request_lifecycle_metrics.json`: a list of requests with `start_time` (seconds) and token counts below
 * `info`, in two shapes: `input_tokens` and `output_tokens`, or (from 2026 on) `request_metrics.text.input_tokens` and
 * `response_metrics.output_tokens`. A request that failed and has no output is replayed as one without output.
 * source: https://github.com/kubernetes-sigs/inference-perf docs/reports.md, inference_perf/reportgen (read 2026-11-28)
 */
import { documentReader } from './document.ts';
import { namesFields, type TraceFormat } from './format.ts';
import { jsonAt, jsonShown } from './json-line.ts';
import { EXPECTED, plainRow, type RowOutcome, type RowProblem, tokenProblem } from './row.ts';

const isListed = namesFields('start_time', 'info');

export const inferencePerfFormat: TraceFormat = {
  open: () => documentReader(read),
  blockTokens: 0,
  hasClasses: false,
  detects: (head) => (head[0] ?? '').trimStart().startsWith('[') && isListed(head),
};

function read(document: unknown): readonly RowOutcome[] | RowProblem {
  if (Array.isArray(document)) return document.map((request: unknown, i) => rowOf(request, i));
  return {
    field: 'header',
    found: 'no list of requests',
    expected: 'per_request_lifecycle_metrics.json, a list (summaries have no requests)',
  };
}

function rowOf(request: unknown, index: number): RowOutcome {
  const place = `request ${index + 1}`;
  const start = jsonAt(request, 'start_time');
  if (typeof start !== 'number' || !(start >= 0)) {
    return { field: 'start_time', found: jsonShown(start), expected: EXPECTED.seconds, place };
  }
  const input =
    jsonAt(request, 'info', 'input_tokens') ??
    jsonAt(request, 'info', 'request_metrics', 'text', 'input_tokens');
  const output =
    jsonAt(request, 'info', 'output_tokens') ??
    jsonAt(request, 'info', 'response_metrics', 'output_tokens') ??
    (jsonAt(request, 'error') == null ? undefined : 0);
  const problem = tokenProblem(
    'info.input_tokens',
    Number(input),
    jsonShown(input),
    'info.output_tokens',
    Number(output),
    jsonShown(output),
  );
  return problem === null ? plainRow(start * 1e6, Number(input), Number(output)) : { ...problem, place };
}
