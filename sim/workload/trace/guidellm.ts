/**
 * GuideLLM's `benchmarks.json`: for each benchmark of a run lists of successful, incomplete and failed requests with
 * `request_start_time` (formerly `start_time`, seconds since 1970), `prompt_tokens` and `output_tokens`. Benchmarks ran one after
 * the other and are replayed so; with several of them each is a request class of its own.
 * source: https://github.com/vllm-project/guidellm src/guidellm/schemas/request_stats.py (read 2026-11-28)
 */
import { documentReader } from './document.ts';
import { namesFields, type TraceFormat } from './format.ts';
import { jsonAt, jsonShown } from './json-line.ts';
import { plainRow, type RowOutcome, type RowProblem, tokenProblem } from './row.ts';

/** The lists of requests; each one was load on the server. */
const LISTS = ['successful', 'incomplete', 'errored'] as const;

export const guideLlmFormat: TraceFormat = {
  open: () => documentReader(read),
  blockTokens: 0,
  hasClasses: true,
  detects: namesFields('benchmarks'),
};

function read(document: unknown): readonly RowOutcome[] | RowProblem {
  const benchmarks = jsonAt(document, 'benchmarks');
  if (!Array.isArray(benchmarks)) {
    return {
      field: 'header',
      found: 'no benchmarks',
      expected: 'a list `benchmarks`, as GuideLLM writes it',
    };
  }
  const outcomes = benchmarks.flatMap((benchmark: unknown, b) =>
    LISTS.flatMap((list) => {
      const requests = jsonAt(benchmark, 'requests', list);
      if (!Array.isArray(requests)) return [];
      const className = benchmarks.length > 1 ? `benchmark-${b + 1}` : '';
      return requests.map((request: unknown, i) =>
        rowOf(request, className, `benchmarks[${b}].requests.${list}[${i}]`),
      );
    }),
  );
  if (outcomes.length > 0) return outcomes;
  return {
    field: 'header',
    found: 'no requests',
    expected: 'a report with its requests (written with all samples kept)',
  };
}

function rowOf(request: unknown, className: string, place: string): RowOutcome {
  const start = jsonAt(request, 'request_start_time') ?? jsonAt(request, 'start_time');
  if (typeof start !== 'number' || !(start >= 0)) {
    return { field: 'request_start_time', found: jsonShown(start), expected: 'seconds since 1970', place };
  }
  const input = jsonAt(request, 'prompt_tokens');
  const output = jsonAt(request, 'output_tokens') ?? 0;
  const [inputTokens, outputTokens] = [Number(input ?? Number.NaN), Number(output)];
  const problem = tokenProblem(
    'prompt_tokens',
    inputTokens,
    jsonShown(input),
    'output_tokens',
    outputTokens,
    jsonShown(output),
  );
  if (problem !== null) return { ...problem, place };
  return { ...plainRow(start * 1e6, inputTokens, outputTokens), className };
}
