/** A router whose host tells of changes of signals decides as one that looks at them for every request. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import { config, makeTable, prompt, request, USAGE, World } from './fixtures.ts';

const LIMIT = {
  type: 'utilization-filter',
  parameters: { conditions: [{ metric: 'waiting-queue', maxValue: 3 }], fallbackOnEmpty: true },
};
const FILTERS = ['decode-filter', LIMIT] as const;
const SCORERS = [
  'queue-scorer',
  'kv-cache-utilization-scorer',
  'running-requests-size-scorer',
  'load-aware-scorer',
  'prefix-cache-scorer',
  'active-request-scorer',
] as const;
const ROLES = ['decode', 'prefill', 'both'];

const signals = fc.record({
  waiting: fc.integer({ min: 0, max: 4 }),
  running: fc.integer({ min: 0, max: 4 }),
  kvUsage: fc.integer({ min: 0, max: 4 }).map((n) => n / 4),
});
const endpoint = fc.record({ ...{ signals }, role: fc.constantFrom(...ROLES) });
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ what: fc.constant('request' as const), content: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('scrape' as const), at: fc.nat(20), signals }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('join' as const), endpoint }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('leave' as const), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('end' as const) }) },
);
const scenario = fc.record({
  filters: fc.subarray([...FILTERS]),
  scorers: fc.shuffledSubarray([...SCORERS], { minLength: 1 }),
  weights: fc.array(fc.constantFrom(1, 2, 0.3, -1), { minLength: 6, maxLength: 6 }),
  targets: fc.integer({ min: 1, max: 3 }),
  endpoints: fc.array(endpoint, { minLength: 1, maxLength: 6 }),
  happenings: fc.array(happening, { minLength: 5, maxLength: 60 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

function write(table: EndpointTable, row: number, to: Scenario['endpoints'][0]['signals']): void {
  table.waiting[row] = to.waiting;
  table.running[row] = to.running;
  table.kvUsage[row] = to.kvUsage;
}

/** Rows of every decision, or the status of a refusal. */
function play(s: Scenario, tells: boolean): unknown[] {
  const table = makeTable(
    s.endpoints.map((e, i) => ({ id: `e${i}`, ...e.signals, labels: { 'llm-d.ai/role': e.role } })),
  );
  const picker = { type: 'max-score-picker', parameters: { maxNumOfEndpoints: s.targets } };
  const names = s.filters.map((filter) => (typeof filter === 'string' ? filter : filter.type));
  const profile = [
    ...names.map((pluginRef) => ({ pluginRef })),
    ...s.scorers.map((pluginRef, i) => ({ pluginRef, weight: s.weights[i] })),
    { pluginRef: 'max-score-picker' },
  ];
  const setup = {
    ...config(...s.filters, ...s.scorers, picker),
    schedulingProfiles: [{ name: 'default', plugins: profile }],
  };
  // Decisions that are recorded are made from the start each time: only the one that tells goes without.
  const world = new World(setup, table, { isRecorded: !tells });
  const changed = (): void => {
    if (tells) table.signalsChanged();
  };
  changed();
  const sent: ReturnType<typeof request>[] = [];
  const seen: unknown[] = [];
  let joined = 0;
  for (const [i, h] of s.happenings.entries()) {
    if (h.what === 'request') {
      const next = request({ id: 1000 + i, requestId: `r${i}`, prompt: prompt([h.content, h.content + 1]) });
      const outcome = world.send(next, i);
      if (!('status' in outcome)) sent.push(next);
      seen.push('status' in outcome ? outcome.status : outcome.rows);
    } else if (h.what === 'scrape' && table.rows.length > 0) {
      write(table, table.rows[h.at % table.rows.length]!, h.signals);
      changed();
    } else if (h.what === 'join') {
      joined += 1;
      const labels = { 'llm-d.ai/role': h.endpoint.role };
      write(
        table,
        table.add({ id: `j${joined}`, address: `10.0.1.${joined}:8000`, labels }),
        h.endpoint.signals,
      );
      changed();
    } else if (h.what === 'leave' && table.rows.length > 0) {
      const row = table.rows[h.at % table.rows.length]!;
      world.router.endpointRemoved(row, i);
      table.remove(table.endpoints[row]!.id);
    } else if (h.what === 'end' && sent.length > 0) {
      world.router.finished(sent.shift()!, USAGE, 'natural', i);
    }
  }
  return seen;
}

test('decisions are the same whether sums are kept between scrapes or computed for each request', () => {
  fc.assert(
    fc.property(scenario, (s) => {
      expect(play(s, true)).toEqual(play(s, false));
    }),
    { numRuns: 300 },
  );
});

test('signals that change unannounced are seen by a host that never announces any', () => {
  const table = makeTable([{ id: 'a' }, { id: 'b', waiting: 5 }]);
  const world = new World(config('queue-scorer'), table, { isRecorded: false });
  expect(world.route(request())).toBe('a');
  table.waiting[0] = 9;
  expect(world.route(request())).toBe('b');
});
