/**
 * Readers of benchmark results that hold each request: `vllm bench serve --save-result --save-detailed`,
 * GuideLLM's benchmarks.json, inference-perf's per_request_lifecycle_metrics.json. Formats as of
 * sim/workload/trace, which reads the same files for their workload alone.
 */
import { ConfigError } from '../../src/core/check.ts';
import { type JsonRecord, jsonAt, numbersOf } from '../workload/trace/json-line.ts';
import type { MeasuredRequest } from './measured-run.ts';

/** Requests of one run; null: no limit of concurrency. */
export interface Run {
  readonly name: string;
  readonly requests: readonly MeasuredRequest[];
  readonly concurrency: number | null;
}

/** The kinds of files. */
export type RunFormat = 'vllm-bench' | 'inference-perf' | 'guidellm';

/** The kind of a parsed document, by the fields that only it has; undefined: none of them. */
export function runFormatOf(document: unknown): RunFormat | undefined {
  if (Array.isArray(jsonAt(document, 'benchmarks'))) return 'guidellm';
  if (Array.isArray(document) && jsonAt(document[0], 'info') !== undefined) return 'inference-perf';
  const record = (document ?? {}) as JsonRecord;
  return 'ttfts' in record || 'mean_ttft_ms' in record ? 'vllm-bench' : undefined;
}

/** Runs of a file; throws ConfigError naming field and file when requests are not in it. */
export function readRuns(name: string, document: unknown, format: RunFormat): Run[] {
  if (format === 'guidellm') return guideLlmRuns(name, document);
  if (format === 'inference-perf')
    return [{ name, requests: inferencePerfRequests(document), concurrency: null }];
  return [vllmBenchRun(name, (document ?? {}) as JsonRecord)];
}

/** Times in seconds; a request that failed has no first token and is left out. */
function vllmBenchRun(name: string, result: JsonRecord): Run {
  const [inputs, outputs, ttfts] = (['input_lens', 'output_lens', 'ttfts'] as const).map((field) => {
    const column = numbersOf(result[field]);
    if (column !== null) return column;
    throw new ConfigError({
      path: field,
      file: name,
      found: field in result ? 'no list of numbers' : 'nothing',
      expected: 'one entry a request: run `vllm bench serve --save-result --save-detailed`',
    });
  }) as [number[], number[], number[]];
  const itls = result['itls'];
  if (!Array.isArray(itls) || itls.length !== inputs.length) {
    throw new ConfigError({
      path: 'itls',
      file: name,
      found: 'no list of lists',
      expected: 'a list a request',
    });
  }
  const starts = numbersOf(result['start_times']);
  const limit = result['max_concurrency'];
  const rate = Number(result['request_rate']);
  const requests = inputs.flatMap((inputTokens, i): MeasuredRequest[] => {
    const ttftMs = ttfts[i]! * 1e3;
    const restMs = (numbersOf(itls[i]) ?? []).reduce((sum, gap) => sum + gap * 1e3, 0);
    if (!(ttftMs > 0) || !(outputs[i]! > 0)) return [];
    // Without start times: all at once, or evenly at the rate.
    const startS = starts?.[i] ?? (Number.isFinite(rate) && rate > 0 ? i / rate : 0);
    return [{ startS, inputTokens, outputTokens: outputs[i]!, ttftMs, e2eMs: ttftMs + restMs }];
  });
  return { name, requests, concurrency: typeof limit === 'number' ? limit : null };
}

function guideLlmRuns(name: string, document: unknown): Run[] {
  const benchmarks = jsonAt(document, 'benchmarks') as readonly unknown[];
  return benchmarks.map((benchmark, b) => {
    const list = jsonAt(benchmark, 'requests', 'successful');
    if (!Array.isArray(list)) {
      throw new ConfigError({
        path: `benchmarks[${b}].requests.successful`,
        file: name,
        found: 'no list',
        expected: 'requests (a report written with all samples kept)',
      });
    }
    const streams =
      jsonAt(benchmark, 'config', 'strategy', 'streams') ??
      jsonAt(benchmark, 'args', 'strategy', 'streams') ??
      jsonAt(benchmark, 'scheduler', 'strategy', 'streams');
    return {
      name: benchmarks.length > 1 ? `${name}#${b + 1}` : name,
      requests: list.flatMap(guideLlmRequest),
      concurrency: typeof streams === 'number' ? streams : null,
    };
  });
}

function guideLlmRequest(request: unknown): MeasuredRequest[] {
  const number = (...fields: readonly string[]): number => {
    for (const field of fields) {
      const value = jsonAt(request, field);
      if (typeof value === 'number') return value;
    }
    return Number.NaN;
  };
  const startS = number('request_start_time', 'start_time');
  const endS = number('request_end_time', 'end_time');
  const latencyS = number('request_latency');
  const own = {
    startS,
    inputTokens: number('prompt_tokens'),
    outputTokens: number('output_tokens'),
    ttftMs: number('time_to_first_token_ms'),
    e2eMs: 1e3 * (Number.isFinite(latencyS) ? latencyS : endS - startS),
  };
  return Object.values(own).every((value) => Number.isFinite(value)) && own.outputTokens > 0 ? [own] : [];
}

function inferencePerfRequests(document: unknown): MeasuredRequest[] {
  return (document as readonly unknown[]).flatMap((request): MeasuredRequest[] => {
    const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);
    const startS = number(jsonAt(request, 'start_time'));
    const times =
      numbersOf(jsonAt(request, 'info', 'output_token_times')) ??
      numbersOf(jsonAt(request, 'info', 'response_metrics', 'output_token_times')) ??
      [];
    const own = {
      startS,
      inputTokens: number(
        jsonAt(request, 'info', 'input_tokens') ??
          jsonAt(request, 'info', 'request_metrics', 'text', 'input_tokens'),
      ),
      outputTokens: number(
        jsonAt(request, 'info', 'output_tokens') ??
          jsonAt(request, 'info', 'response_metrics', 'output_tokens'),
      ),
      ttftMs: 1e3 * ((times[0] ?? Number.NaN) - startS),
      e2eMs: 1e3 * (number(jsonAt(request, 'end_time')) - startS),
    };
    return Object.values(own).every((value) => Number.isFinite(value)) && own.outputTokens > 0 ? [own] : [];
  });
}
