/** The gate: effects paired by seed, verdicts by the whole interval, equal runs equal, what cannot be paired refused. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gate } from '../../sim/gate/gate.ts';
import type { GateInput } from '../../sim/gate/pairing.ts';
import { readReport } from '../../sim/gate/read-report.ts';
import { DEFAULT_TOLERANCE, parseMetric, parseTolerance } from '../../sim/gate/tolerance.ts';
import type { Report } from '../../sim/metrics/report.ts';
import { studentInterval } from '../../sim/metrics/student-t.ts';
import { parseScenario } from '../../sim/scenario/parse.ts';
import { complaint } from '../complaint.ts';
import { scenarioDocument } from '../worker/documents.ts';

const QUANTILES = { mean: 1, p50: 1, p90: 1, p95: 1, p99: 1, max: 1, n: 1 };

/** A report whose TTFT p95 and output rate by seed are given; the fields that the gate looks at are there. */
function report(ttft: readonly number[], changes: Partial<Report> = {}, firstSeed = 1): Report {
  const seeds = ttft.map((_, i) => firstSeed + i);
  return {
    schemaVersion: 1,
    scenario: 'fleet',
    engineDigest: 'aaaa',
    seeds,
    intervals: {},
    slo: { attainment: null, goodputRps: null, verdict: 'none', checks: [] },
    ttftMs: QUANTILES,
    bySeed: seeds.map((seed, i) => ({
      seed,
      figures: { 'ttftMs.p95': ttft[i]!, 'throughput.outputTokensPerS': 1000 - ttft[i]! },
    })),
    ...changes,
  } as unknown as Report;
}

const input = (file: string, of: Report): GateInput => ({ file, report: of });
const TTFT = [parseMetric('ttftMs.p95', DEFAULT_TOLERANCE)];

function verdict(base: readonly number[], head: readonly number[], tolerance = '5%'): string {
  const metrics = [parseMetric('ttftMs.p95', parseTolerance(tolerance, '--tolerance'))];
  const changed = report(head, { engineDigest: 'bbbb' });
  return gate(input('base.json', report(base)), input('head.json', changed), metrics).verdict;
}

describe('verdicts', () => {
  test('the effect is the mean of paired differences with their Student-t interval', () => {
    const head = report([110, 125, 131], { engineDigest: 'bbbb' });
    const [row] = gate(input('b', report([100, 110, 120])), input('h', head), TTFT).rows;
    expect(row!.effect).toBeCloseTo(12, 12);
    expect(row!.interval).toEqual(studentInterval([10, 15, 11]));
    expect([row!.base, row!.head]).toEqual([110, 122]);
  });

  test.each([
    ['whole interval beyond the tolerance', [100, 101, 99], [120, 121, 119.5], 'regression'],
    ['whole interval within', [100, 101, 99], [102, 103, 101.2], 'passes'],
    ['better', [100, 101, 99], [50, 51, 49.5], 'passes'],
    ['interval across the tolerance', [100, 100, 100], [101, 115, 103], 'inconclusive'],
    ['one seed: the difference itself', [100], [104], 'passes'],
    ['one seed, worse', [100], [106], 'regression'],
  ] as const)('%s', (_, base, head, expected) => {
    expect(verdict(base, head)).toBe(expected);
  });

  test('pairing takes out what seeds have in common: spread of 100 ms, effect of 10 ms', () => {
    expect(verdict([100, 200, 300, 400], [110.5, 210, 309.6, 410], '9')).toBe('regression');
    expect(verdict([100, 200, 300, 400], [110.5, 210, 309.6, 410], '11')).toBe('passes');
  });

  test('figures that should be high get worse downwards', () => {
    const metrics = [parseMetric('throughput.outputTokensPerS=1%', DEFAULT_TOLERANCE)];
    const head = report([130, 131, 132], { engineDigest: 'bbbb' });
    const result = gate(input('b', report([100, 101, 102])), input('h', head), metrics);
    expect(result.rows[0]).toMatchObject({ effect: -30, verdict: 'regression' });
  });

  test('a larger tolerance never turns a pass into anything else', () => {
    const values = fc.array(fc.double({ min: 1, max: 1000, noNaN: true }), { minLength: 3, maxLength: 3 });
    const order = ['passes', 'inconclusive', 'regression'];
    fc.assert(
      fc.property(values, values, fc.nat(200), fc.nat(200), (base, head, a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)].map((size) => verdict(base, head, `${size}`));
        expect(order.indexOf(large!)).toBeLessThanOrEqual(order.indexOf(small!));
      }),
    );
  });
});

describe('equal engines', () => {
  const document = parseScenario(scenarioDocument(10));

  test('same simulator, scenario and seeds: zero everywhere, whatever the tolerance', () => {
    const a = report([100, 120], { document });
    const result = gate(input('b', a), input('h', structuredClone(a)), undefined, parseTolerance('0', ''));
    expect(result.verdict).toBe('passes');
    expect(result.rows.length).toBeGreaterThan(0);
    for (const row of result.rows) expect([row.effect, row.interval]).toEqual([0, studentInterval([0, 0])]);
  });

  test('if they are not zero, the reports are refused', () => {
    const text = complaint(() =>
      gate(input('b', report([100, 120], { document })), input('h', report([100, 121], { document })), TTFT),
    );
    expect(text).toBe(
      'h: bySeed (seed 2), ttftMs.p95: found 121, expected 120, as in b: same simulator, scenario and seed give the same figures',
    );
  });
});

describe('thresholds of the head', () => {
  const document = { ...parseScenario(scenarioDocument(10)), assert: ['ttftMs.p95 <= 120'] };
  const held = (interval: { low: number; high: number }, p95: number): string => {
    const head = report([110, 112], {
      document,
      engineDigest: 'bbbb',
      ttftMs: { ...QUANTILES, p95 },
      intervals: { 'ttftMs.p95': { ...interval, confidence: 0.95 } },
    });
    return gate(input('b', report([110, 112], { document })), input('h', head), TTFT).verdict;
  };

  test('are held against the bounds of the interval: all of it within, all beyond, across', () => {
    expect(held({ low: 100, high: 119 }, 110)).toBe('passes');
    expect(held({ low: 121, high: 140 }, 130)).toBe('thresholdFailed');
    expect(held({ low: 100, high: 121 }, 110)).toBe('inconclusive');
  });
});

describe('refuses what cannot be paired', () => {
  test('no common seed', () => {
    expect(complaint(() => gate(input('b', report([1, 2])), input('h', report([1, 2], {}, 7)), TTFT))).toBe(
      'h: seeds: found 7, 8, expected at least one seed of b: 1, 2',
    );
  });

  test('other traffic', () => {
    const document = parseScenario(scenarioDocument(10));
    const other = parseScenario(scenarioDocument(11));
    expect(
      complaint(() =>
        gate(input('b', report([1], { document })), input('h', report([1], { document: other })), TTFT),
      ),
    ).toContain('document.run: found another run than in b');
  });

  test('the same traffic, written in another order, is the same', () => {
    const document = parseScenario(scenarioDocument(10));
    const other = { ...document, workload: Object.fromEntries(Object.entries(document.workload).reverse()) };
    const head = report([1], { document: other as typeof document });
    expect(gate(input('b', report([1], { document })), input('h', head), TTFT).verdict).toBe('passes');
  });

  test('what is no report, or lacks what is looked at', () => {
    const whole = report([1, 2], { document: parseScenario(scenarioDocument(10)) });
    expect(readReport(whole, 'x').file).toBe('x');
    for (const field of ['engineDigest', 'seeds', 'slo', 'intervals', 'ttftMs', 'scenario']) {
      const { [field]: _, ...rest } = whole as unknown as Record<string, unknown>;
      expect(complaint(() => readReport(rest, 'x.json'))).toMatch(/^x\.json: found (a damaged|no) report/);
    }
    expect(complaint(() => readReport({ candidates: [] }, 'x'))).toContain('a report of drydock plan');
    expect(complaint(() => readReport(null, 'x'))).toContain('no report of drydock');
  });

  test('metrics and tolerances that are none', () => {
    expect(complaint(() => parseMetric('ttftMs.p59', DEFAULT_TOLERANCE))).toContain('"ttftMs.p50"?');
    expect(complaint(() => parseMetric('durationS', DEFAULT_TOLERANCE))).toContain('no better direction');
    expect(complaint(() => parseTolerance('five', '--tolerance'))).toContain('--tolerance: found "five"');
    expect(
      complaint(() =>
        gate(input('b', report([1])), input('h', report([1])), [parseMetric('e2eMs.p95', DEFAULT_TOLERANCE)]),
      ),
    ).toContain('e2eMs.p95, which a run of h or its base does not have');
  });
});

test('seeds that only one report has are left out, and said so', () => {
  const result = gate(
    input('b', report([1, 2, 3])),
    input('h', report([2, 3], { engineDigest: 'bbbb' }, 2)),
    TTFT,
  );
  expect(result.seeds).toEqual([2, 3]);
  expect(result.notes.join()).toContain('left out: 1');
});
