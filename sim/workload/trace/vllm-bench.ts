/**
 * Result of `vllm bench serve --save-result --save-detailed`: columns over requests, `input_lens`, `output_lens` and (from 2026
 * on) `start_times` in seconds of a clock of the client's. Without start times only a burst can be replayed: rate `inf` and no
 * limit of concurrency mean that all requests were sent at once. Prompts share nothing, as their texts are not there.
 * source: https://github.com/vllm-project/vllm vllm/benchmarks/serve.py (read 2026-11-28)
 */
import { documentReader } from './document.ts';
import { namesFields, type TraceFormat } from './format.ts';
import { type JsonRecord, numbersOf } from './json-line.ts';
import { plainRow, type RowOutcome, type RowProblem, tokenProblem } from './row.ts';

const isDetailed = namesFields('input_lens', 'output_lens');
const isSummary = namesFields('request_throughput', 'output_throughput', 'total_input_tokens');

export const vllmBenchFormat: TraceFormat = {
  open: () => documentReader(read),
  blockTokens: 0,
  hasClasses: false,
  detects: (head) => isDetailed(head) || isSummary(head),
};

function read(document: unknown): readonly RowOutcome[] | RowProblem {
  const result = (document ?? {}) as JsonRecord;
  const inputs = numbersOf(result['input_lens']);
  const outputs = numbersOf(result['output_lens']);
  if (inputs === null || outputs === null || inputs.length !== outputs.length) {
    return {
      field: 'header',
      found:
        inputs === null || outputs === null ? 'no input_lens or output_lens' : 'columns of different length',
      expected: 'input_lens and output_lens, one entry a request (--save-detailed)',
    };
  }
  const starts = numbersOf(result['start_times']) ?? burstStarts(result, inputs.length);
  if (starts === null || starts.length !== inputs.length) {
    return {
      field: 'header',
      found: 'no start_times',
      expected:
        'start_times (vLLM of 2026 or later with --save-detailed), or a run at rate inf without a limit',
    };
  }
  const first = starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
  return inputs.map((input, i) => rowOf(i, (starts[i]! - first) * 1e6, input, outputs[i]!));
}

function burstStarts(result: JsonRecord, requests: number): number[] | null {
  const rate = result['request_rate'];
  const isBurst = (rate === 'inf' || rate === Number.POSITIVE_INFINITY) && result['max_concurrency'] == null;
  return isBurst ? new Array<number>(requests).fill(0) : null;
}

function rowOf(index: number, atUs: number, input: number, output: number): RowOutcome {
  const place = `request ${index + 1}`;
  const problem = tokenProblem('input_lens', input, String(input), 'output_lens', output, String(output));
  if (problem !== null) return { ...problem, place };
  if (Number.isFinite(atUs)) return plainRow(atUs, input, output);
  return { field: 'start_times', found: 'no number', expected: 'seconds', place };
}
