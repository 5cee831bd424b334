/** Plugin durations: which calls are timed, that timing changes no decision, and that nothing is wrapped without a stopwatch. */
import { expect, test } from 'vitest';
import { createStreams } from '../../sim/kernel/streams.ts';
import { createRouter, type EndpointPicker } from '../../src/router.ts';
import { EndpointTable } from '../../src/routing/endpoint.ts';
import type { Filter } from '../../src/routing/plugin.ts';
import { type Stopwatch, Timing } from '../../src/routing/stopwatch.ts';
import { request as requestOf } from '../flow/fixtures.ts';

const CONFIG = {
  apiVersion: 'llm-d.ai/v1alpha1',
  kind: 'EndpointPickerConfig',
  plugins: [
    { type: 'decode-filter' },
    { type: 'prefill-filter' },
    { type: 'queue-scorer' },
    { name: 'prefix', type: 'prefix-cache-scorer' },
    { type: 'latency-slo-admitter' },
    { type: 'predicted-latency-producer' },
    { type: 'always-disagg-pd-decider' },
    {
      type: 'disagg-profile-handler',
      parameters: { deciders: { prefill: 'always-disagg-pd-decider' } },
    },
  ],
  schedulingProfiles: [
    { name: 'prefill', plugins: [{ pluginRef: 'prefill-filter' }, { pluginRef: 'queue-scorer' }] },
    { name: 'decode', plugins: [{ pluginRef: 'decode-filter' }, { pluginRef: 'prefix', weight: 2 }] },
  ],
};
const USAGE = { promptTokens: 1, outputTokens: 1, cachedTokens: 0 };

/** Decisions of twenty requests, by the router with or without a stopwatch. */
function decisions(stopwatch?: Stopwatch): string[] {
  const decided: string[] = [];
  const table = new EndpointTable();
  for (const [row, role] of ['prefill', 'prefill', 'decode', 'decode'].entries())
    table.add({ id: `${role}-${row}`, address: `10.0.0.${row}:8000`, labels: { 'llm-d.ai/role': role } });
  const router: EndpointPicker = createRouter({
    config: CONFIG,
    table,
    streams: createStreams(5),
    allowExperimentalPlugins: false,
    output: {
      dispatch: (_request, { rows, prefillRow }) => decided.push(`${rows} ${prefillRow}`),
      reject: (_request, { message }) => decided.push(message),
      evict: () => {},
    },
    ...(stopwatch === undefined ? {} : { stopwatch }),
  });
  for (let id = 0; id < 20; id++) {
    const request = requestOf(id);
    router.arrive(request, 1000 * id);
    router.firstToken(request, 1000 * id + 1);
    if (id % 3 === 0) router.finished(request, USAGE, 'natural', 1000 * id + 2);
  }
  return decided;
}

test('each call is tallied by place, type and name, with the time that the clock says it took', () => {
  let nowMs = 0;
  const tallies = new Map<string, number[]>();
  const timed = decisions({
    now: () => nowMs++,
    tally: (point, { type, name }) => {
      const durations: number[] = [];
      tallies.set(`${point} ${type} ${name}`, durations);
      return (ms) => durations.push(ms);
    },
  });
  expect(timed).toEqual(decisions());
  expect(new Set(timed).size).toBeGreaterThan(2);
  const count = (key: string): number | undefined => tallies.get(key)?.length;
  expect(count('Scorer prefix-cache-scorer prefix')).toBe(20);
  expect(count('ProcessProfilesResults disagg-profile-handler disagg-profile-handler')).toBe(20);
  // Decode, prefill, done.
  expect(count('ProfilePicker disagg-profile-handler disagg-profile-handler')).toBe(60);
  expect(count('Admission latency-slo-admitter latency-slo-admitter')).toBe(20);
  expect(count('DataProducer approx-prefix-cache-producer approx-prefix-cache-producer')).toBe(20);
  expect(count('PreRequest approx-prefix-cache-producer approx-prefix-cache-producer')).toBe(20);
  // First tokens, and the seven requests that have ended.
  expect(count('ResponseStreaming predicted-latency-producer predicted-latency-producer')).toBe(27);
  expect(new Set([...tallies.values()].flat())).toEqual(new Set([1]));
});

test('without a stopwatch plugins are called directly, and with one they keep their basis', () => {
  const filter: Filter = { basis: 'labels', filter: () => {} };
  const plugin = { name: 'f', type: 'f' };
  expect(new Timing(null).filter(filter, plugin)).toBe(filter);
  const stopwatch: Stopwatch = { now: () => 0, tally: () => () => {} };
  expect(new Timing(stopwatch).filter(filter, plugin).basis).toBe('labels');
});
