/**
 * A measured case as its file describes it, in the published format: one JSON object per line. Only the
 * fields that prediction needs are typed; unknown fields are left alone, as cases of many origins share the
 * format.
 */
import { ConfigError } from '../../src/core/check.ts';

/** Statistics of a metric in ms, as far as they are known. */
export type MeasuredStats = Readonly<Partial<Record<string, number | string | null>>>;

/** Metrics of a run or stage. */
export interface Measured {
  readonly index?: number;
  readonly repeat?: boolean;
  readonly ttft_ms?: MeasuredStats;
  readonly e2e_ms?: MeasuredStats;
  readonly tpot_engine_ms?: MeasuredStats;
  readonly itl_ms?: MeasuredStats;
  readonly queue_ms?: MeasuredStats;
  readonly frontend_delay_ms?: MeasuredStats;
  readonly output_tok_s?: number | null;
  readonly request_throughput?: number | null;
  readonly input_len_measured?: MeasuredStats;
  readonly successes?: number | null;
  readonly measured?: readonly string[];
}

/** One load level. */
export interface CaseStage {
  readonly index: number;
  readonly rate?: number | null;
  readonly duration_s?: number | null;
  readonly num_requests?: number | null;
  readonly concurrency?: number | null;
  readonly isl?: number | null;
  readonly osl?: number | null;
  readonly input_len?: number | null;
  readonly prompt_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly batch?: number | null;
}

/** Input or output lengths. */
export interface CaseLengths {
  readonly kind: string;
  readonly requested?: number | null;
  readonly value?: number | null;
  readonly measured_mean?: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
  readonly mean?: number | null;
}

/** Prompts that share beginnings. */
export interface CasePrefixes {
  readonly groups?: number;
  readonly groups_effective?: number;
  readonly prompts_per_group?: number;
  readonly prompts_per_group_effective?: number;
  readonly system_prompt_len?: number;
}

/** A disaggregated deployment. */
interface CasePd {
  readonly prefill_instances: number;
  readonly decode_instances: number;
  readonly tp_prefill?: number;
  readonly tp_decode?: number;
  readonly transport?: string;
}

/** One measured case. */
export interface MeasuredCase {
  readonly id: string;
  readonly tier: number;
  readonly family: string;
  readonly model: string;
  readonly hardware: {
    readonly gpu: string;
    readonly count?: number | null;
    readonly tp?: number | null;
    readonly pp?: number | null;
    readonly dp?: number | null;
    readonly ep?: number | null;
    readonly replicas?: number | null;
    readonly pd?: CasePd | null;
    readonly detail?: string | null;
  };
  readonly engine: { readonly name: string; readonly version: string | null };
  readonly precision?: { readonly weights?: string | null; readonly kv?: string | null };
  readonly engine_args?: Readonly<Record<string, number | string | boolean | null>>;
  readonly workload: {
    readonly name?: string | null;
    readonly arrival: { readonly process: string; readonly burstiness?: number };
    readonly closed_loop_concurrency?: number | null;
    readonly stages: readonly CaseStage[];
    readonly input_len: CaseLengths;
    readonly output_len: CaseLengths;
    readonly shared_prefix?: CasePrefixes | null;
    readonly multi_turn?: boolean | null;
    readonly trace_file?: string | null;
  };
  readonly measured: { readonly summary?: Measured | null; readonly stages?: readonly Measured[] };
  /** Predictions of other simulators by name, by stage (`-1`: the whole run). */
  readonly peers?: Readonly<
    Record<string, { readonly stages?: Readonly<Record<string, Readonly<Record<string, number | null>>>> }>
  > | null;
  readonly usable?: boolean;
  readonly per_request_file?: string | null;
  readonly split?: string;
}

/** Reads one line; throws ConfigError naming line and field when it is no case. */
export function parseCase(line: string, lineNumber: number): MeasuredCase {
  const path = `line ${lineNumber}`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ConfigError({ path, found: line.slice(0, 60), expected: 'a JSON object' });
  }
  const record = asRecord(value, path);
  for (const name of ['id', 'family', 'model']) text(record, name, path);
  const { tier } = record;
  if (typeof tier !== 'number' || !Number.isInteger(tier)) {
    throw new ConfigError({ path: `${path}.tier`, found: shown(tier), expected: 'an integer' });
  }
  text(asRecord(record['hardware'], `${path}.hardware`), 'gpu', `${path}.hardware`);
  text(asRecord(record['engine'], `${path}.engine`), 'name', `${path}.engine`);
  const workload = asRecord(record['workload'], `${path}.workload`);
  text(asRecord(workload['arrival'], `${path}.workload.arrival`), 'process', `${path}.workload.arrival`);
  if (!Array.isArray(workload['stages'])) {
    throw new ConfigError({
      path: `${path}.workload.stages`,
      found: shown(workload['stages']),
      expected: 'a list',
    });
  }
  for (const name of ['input_len', 'output_len']) asRecord(workload[name], `${path}.workload.${name}`);
  asRecord(record['measured'], `${path}.measured`);
  return value as MeasuredCase;
}

function asRecord(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new ConfigError({ path, found: shown(value), expected: 'an object' });
}

function text(record: Record<string, unknown>, name: string, path: string): void {
  if (typeof record[name] === 'string' && record[name] !== '') return;
  throw new ConfigError({ path: `${path}.${name}`, found: shown(record[name]), expected: 'a text' });
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value)?.slice(0, 60) ?? 'nothing');
}
