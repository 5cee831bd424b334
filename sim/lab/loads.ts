/** A workload at another load. Lengths and contents stay the same; only arrivals come faster or slower. */
import { ConfigError } from '../../src/core/check.ts';
import type { ArrivalsSpec, WorkloadSpec } from '../scenario/schema.ts';
import { presetWorkload } from '../workload/preset.ts';
import type { LoadSpec } from './schema.ts';

/** Name of a load in tables: `x1.5`, `20 rps`. */
export function loadName(load: LoadSpec): string {
  return typeof load === 'number' ? `x${load}` : `${load.rps} rps`;
}

/** The workload at that load; throws ConfigError at `path` for a rate where the workload has none of its own. */
export function atLoad(workload: WorkloadSpec, load: LoadSpec, path: string): WorkloadSpec {
  if (load === 1) return workload;
  if (workload.kind === 'preset') return atLoad(presetWorkload(workload), load, path);
  if (workload.kind === 'trace') {
    if (typeof load !== 'number') throw noRate(path, 'a trace');
    return { ...workload, rateScale: (workload.rateScale ?? 1) * load };
  }
  return { ...workload, arrivals: arrivalsAt(workload.arrivals, load, path) };
}

function arrivalsAt(arrivals: ArrivalsSpec, load: LoadSpec, path: string): ArrivalsSpec {
  if ('rateRps' in arrivals) {
    return { ...arrivals, rateRps: typeof load === 'number' ? arrivals.rateRps * load : load.rps };
  }
  if (typeof load !== 'number') throw noRate(path, `arrivals of process ${arrivals.process}`);
  switch (arrivals.process) {
    case 'stages':
      return {
        ...arrivals,
        stages: arrivals.stages.map((stage) => ({ ...stage, rateRps: stage.rateRps * load })),
      };
    case 'closedLoop':
      return { ...arrivals, concurrency: Math.max(1, Math.round(arrivals.concurrency * load)) };
    case 'burst':
      return { ...arrivals, requests: Math.max(1, Math.round(arrivals.requests * load)) };
  }
}

function noRate(path: string, what: string): ConfigError {
  return new ConfigError({ path, found: `a rate for ${what}`, expected: 'a factor, e.g. 1.5' });
}
