/** Requests and runs with only those fields set that a test is about. */
import { Recorder } from '../../sim/metrics/recorder.ts';
import type { PoolUsage, RunResult } from '../../sim/metrics/run-result.ts';
import type { SloSpec } from '../../sim/scenario/schema.ts';
import { Course, type Ending, type SimRequest } from '../../sim/workload/request.ts';

export interface RequestFacts {
  readonly arrivalUs?: number;
  readonly firstTokenUs?: number;
  readonly endUs?: number;
  readonly outputTokens?: number;
  readonly promptTokens?: number;
  readonly ending?: Ending;
  readonly classIndex?: number;
}

let nextId = 0;

export function request(facts: RequestFacts): SimRequest {
  const course = new Course();
  const arrivalUs = facts.arrivalUs ?? 0;
  course.ending = facts.ending ?? 'completed';
  course.dispatchedUs = arrivalUs;
  course.endpoint = 0;
  course.firstTokenUs = facts.firstTokenUs ?? -1;
  course.endUs = facts.endUs ?? -1;
  const promptTokens = facts.promptTokens ?? 100;
  const id = nextId++;
  return {
    course,
    request: {
      id,
      requestId: `r${id}`,
      model: 'm',
      incomingModel: 'm',
      arrivalUs,
      priority: 0,
      fairnessId: 'default-flow',
      prompt: { tokens: promptTokens, approximateKeys: () => new Uint32Array(0), preciseKeys: () => null },
      maxOutputTokens: 0,
      sizeBytes: 0,
      headers: new Map(),
      multimodal: null,
    } as unknown as SimRequest['request'],
    prompt: { ids: [0], lengths: [promptTokens] },
    promptTokens,
    outputTokens: facts.outputTokens ?? 11,
    maxTokens: facts.outputTokens ?? 11,
    outputContentId: 1,
    classIndex: facts.classIndex ?? 0,
    session: -1,
  } as SimRequest;
}

export function recorderOf(
  requests: readonly SimRequest[],
  options: { slo?: SloSpec; warmupUs?: number; classes?: readonly string[]; endUs?: number } = {},
): Recorder {
  const recorder = new Recorder({
    warmupUs: options.warmupUs ?? 0,
    slo: options.slo,
    classes: options.classes ?? ['default'],
  });
  for (const one of requests) recorder.arrived(one, one.request.arrivalUs);
  for (const one of requests) recorder.ended(one, Math.max(one.course.endUs, options.endUs ?? 0));
  return recorder;
}

export const POOL: PoolUsage = {
  name: 'pool',
  role: 'both',
  replicas: 2,
  gpus: 2,
  gpu: 'h100-sxm',
  model: 'llama-3.1-8b',
  engine: 'vllm@0',
  kvBlocks: 1000,
  busyPrefillUs: 2e6,
  busyDecodeUs: 5e6,
  transferUs: 0,
  availableUs: 20e6,
  heldUs: 20e6,
  kvMean: 0.25,
  kvMax: 0.5,
};

export function runResult(recorder: Recorder, facts: Partial<RunResult> = {}): RunResult {
  return {
    seed: 1,
    fingerprint: 'f1',
    events: 10,
    durationUs: 10e6,
    recorder,
    pools: [POOL],
    queriedTokens: 100,
    hitTokens: 25,
    tiers: [],
    links: [],
    provenance: [],
    notes: [],
    idealised: [],
    scaling: [],
    tenants: [],
    ...facts,
  };
}
