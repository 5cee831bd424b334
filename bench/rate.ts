/** Simulated requests per second of wall time; runs in Node and in a browser alike. */
import { simulate } from '../sim/cluster/simulate.ts';
import type { Scenario } from '../sim/scenario/schema.ts';
import { timedMs } from './print.ts';

export interface RateOptions {
  readonly fastForward?: boolean;
  readonly readLines?: (path: string) => Iterable<string>;
}

/** Best of `runs` runs: the first one warms the compiler up, and whatever else the machine does only makes runs slower. */
export function bestRate(
  scenario: Scenario,
  runs: number,
  options: RateOptions = {},
): { requestsPerS: number; requests: number } {
  let requestsPerS = 0;
  let requests = 0;
  for (let i = 0; i < runs; i++) {
    const ms = timedMs(() => {
      const result = simulate(scenario, { seed: scenario.seed ?? 1, fastForward: true, ...options });
      requests = result.recorder.total.arrived;
    });
    requestsPerS = Math.max(requestsPerS, (requests / ms) * 1e3);
  }
  return { requestsPerS, requests };
}
