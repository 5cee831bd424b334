/** From a case's workload to the script that is played: which requests, when, with what content. */
import type { Rng } from '../../src/core/rng.ts';
import type { CaseStage, MeasuredCase } from './case.ts';
import { csvRows, jsonRows, type ReadCaseFile } from './case-files.ts';
import type { PlannedRequest, StagePlan } from './case-workload.ts';
import { FIRST_SINGLE, PromptMaker } from './contents.ts';
import { drawLengths } from './lengths.ts';
import { skip } from './skip.ts';

/** Tokens of a block that a trace's hash ids stand for. */
const TRACE_BLOCK_TOKENS = 16;
/**
 * Length of a stage whose duration is not stated, seconds, and requests per client of a closed loop of
 * unknown size.
 */
const STAGE_S = 60;
const REQUESTS_PER_CLIENT = 10;

/** Builds the script of a case. */
export function planStages(measured: MeasuredCase, readFile: ReadCaseFile, rng: Rng): StagePlan[] {
  const { workload, per_request_file: perRequest } = measured;
  const { process } = workload.arrival;
  const file = workload.trace_file ?? perRequest;
  if (file?.endsWith('.jsonl') === true) {
    const { closed_loop_concurrency: clients } = workload;
    return [traceStage(readFile(file), typeof clients === 'number' ? clients : null)];
  }
  if (process === 'closed_loop_trace' || (workload.multi_turn === true && file != null)) {
    return [conversations(readFile(file ?? skip('no file of conversations')))];
  }
  if (file != null) return loggedStages(readFile(file));
  if (workload.multi_turn === true) skip('multi-turn conversations without their lengths');
  const maker = new PromptMaker(workload.shared_prefix);
  return workload.stages.map((stage) => {
    const plan = stagePlan(measured, stage, maker, rng);
    return SENDS_FIRST_PROMPT.test(measured.family) ? withTrial(plan) : plan;
  });
}

/**
 * Benchmarks that are known to send their first prompt once before they measure, so that it is found in the
 * cache.
 */
const SENDS_FIRST_PROMPT = /^llmd-(pdsweep|exp7)/;

function withTrial(plan: StagePlan): StagePlan {
  const trial = plan.kind === 'own' ? undefined : plan.requests[0];
  return trial === undefined ? plan : { ...plan, trial };
}

function stagePlan(measured: MeasuredCase, stage: CaseStage, maker: PromptMaker, rng: Rng): StagePlan {
  const { process } = measured.workload.arrival;
  const make = (count: number): PlannedRequest[] =>
    Array.from({ length: count }, (_, i) => {
      const { input, output } = drawLengths(measured, stage, rng);
      return maker.make(i, input, output);
    });
  switch (process) {
    case 'closed_loop': {
      const clients =
        stage.concurrency ?? measured.workload.closed_loop_concurrency ?? skip('concurrency is not known');
      return { kind: 'shared', clients, requests: make(requestCount(measured, stage, clients)) };
    }
    case 'single_request':
      return { kind: 'shared', clients: 1, requests: make(stage.num_requests ?? 5) };
    case 'static_batch':
    case 'burst': {
      const count = stage.batch ?? stage.num_requests ?? skip('number of requests is not known');
      if (stage.concurrency != null)
        return { kind: 'shared', clients: stage.concurrency, requests: make(count) };
      return { kind: 'open', requests: make(count), offsetsUs: new Array<number>(count).fill(0) };
    }
    default: {
      const rate = stage.rate ?? skip('rate is not known');
      const durationS = stage.duration_s ?? (stage.num_requests ?? rate * STAGE_S) / rate;
      const count = stage.num_requests ?? Math.max(1, Math.round(rate * durationS));
      return { kind: 'open', requests: make(count), offsetsUs: offsets(measured, count, durationS, rng) };
    }
  }
}

function requestCount(measured: MeasuredCase, stage: CaseStage, clients: number): number {
  const successes = measured.measured.summary?.successes;
  return stage.num_requests ?? successes ?? clients * REQUESTS_PER_CLIENT;
}

/** Arrival times of `count` requests over `durationS`, µs. */
function offsets(measured: MeasuredCase, count: number, durationS: number, rng: Rng): number[] {
  const { process, burstiness } = measured.workload.arrival;
  const gaps = Array.from({ length: count }, () => gap(process, burstiness, rng));
  const total = gaps.reduce((sum, g) => sum + g, 0);
  let atUs = 0;
  return gaps.map((g) => {
    const startUs = atUs;
    // The count is fixed, so gaps are scaled to fill the stage.
    atUs += (g / total) * durationS * 1e6;
    return startUs;
  });
}

function gap(process: string, burstiness: number | undefined, rng: Rng): number {
  switch (process) {
    case 'open_loop_normalized_exponential':
    case 'poisson':
    case 'open_loop_poisson':
      return -Math.log(1 - rng.unit());
    case 'open_loop_gamma': {
      if (burstiness === undefined) return -Math.log(1 - rng.unit());
      // Shapes of 1 and more, here whole: the sum of that many exponential gaps.
      const shape = Math.max(1, Math.round(burstiness));
      let sum = 0;
      for (let i = 0; i < shape; i++) sum -= Math.log(1 - rng.unit());
      return sum;
    }
    case 'open_loop_constant_rate':
    case 'constant_rate':
      return 1;
    default:
      return skip(`arrival process "${process}" is not supported`);
  }
}

/** Recorded requests with the blocks that they share, at their times or by so many clients in turn. */
function traceStage(text: string, clients: number | null): StagePlan {
  const rows = jsonRows(text);
  if (rows.length === 0) skip('its workload file is empty');
  let single = FIRST_SINGLE;
  const requests = rows.map((row): PlannedRequest => {
    const blocks = row.hash_ids ?? [];
    const rest = row.input_tokens - blocks.length * TRACE_BLOCK_TOKENS;
    single += 1;
    return {
      contentIds: [...blocks, single],
      lengths: [...blocks.map(() => TRACE_BLOCK_TOKENS), Math.max(0, rest)],
      outputTokens: Math.max(1, row.output_tokens),
    };
  });
  if (clients !== null) return { kind: 'shared', requests, clients };
  const firstS = rows[0]!.arrival_s;
  return { kind: 'open', requests, offsetsUs: rows.map((row) => (row.arrival_s - firstS) * 1e6) };
}

/**
 * Logged requests by stage; the k-th request of every stage sends the same prompt when its length is the
 * same.
 */
function loggedStages(text: string): StagePlan[] {
  const rows = csvRows(text);
  const names = [...new Set(rows.map((row) => row['stage'] ?? '0'))];
  return names.map((name) => {
    const own = rows.filter((row) => (row['stage'] ?? '0') === name);
    const firstS = Math.min(...own.map((row) => Number(row['arrival_s'])));
    const sorted = own.sort((a, b) => Number(a['arrival_s']) - Number(b['arrival_s']));
    return {
      kind: 'open',
      requests: sorted.map((row, i) => ({
        contentIds: [i],
        lengths: [Number(row['input_tokens'])],
        outputTokens: Math.max(1, Number(row['output_tokens'])),
      })),
      offsetsUs: sorted.map((row) => (Number(row['arrival_s']) - firstS) * 1e6),
    };
  });
}

/** Clients that work through conversations turn by turn; `input_tokens` is the whole history. */
function conversations(text: string): StagePlan {
  const rows = csvRows(text);
  const clients = new Map<string, Record<string, string>[]>();
  for (const row of rows) {
    const client = row['client_id'] ?? skip('no client_id in its file');
    const own = clients.get(client);
    if (own === undefined) clients.set(client, [row]);
    else own.push(row);
  }
  let nextContent = 0;
  const queues = [...clients.values()].map((own) => {
    let conversation = '';
    let ids: number[] = [];
    let lengths: number[] = [];
    let history = 0;
    return own.map((row): PlannedRequest => {
      const input = Math.max(1, Number(row['input_tokens']));
      const output = Math.max(1, Number(row['output_tokens']));
      if (row['conversation'] !== conversation || input < history) {
        conversation = row['conversation'] ?? '';
        ids = [];
        lengths = [];
        history = 0;
      }
      ids = [...ids, nextContent++];
      lengths = [...lengths, input - history];
      const answerId = nextContent++;
      const request = { contentIds: ids, lengths, outputTokens: output, answerId };
      ids = [...ids, answerId];
      lengths = [...lengths, output];
      history = input + output;
      return request;
    });
  });
  return { kind: 'own', queues };
}
