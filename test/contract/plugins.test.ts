/** What every registered plugin keeps to, whatever it does. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/core/check.ts';
import { Columns } from '../../src/routing/columns.ts';
import type { EndpointTable } from '../../src/routing/endpoint.ts';
import type { Cycle, PluginDefinition, PluginInstance } from '../../src/routing/plugin.ts';
import { PLUGINS } from '../../src/routing/plugins.ts';
import type { InferenceRequest } from '../../src/routing/request.ts';
import { config, makeTable, prompt, request, streams, World } from '../router/fixtures.ts';

/** Parameters of the types that have mandatory ones. */
const ALGORITHM = { type: 'linear_lower_is_better', normalization: { adaptiveRange: {} } };
const THRESHOLD = { type: 'threshold', threshold: { operator: 'LessThan', value: 0.5 } };
const MANDATORY: Readonly<Record<string, unknown>> = {
  'by-label': { label: 'zone', validValues: ['x'] },
  'utilization-filter': { conditions: [{ metric: 'waiting-queue', maxValue: 3 }] },
  'endpoint-attribute-filter': { attribute: 'load', algorithm: THRESHOLD },
  'endpoint-attribute-scorer': { attributeKey: 'load', algorithm: ALGORITHM },
  'header-label-affinity-scorer': { headerName: 'x-zone', labelKey: 'zone' },
  'session-id-producer': { headerName: 'x-session-id' },
  'priority-holdback-policy': { minCeiling: 0.5 },
  'file-discovery': { path: 'endpoints.yaml' },
  'multicluster-file-discovery': { path: 'clusters.yaml' },
  'request-attribute-reporter': {
    attributes: [{ key: { name: 'cost' }, expression: 'usage.prompt_tokens + 2 * usage.completion_tokens' }],
  },
};

/** Scorers whose score rests on the order of candidates or on earlier requests by definition. */
const ORDER_MATTERS = ['no-hit-lru-scorer'];

/** latency-scorer's top step is 1.01, as upstream; the core clamps it. */
const HIGHEST: Readonly<Record<string, number>> = { 'latency-scorer': 1.01 };

function instanceOf(definition: PluginDefinition, table: EndpointTable, columns: Columns): PluginInstance {
  const bound = definition.bind(MANDATORY[definition.type], 'parameters');
  columns.grow(table.capacity);
  return bound.create({
    name: definition.type,
    rng: streams().open(definition.type),
    table,
    column: (type, producer) => columns.get(type, producer),
    plugin: () => ({ decider: { runs: () => true } }),
  });
}

interface State {
  readonly waiting: number;
  readonly running: number;
  readonly kvUsage: number;
  readonly matched: number;
  readonly inFlight: number;
  readonly ttftHeadroomMs: number;
  readonly tpotHeadroomMs: number;
}

const headroom = fc.integer({ min: -500, max: 500 });
const state: fc.Arbitrary<State> = fc.record({
  waiting: fc.integer({ min: 0, max: 50 }),
  running: fc.integer({ min: 0, max: 50 }),
  kvUsage: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
  matched: fc.integer({ min: 0, max: 8 }),
  inFlight: fc.integer({ min: 0, max: 20 }),
  ttftHeadroomMs: headroom,
  tpotHeadroomMs: headroom,
});
const fleet = fc.array(state, { minLength: 1, maxLength: 8 });

/** A table and filled columns for these states. */
function world(states: readonly State[]): { table: EndpointTable; columns: Columns; sent: InferenceRequest } {
  const table = makeTable(
    states.map(({ waiting, running, kvUsage }, i) => ({
      id: `e${i}`,
      waiting,
      running,
      kvUsage,
      labels: { zone: i % 2 === 0 ? 'x' : 'y', 'llm-d.ai/context-length-range': `0-${100 * (i + 1)}` },
      attributes: { load: kvUsage, 'llm-d.ai/multicluster-queue-size': waiting },
      active: i % 3 === 0 ? ['m1'] : [],
      maxActiveModels: i % 2,
    })),
  );
  const columns = new Columns();
  columns.grow(table.capacity);
  const match = columns.get('PrefixCacheMatchInfo', 'approx-prefix-cache-producer');
  const load = columns.get('InFlightLoad', 'inflight-load-producer');
  const latency = columns.get('LatencyPredictionInfo', 'predicted-latency-producer');
  Object.assign(match, { present: true, totalBlocks: 8, blockSizeTokens: 64 });
  latency.present = true;
  states.forEach((each, row) => {
    match.matchBlocks[row] = each.matched;
    match.cachedBlocks[row] = each.matched;
    load.requests[row] = each.inFlight;
    load.tokens[row] = each.inFlight * 64;
    latency.valid[row] = row % 4 === 3 ? 0 : 1;
    latency.ttftHeadroomMs[row] = each.ttftHeadroomMs;
    latency.tpotHeadroomMs[row] = each.tpotHeadroomMs;
    latency.dispatched[row] = each.inFlight;
  });
  const headers = new Map([['x-zone', 'x']]);
  return { table, columns, sent: request({ prompt: prompt([1, 2, 3, 4, 5, 6, 7, 8]), headers }) };
}

function cycleOf(table: EndpointTable, sent: InferenceRequest, rows: readonly number[]): Cycle {
  const peerRow = rows[0] ?? -1;
  return {
    request: sent,
    nowUs: 1000,
    table,
    rows: Int32Array.from(rows),
    count: rows.length,
    profile: 'default',
    peerRow,
  };
}

function signals(table: EndpointTable): unknown {
  const { waiting, running, kvUsage, activeModels, waitingModels, attributes, rows } = table;
  return structuredClone({ waiting, running, kvUsage, activeModels, waitingModels, attributes, rows });
}

const scorers = PLUGINS.filter((definition) => definition.kinds.includes('scorer'));
const filters = PLUGINS.filter((definition) => definition.kinds.includes('filter'));
const pickers = PLUGINS.filter((definition) => definition.kinds.includes('picker'));

describe.each(scorers.map((definition) => [definition.type, definition] as const))(
  'scorer %s',
  (type, definition) => {
    const score = (states: readonly State[], rows: readonly number[]) => {
      const { table, columns, sent } = world(states);
      const { scorer } = instanceOf(definition, table, columns);
      const before = signals(table);
      const cycle = cycleOf(table, sent, rows);
      const out = new Float64Array(rows.length).fill(Number.NaN);
      if (scorer!.score(cycle, out) === false) out.fill(0);
      expect(signals(table)).toEqual(before);
      expect(Array.from(cycle.rows)).toEqual(rows);
      expect(cycle.count).toBe(rows.length);
      return out;
    };

    test('writes a score in range for every candidate, twice the same, and changes nothing it was given', () => {
      fc.assert(
        fc.property(fleet, (states) => {
          const rows = states.map((_, row) => row);
          const out = score(states, rows);
          for (const each of out) {
            expect(each).toBeGreaterThanOrEqual(0);
            expect(each).toBeLessThanOrEqual(HIGHEST[type] ?? 1);
          }
          expect(score(states, rows)).toEqual(out);
        }),
        { numRuns: 50 },
      );
    });

    test.skipIf(ORDER_MATTERS.includes(type))('does not care about the order of candidates', () => {
      fc.assert(
        fc.property(fleet, (states) => {
          const rows = states.map((_, row) => row);
          const peerFirst = [rows[0]!, ...rows.slice(1).reverse()];
          const forward = score(states, rows);
          const backward = score(states, peerFirst);
          for (const [i, row] of peerFirst.entries()) expect(backward[i]).toBeCloseTo(forward[row]!, 12);
        }),
        { numRuns: 50 },
      );
    });
  },
);

describe.each(filters.map((definition) => [definition.type, definition] as const))(
  'filter %s',
  (_type, definition) => {
    test('keeps a subset of the candidates in their order, and no signal changes', () => {
      fc.assert(
        fc.property(fleet, (states) => {
          const { table, columns, sent } = world(states);
          const { filter } = instanceOf(definition, table, columns);
          const before = signals(table);
          const rows = states.map((_, row) => row);
          const cycle = cycleOf(table, sent, rows);
          filter!.filter(cycle);
          const kept = Array.from(cycle.rows.subarray(0, cycle.count));
          expect(rows.filter((row) => kept.includes(row))).toEqual(kept);
          expect(signals(table)).toEqual(before);
        }),
        { numRuns: 50 },
      );
    });
  },
);

test('what claims to rest on the table alone scores and filters alike for any request, time and column', () => {
  const claiming = PLUGINS.map((definition) => {
    const { scorer, filter } = instanceOf(definition, world([]).table, new Columns());
    return { definition, claims: (scorer ?? filter)?.basis !== undefined };
  }).filter(({ claims }) => claims);
  expect(claiming.length).toBeGreaterThanOrEqual(6);
  fc.assert(
    fc.property(fleet, (states) => {
      for (const { definition } of claiming) {
        const rows = states.map((_, row) => row);
        const outcome = (filled: boolean) => {
          const { table, columns, sent } = world(states);
          const asked = filled ? sent : request({ model: 'm2', priority: -1 });
          const instance = instanceOf(definition, table, filled ? columns : new Columns());
          const cycle = {
            ...cycleOf(table, asked, rows),
            ...(filled ? {} : { nowUs: 77, profile: 'x', peerRow: -1 }),
          };
          const out = new Float64Array(rows.length);
          instance.filter?.filter(cycle);
          if (instance.scorer?.score(cycle, out) === false) out.fill(0);
          return [cycle.count, ...cycle.rows, ...out];
        };
        expect(outcome(true)).toEqual(outcome(false));
      }
    }),
    { numRuns: 30 },
  );
});

describe.each(pickers.map((definition) => [definition.type, definition] as const))(
  'picker %s',
  (_type, definition) => {
    test('picks distinct candidates, as many as asked or as there are, with a fixed number of draws', () => {
      const totals = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 9 });
      fc.assert(
        fc.property(totals, fc.integer({ min: 1, max: 4 }), (values, wanted) => {
          const { table } = world([]);
          let draws = 0;
          const { picker } = definition.bind({ maxNumOfEndpoints: wanted }, '').create({
            name: 'p',
            rng: { unit: () => (draws++ % 7) / 7 },
            table,
            column: () => expect.unreachable(),
            plugin: () => ({}),
          });
          const picked = new Int32Array(9);
          const cycle = cycleOf(
            table,
            request(),
            values.map((_, i) => i),
          );
          const count = picker!.pick(cycle, Float64Array.from(values), picked);
          const indexes = Array.from(picked.subarray(0, count));
          expect(count).toBe(Math.min(wanted, values.length));
          expect(new Set(indexes).size).toBe(count);
          expect(indexes.every((i) => i >= 0 && i < values.length)).toBe(true);
          expect(draws).toBe(wanted);
        }),
      );
    });
  },
);

describe.each(PLUGINS.map((definition) => [definition.type, definition] as const))(
  'plugin %s',
  (type, definition) => {
    test('has a summary and a kind, and refuses parameters that are no object or of an unknown key', () => {
      expect(definition.summary).not.toBe('');
      expect(definition.kinds.length).toBeGreaterThan(0);
      definition.bind(MANDATORY[type], 'parameters');
      let strict = true;
      try {
        definition.bind('text', 'here');
        strict = false;
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigError);
      }
      // Those that take no parameters do not look at them.
      const unknown = { ...(MANDATORY[type] as object), nonsenseKey: 1 };
      if (strict) expect(() => definition.bind(unknown, 'here')).toThrow(/here.nonsenseKey/);
      else definition.bind(unknown, 'here');
    });
  },
);

test('type names are unique', () => {
  expect(new Set(PLUGINS.map((definition) => definition.type)).size).toBe(PLUGINS.length);
});

test('alpha plugins are refused without permission and accepted with it', () => {
  const table = makeTable([{ id: 'a' }]);
  const alpha = config('agent-identity', 'queue-scorer');
  expect(() => new World(alpha, table, { allowExperimentalPlugins: false })).toThrow(/agent-identity/);
  new World(alpha, table);
});

describe('frequencies', () => {
  const share = (picker: string, values: readonly number[]): number[] => {
    const definition = PLUGINS.find((each) => each.type === picker)!;
    const table = makeTable([]);
    const { picker: pick } = instanceOf(definition, table, new Columns());
    const cycle = cycleOf(
      table,
      request(),
      values.map((_, i) => i),
    );
    const hits = values.map(() => 0);
    const picked = new Int32Array(values.length);
    for (let i = 0; i < 20_000; i++) {
      pick!.pick(cycle, Float64Array.from(values), picked);
      hits[picked[0]!] = hits[picked[0]!]! + 1;
    }
    return hits.map((hit) => hit / 20_000);
  };
  const near = (found: readonly number[], wanted: readonly number[]) => {
    for (const [i, value] of wanted.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(0.02);
  };

  test('max-score picks ties alike and nothing below them', () => {
    near(share('max-score-picker', [3, 3, 2]), [0.5, 0.5, 0]);
  });
  test('weighted-random picks in proportion to totals', () => {
    near(share('weighted-random-picker', [1, 3, 0, -2]), [0.25, 0.75, 0, 0]);
  });
  test('weighted-random without a positive total and random pick uniformly', () => {
    near(share('weighted-random-picker', [0, 0, -1, 0]), [0.25, 0.25, 0.25, 0.25]);
    near(share('random-picker', [9, 1, 1]), [1 / 3, 1 / 3, 1 / 3]);
  });
});
