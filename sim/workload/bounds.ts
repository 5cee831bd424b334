/** How long arrivals go on. */
import type { ArrivalsSpec, RunSpec, TraceSpec, WorkloadSpec } from '../scenario/schema.ts';
import { isEndless } from './arrivals.ts';
import { presetWorkload } from './preset.ts';

/** Requests of an endless workload when the scenario sets neither `requests` nor `durationS`. */
export const DEFAULT_REQUESTS = 1000;

/** Limits on arrivals; Infinity where there is none. */
export interface ArrivalBounds {
  readonly requests: number;
  readonly untilUs: number;
}

/** The run with a bound for a workload that has no end of its own. */
export function boundedRun(workload: WorkloadSpec, run: RunSpec): RunSpec {
  const endless = workload.kind !== 'trace' && isEndless(arrivalsOf(workload));
  if (!endless || run.requests !== undefined || run.durationS !== undefined) return run;
  return { ...run, requests: DEFAULT_REQUESTS };
}

/** Bounds of a run. An arrival at exactly `durationS` still counts. */
export function arrivalBounds(workload: WorkloadSpec, run: RunSpec): ArrivalBounds {
  const { requests, durationS } = boundedRun(workload, run);
  return {
    requests: requests ?? Number.POSITIVE_INFINITY,
    untilUs: (durationS ?? Number.POSITIVE_INFINITY) * 1e6,
  };
}

function arrivalsOf(workload: Exclude<WorkloadSpec, TraceSpec>): ArrivalsSpec {
  return workload.kind === 'synthetic' ? workload.arrivals : presetWorkload(workload).arrivals;
}
