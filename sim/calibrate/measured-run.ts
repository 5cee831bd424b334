/**
 * From the requests of a benchmark run to a measured case: what was sent when, and what was measured. A run
 * with a limit of concurrency is replayed as a closed loop, any other at its recorded times.
 */
import { ConfigError } from '../../src/core/check.ts';
import type { MeasuredCase, MeasuredStats } from '../validate/case.ts';
import { statistic } from '../validate/observed.ts';

/** Where the runs were measured. */
export interface MeasuredDeployment {
  /** Catalogue ids. */
  readonly gpu: string;
  readonly model: string;
  readonly tp: number;
  readonly engine: string;
  readonly version: string;
  /** Precision of weights; undefined: the model's own. */
  readonly weights?: string;
  readonly kv?: string;
  /** Engine arguments by the engine's own names. */
  readonly args: Readonly<Record<string, number | string | boolean>>;
}

/** A request as measured by the client. */
export interface MeasuredRequest {
  readonly startS: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly ttftMs: number;
  readonly e2eMs: number;
}

/** A case and the file that it names. */
export interface RunCase {
  readonly measured: MeasuredCase;
  readonly workload: { readonly name: string; readonly text: string };
}

/** Fewest requests that say anything. */
const FEWEST = 5;

/** Puts a case together; throws ConfigError naming the run when it has too few requests. */
export function runCaseOf(
  name: string,
  requests: readonly MeasuredRequest[],
  deployment: MeasuredDeployment,
  concurrency: number | null,
): RunCase {
  if (requests.length < FEWEST) {
    throw new ConfigError({
      path: name,
      found: `${requests.length} successful requests`,
      expected: `at least ${FEWEST} with a first token, an end and token counts`,
    });
  }
  const sorted = [...requests].sort((a, b) => a.startS - b.startS);
  const firstS = sorted[0]!.startS;
  const file = `${name}.requests.jsonl`;
  const lines = sorted.map((r) =>
    JSON.stringify({
      arrival_s: r.startS - firstS,
      input_tokens: Math.max(1, r.inputTokens),
      output_tokens: Math.max(1, r.outputTokens),
    }),
  );
  return {
    measured: caseOf(name, sorted, deployment, concurrency, file),
    workload: { name: file, text: lines.join('\n') },
  };
}

function caseOf(
  name: string,
  requests: readonly MeasuredRequest[],
  deployment: MeasuredDeployment,
  concurrency: number | null,
  file: string,
): MeasuredCase {
  const long = requests.filter((r) => r.outputTokens > 1);
  const lengths = { kind: 'per_request' };
  return {
    id: name,
    tier: 1,
    family: 'user',
    model: deployment.model,
    hardware: { gpu: deployment.gpu, count: deployment.tp, tp: deployment.tp, replicas: 1 },
    engine: { name: deployment.engine, version: deployment.version },
    precision: { weights: deployment.weights ?? null, kv: deployment.kv ?? null },
    engine_args: deployment.args,
    workload: {
      name,
      arrival: { process: concurrency === null ? 'trace' : 'closed_loop' },
      closed_loop_concurrency: concurrency,
      stages: [{ index: 0, concurrency, num_requests: requests.length }],
      input_len: lengths,
      output_len: lengths,
      trace_file: file,
    },
    measured: {
      summary: {
        ttft_ms: stats(requests.map((r) => r.ttftMs)),
        e2e_ms: stats(requests.map((r) => r.e2eMs)),
        tpot_engine_ms: stats(long.map((r) => (r.e2eMs - r.ttftMs) / (r.outputTokens - 1))),
      },
      stages: [],
    },
  };
}

function stats(values: readonly number[]): MeasuredStats {
  const names = ['mean', 'p50', 'p90', 'p99'];
  return Object.fromEntries(names.map((name) => [name, statistic(values, name) ?? null]));
}
