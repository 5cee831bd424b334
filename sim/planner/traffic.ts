/**
 * The plan's traffic: the very requests of a seed as far as they do not depend on the fleet, for bounds; and the same traffic
 * at another rate. Streams are those of the runs, so that a bound speaks about the requests that are simulated.
 */
import { createStreams } from '../kernel/streams.ts';
import type { Scenario } from '../scenario/schema.ts';
import type { ArrivalsSpec, WorkloadSpec } from '../scenario/workload-schema.ts';
import { createWorkload } from '../workload/create.ts';
import { presetWorkload } from '../workload/preset.ts';
import type { ReadLines } from '../workload/trace/trace-workload.ts';

/** One request of the traffic. Times in µs. */
export interface OfferedRequest {
  readonly arrivalUs: number;
  readonly promptTokens: number;
  /** Prompt tokens that no cache can hold: content of this request alone; at least 1. */
  readonly freshTokens: number;
  readonly outputTokens: number;
}

/** The requests of one seed. */
export interface Traffic {
  readonly requests: readonly OfferedRequest[];
  /** False where later requests depend on answers (sessions, closed loops): times are then not known beforehand. */
  readonly isOpen: boolean;
  /** Requests per second over the span of arrivals; null where it depends on the fleet. */
  readonly rateRps: number | null;
}

/** Requests of a scenario with a seed that arrive after its warm-up. */
export function trafficOf(
  scenario: Pick<Scenario, 'workload' | 'run'>,
  seed: number,
  readLines?: ReadLines,
): Traffic {
  const workload = createWorkload(scenario.workload, {
    streams: createStreams(seed),
    run: scenario.run ?? {},
    model: '',
    ...(readLines === undefined ? {} : { readLines }),
  });
  const requests: OfferedRequest[] = [];
  let firstUs = Number.NaN;
  let lastUs = 0;
  let count = 0;
  const warmupUs = (scenario.run?.warmupS ?? 0) * 1e6;
  for (let next = workload.next(); next !== null; next = workload.next()) {
    const { arrivalUs } = next.request;
    if (count === 0) firstUs = arrivalUs;
    count += 1;
    lastUs = arrivalUs;
    if (arrivalUs < warmupUs) continue;
    let freshTokens = 0;
    const { ids, lengths } = next.prompt;
    for (let i = 0; i < ids.length; i++) if (ids[i]! < 0) freshTokens += lengths[i]!;
    requests.push({
      arrivalUs,
      promptTokens: next.promptTokens,
      freshTokens: Math.max(1, freshTokens),
      outputTokens: next.outputTokens,
    });
  }
  const isOpen = !workload.hasFollowUps && !isHeld(scenario.workload);
  const spanS = (lastUs - firstUs) / 1e6;
  return { requests, isOpen, rateRps: isOpen && spanS > 0 ? (count - 1) / spanS : null };
}

function isHeld(workload: WorkloadSpec): boolean {
  if (workload.kind === 'trace') return false;
  const synthetic = workload.kind === 'preset' ? presetWorkload(workload) : workload;
  const { arrivals } = synthetic;
  return (
    synthetic.sessions !== undefined ||
    arrivals.process === 'closedLoop' ||
    (arrivals.process === 'stages' && arrivals.drainBetween === true)
  );
}

/** The workload at `factor` times its rate (clients, for closed loops and bursts). */
export function scaledWorkload(workload: WorkloadSpec, factor: number): WorkloadSpec {
  if (factor === 1) return workload;
  switch (workload.kind) {
    case 'trace':
      return { ...workload, rateScale: (workload.rateScale ?? 1) * factor };
    case 'preset': {
      const synthetic = presetWorkload(workload);
      return { ...synthetic, arrivals: scaledArrivals(synthetic.arrivals, factor) };
    }
    case 'synthetic':
      return { ...workload, arrivals: scaledArrivals(workload.arrivals, factor) };
  }
}

function scaledArrivals(arrivals: ArrivalsSpec, factor: number): ArrivalsSpec {
  switch (arrivals.process) {
    case 'closedLoop':
      return { ...arrivals, concurrency: Math.max(1, Math.round(arrivals.concurrency * factor)) };
    case 'burst':
      return { ...arrivals, requests: Math.max(1, Math.round(arrivals.requests * factor)) };
    case 'stages':
      return {
        ...arrivals,
        stages: arrivals.stages.map((stage) => ({ ...stage, rateRps: stage.rateRps * factor })),
      };
    default:
      return { ...arrivals, rateRps: arrivals.rateRps * factor };
  }
}
