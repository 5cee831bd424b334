/** What the browser runs: the same measurement as in Node. */
import { bestRate } from './rate.ts';
import { aggregated } from './scenarios.ts';

Object.assign(globalThis, {
  measure: (requests: number, runs: number) => bestRate(aggregated(16, requests), runs).requestsPerS,
});
