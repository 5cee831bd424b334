/**
 * Whole runs, single-threaded: simulated requests per second of wall time, for the traffic that other simulators quote.
 *   (a) 16 aggregated H100 replicas, chat of mean 512 in / 256 out, load-aware routing
 *   (b) the same chat with shared prefixes, prefix-aware routing over 64 endpoints
 *   (c) 4 prefill + 12 decode replicas
 *   (d) a Mooncake trace with prefix caching (give its path: npm run bench -- --mooncake FILE)
 *   (e) 1,000 replicas, 10 million requests (only with --large)
 *   (f) fast-forward over step by step, on (a)
 */
import { readFileSync } from 'node:fs';
import type { Scenario } from '../sim/scenario/schema.ts';
import type { Print } from './print.ts';
import { bestRate } from './rate.ts';
import { aggregated, disaggregated, mooncake, prefixAware } from './scenarios.ts';

const readLines = (path: string): string[] => readFileSync(path, 'utf8').split('\n');

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

export function endToEndBenches(
  print: Print,
  options: { mooncake: string | undefined; large: boolean },
): void {
  const report = (name: string, scenario: Scenario, runs = 3): void => {
    const { requestsPerS, requestsPerCpuS, requests } = bestRate(scenario, runs, { readLines, cpuMs });
    print({ name, value: requestsPerS, unit: 'requests/s', perCpuSecond: requestsPerCpuS, requests });
  };
  report('(a) 16 aggregated replicas, load-aware', aggregated(16, 500_000));
  report('(b) 64 endpoints, shared prefixes, prefix-aware', prefixAware(300_000));
  report('(c) 4 prefill + 12 decode', disaggregated(300_000));
  if (options.mooncake !== undefined)
    report('(d) Mooncake trace, prefix caching', mooncake(options.mooncake));
  const small = aggregated(16, 100_000);
  const fast = bestRate(small, 3, { cpuMs }).requestsPerCpuS;
  const slow = bestRate(small, 3, { cpuMs, fastForward: false }).requestsPerCpuS;
  print({ name: '(f) fast-forward over step by step', value: fast / slow, unit: 'ratio' });
  if (options.large) report('(e) 1,000 replicas, 10 million requests', aggregated(1000, 10_000_000), 1);
}
