/** Builds workloads from plain specs, and drains them. */
import { createStreams } from '../../sim/kernel/streams.ts';
import type { RunSpec, SyntheticSpec, TraceSpec, WorkloadSpec } from '../../sim/scenario/schema.ts';
import { createWorkload } from '../../sim/workload/create.ts';
import type { SimRequest } from '../../sim/workload/request.ts';
import type { Workload } from '../../sim/workload/workload.ts';

/** A synthetic workload with the fields that matter to the test. */
export function synthetic(fields: Partial<SyntheticSpec>): SyntheticSpec {
  return {
    kind: 'synthetic',
    arrivals: { process: 'poisson', rateRps: 10 },
    input: { dist: 'constant', value: 100 },
    output: { dist: 'constant', value: 10 },
    ...fields,
  };
}

/** A workload built with a seed of its own. */
export function build(spec: WorkloadSpec, run: RunSpec = {}, seed = 1): Workload {
  return createWorkload(spec, { streams: createStreams(seed), run, model: 'test-model' });
}

/** A workload over the text of a trace file. */
export function buildTrace(
  text: string,
  fields: Partial<TraceSpec> & Pick<TraceSpec, 'format'>,
  run: RunSpec = {},
  seed = 1,
): Workload {
  return createWorkload(
    { kind: 'trace', path: 'trace.txt', ...fields },
    { streams: createStreams(seed), run, model: 'test-model', readLines: () => text.split('\n') },
  );
}

/** All open-loop requests that need no answer to come. */
export function drain(workload: Workload): SimRequest[] {
  const requests: SimRequest[] = [];
  for (let r = workload.next(); r !== null; r = workload.next()) requests.push(r);
  return requests;
}

/**
 * Plays a workload against servers that answer after `serviceUs(request)`, without queues. Returns requests in order of
 * arrival with the number in flight just after each arrival.
 */
export function play(
  workload: Workload,
  serviceUs: (request: SimRequest) => number,
  completes: (request: SimRequest) => boolean = () => true,
): { requests: SimRequest[]; inFlight: number[]; ends: number[] } {
  const arrivals: SimRequest[] = [];
  const departures: { request: SimRequest; atUs: number }[] = [];
  const played = { requests: [] as SimRequest[], inFlight: [] as number[], ends: [] as number[] };
  let isAhead = false;
  const pull = (): void => {
    if (isAhead) return;
    const next = workload.next();
    if (next === null) return;
    isAhead = true;
    ahead = next;
    arrivals.push(next);
  };
  let ahead: SimRequest | null = null;
  pull();
  while (arrivals.length > 0 || departures.length > 0) {
    arrivals.sort((a, b) => a.request.arrivalUs - b.request.arrivalUs || a.request.id - b.request.id);
    departures.sort((a, b) => a.atUs - b.atUs);
    const arrival = arrivals[0];
    const departure = departures[0];
    if (departure !== undefined && (arrival === undefined || departure.atUs <= arrival.request.arrivalUs)) {
      departures.shift();
      played.ends.push(departure.atUs);
      const follow = workload.onFinished(departure.request, completes(departure.request), departure.atUs);
      if (follow !== null) arrivals.push(follow);
      pull();
      continue;
    }
    arrivals.shift();
    played.requests.push(arrival!);
    departures.push({ request: arrival!, atUs: arrival!.request.arrivalUs + serviceUs(arrival!) });
    played.inFlight.push(departures.length);
    if (arrival === ahead) {
      isAhead = false;
      pull();
    }
  }
  return played;
}

/** Mean and CV of numbers. */
export function moments(values: readonly number[]): { mean: number; cv: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1);
  return { mean, cv: Math.sqrt(variance) / mean };
}

/** Arrival times in seconds. */
export function arrivalsS(requests: readonly SimRequest[]): number[] {
  return requests.map((r) => r.request.arrivalUs / 1e6);
}

/** Differences between neighbours, the first one from 0. */
export function gapsOf(times: readonly number[]): number[] {
  return times.map((t, i) => t - (i === 0 ? 0 : times[i - 1]!));
}
