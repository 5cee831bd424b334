/** Simulated requests per second of wall time; runs in Node and in a browser alike. */
import { simulate } from '../sim/cluster/simulate.ts';
import type { Scenario } from '../sim/scenario/schema.ts';
import { timedMs } from './print.ts';

export interface RateOptions {
  /** CPU time of the process so far, ms, where the host can tell: all its threads, compiler and garbage collector included. */
  readonly cpuMs?: () => number;
  readonly fastForward?: boolean;
  readonly readLines?: (path: string) => Iterable<string>;
}

/** Requests a second: of wall time, and of CPU time where the host can tell (else 0). */
export interface Rate {
  readonly requestsPerS: number;
  readonly requestsPerCpuS: number;
  readonly requests: number;
}

/** Best of `runs` runs: the first one warms the compiler up, and whatever else the machine does only makes runs slower. */
export function bestRate(scenario: Scenario, runs: number, options: RateOptions = {}): Rate {
  const { cpuMs, ...rest } = options;
  let requestsPerS = 0;
  let requestsPerCpuS = 0;
  let requests = 0;
  for (let i = 0; i < runs; i++) {
    const startMs = cpuMs?.() ?? 0;
    const ms = timedMs(() => {
      const result = simulate(scenario, { seed: scenario.seed ?? 1, fastForward: true, ...rest });
      requests = result.recorder.total.arrived;
    });
    requestsPerS = Math.max(requestsPerS, (requests / ms) * 1e3);
    if (cpuMs !== undefined)
      requestsPerCpuS = Math.max(requestsPerCpuS, (requests / (cpuMs() - startMs)) * 1e3);
  }
  return { requestsPerS, requestsPerCpuS, requests };
}
