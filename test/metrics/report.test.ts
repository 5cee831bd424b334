import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare } from '../../sim/compare/compare.ts';
import { checkAssertions, parseAssertions } from '../../sim/metrics/assertion.ts';
import { buildReport, type ReportContext } from '../../sim/metrics/build-report.ts';
import { FIGURES, figureValue } from '../../sim/metrics/figures.ts';
import { Recorder } from '../../sim/metrics/recorder.ts';
import type { SloSpec } from '../../sim/scenario/schema.ts';
import { POOL, recorderOf, request, runResult } from './fixtures.ts';

const context: ReportContext = {
  scenario: 's',
  slo: undefined,
  priceOf: () => ({ usdPerHour: 2, source: 'list' }),
  engineDigest: 'd',
  wallMs: 100,
};

/** A run in which every request has that TTFT (ms) and ten gaps of 20 ms. */
function runWith(ttftMs: readonly number[], seed = 1, slo?: SloSpec) {
  const requests = ttftMs.map((ms, i) => {
    const firstTokenUs = i * 1000 + ms * 1e3;
    return request({ arrivalUs: i * 1000, firstTokenUs, endUs: firstTokenUs + 200_000 });
  });
  return runResult(recorderOf(requests, slo === undefined ? {} : { slo }), { seed, fingerprint: `f${seed}` });
}

const endings = fc.constantFrom(
  'completed',
  'rejected',
  'failed',
  'cancelled',
  'expired',
  'inFlight' as const,
);

describe('the arrival window', () => {
  test('leaves the drain out: four requests in 3 s, two of them done by then, the last after 10 s', () => {
    const slo: SloSpec = { e2eMs: { p95: 3500 } };
    const requests = [1, 2, 9, 7].map((tookS, i) =>
      request({
        arrivalUs: i * 1e6,
        firstTokenUs: i * 1e6 + 1e5,
        endUs: (i + tookS) * 1e6,
        outputTokens: 100,
      }),
    );
    const events = requests.flatMap((one) => [
      { atUs: one.request.arrivalUs, one, isEnd: false },
      { atUs: one.course.endUs, one, isEnd: true },
    ]);
    const recorder = new Recorder({ warmupUs: 0, slo, classes: ['default'] });
    for (const { atUs, one, isEnd } of events.toSorted((a, b) => a.atUs - b.atUs || (a.isEnd ? -1 : 1))) {
      if (isEnd) recorder.ended(one, atUs);
      else recorder.arrived(one, atUs);
    }
    const report = buildReport([runResult(recorder, { durationUs: 11e6 })], { ...context, slo });
    // Three gaps in 3 s; two of four within the SLO.
    expect(report.arrivalWindow).toMatchObject({ seconds: 3, arrivedPerS: 1, goodputRps: 0.5 });
    expect(report.arrivalWindow.requestsPerS).toBeCloseTo(2 / 3, 12);
    expect(report.arrivalWindow.outputTokensPerS).toBeCloseTo(200 / 3, 12);
    expect(report.throughput.requestsPerS).toBeCloseTo(4 / 11, 12);
  });

  test('of a single request has no rates', () => {
    const { arrivalWindow } = buildReport([runWith([5])], context);
    expect(arrivalWindow).toMatchObject({ seconds: 0, arrivedPerS: null, goodputRps: null });
  });
});

test('a failed limit on pooled gaps beside requests that are all within the SLO is explained', () => {
  const slo: SloSpec = { itlMs: { p95: 30 } };
  const late = runWith([50, 60], 1, slo);
  late.recorder.gaps(200_000, 100);
  const noteOf = (run: ReturnType<typeof runWith>): string | undefined =>
    buildReport([run], { ...context, slo }).notes.find((note) => note.startsWith('ITL p95 is over all gaps'));
  expect(noteOf(late)).toBeDefined();
  expect(noteOf(runWith([50, 60], 1, slo))).toBeUndefined();
});

describe('laws', () => {
  test('arrived is the sum of the six ends', () => {
    fc.assert(
      fc.property(fc.array(endings, { minLength: 1, maxLength: 40 }), (list) => {
        const requests = list.map((ending) =>
          request({ firstTokenUs: 10, endUs: 20, ending: ending as 'completed' }),
        );
        const { counts } = buildReport([runResult(recorderOf(requests))], context);
        const { completed, rejected, failed, cancelled, expired, inFlight } = counts;
        expect(completed + rejected + failed + cancelled + expired + inFlight).toBe(counts.arrived);
        expect(counts.arrived).toBe(list.length);
      }),
    );
  });

  test('busy shares add up to 1 and none is negative, however much transfers overlap', () => {
    const us = fc.double({ min: 0, max: 10e6, noNaN: true });
    fc.assert(
      fc.property(us, us, fc.double({ min: 0, max: 100e6, noNaN: true }), (prefill, decode, transfer) => {
        const pool = { ...POOL, busyPrefillUs: prefill, busyDecodeUs: decode, transferUs: transfer };
        const result = runResult(recorderOf([request({ firstTokenUs: 1, endUs: 2 })]), { pools: [pool] });
        const { busy } = buildReport([result], context).pools[0]!;
        expect(busy.prefill + busy.decode + busy.transfer + busy.idle).toBeCloseTo(1, 12);
        expect(Math.min(busy.prefill, busy.decode, busy.transfer, busy.idle)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('every registered figure is in the report', () => {
    const report = buildReport([runWith([10, 20], 1, { ttftMs: { p95: 30 } })], {
      ...context,
      slo: { ttftMs: { p95: 30 } },
    });
    const absent = FIGURES.filter(({ path }) => figureValue(report, path) === null).map(({ path }) => path);
    // Nothing was transferred and no gap was reported to the recorder.
    expect(absent.filter((path) => !/^(transferMs|itlMs)\./.test(path))).toEqual([]);
  });

  test('a report survives JSON unchanged', () => {
    const report = buildReport([runWith([10, 20], 1), runWith([15, 25], 2)], context);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('rates and cost', () => {
  test('rates are over the time from the first arrival to the end', () => {
    const requests = [5e6, 6e6].map((arrivalUs) =>
      request({ arrivalUs, firstTokenUs: arrivalUs + 1000, endUs: arrivalUs + 5000, promptTokens: 50 }),
    );
    const report = buildReport([runResult(recorderOf(requests))], context);
    expect(report.durationS).toBe(5);
    expect(report.throughput).toEqual({ requestsPerS: 0.4, inputTokensPerS: 20, outputTokensPerS: 4.4 });
  });

  test('cost is GPUs times price, and per million tokens by the rates', () => {
    const report = buildReport([runWith([10, 20])], context);
    expect(report.cost.perHour).toBe(4);
    // 22 tokens in 10 s are 7,920 tokens an hour.
    expect(report.cost.per1MOutputTokens).toBeCloseTo(4 / 0.00792, 9);
    expect(report.cost.prices).toEqual(['h100-sxm $2/GPU-hour: list']);
  });

  test('a GPU without a price leaves the cost unknown', () => {
    const report = buildReport([runWith([10])], { ...context, priceOf: () => null });
    expect(report.cost.perHour).toBeNull();
  });
});

describe('seeds', () => {
  test('quantiles are pooled, intervals are over the seeds', () => {
    const report = buildReport([runWith([10, 20], 1), runWith([30, 40], 2)], context);
    expect(report.ttftMs.p50).toBeCloseTo(25, 9);
    // Means 15 and 35: 25 +- 12.706 * 14.142 / sqrt(2)
    expect(report.intervals['ttftMs.mean']!.low).toBeCloseTo(25 - 127.062, 2);
    expect(report.seeds).toEqual([1, 2]);
    expect(report.counts.arrived).toBe(4);
  });

  test('one seed has no intervals and its own fingerprint', () => {
    const report = buildReport([runWith([10])], context);
    expect(report.intervals).toEqual({});
    expect(report.fingerprint).toBe('f1');
  });

  test('the fingerprint of several runs depends on each and on their order', () => {
    const print = (seeds: number[]) =>
      buildReport(
        seeds.map((seed) => runWith([10], seed)),
        context,
      ).fingerprint;
    expect(new Set([print([1, 2]), print([2, 1]), print([1, 3])]).size).toBe(3);
    expect(print([1, 2])).toBe(print([1, 2]));
  });
});

describe('SLO verdicts', () => {
  const slo = { ttftMs: { mean: 20 } };
  const verdict = (runs: readonly (readonly number[])[]) =>
    buildReport(
      runs.map((ttfts, i) => runWith(ttfts, i + 1, slo)),
      { ...context, slo },
    ).slo.verdict;

  test('one seed decides by its value', () => {
    expect(verdict([[19]])).toBe('meets');
    expect(verdict([[21]])).toBe('fails');
  });

  test('several seeds decide by the interval', () => {
    expect(verdict([[10], [10.5], [11]])).toBe('meets');
    expect(verdict([[30], [30.5], [31]])).toBe('fails');
    expect(verdict([[10], [21], [28]])).toBe('cannotTell');
  });

  test('without an SLO there is no verdict', () => {
    expect(buildReport([runWith([1])], context).slo.verdict).toBe('none');
  });
});

describe('assertions', () => {
  const report = buildReport([runWith([10, 20])], context);

  test('hold a figure against a number', () => {
    const texts = ['ttftMs.max <= 20', 'ttftMs.max < 20', 'counts.completed >= 3', 'ttftMs.mean > 14.9'];
    const verdicts = checkAssertions(report, parseAssertions(texts)).map((outcome) => outcome.verdict);
    expect(verdicts).toEqual(['meets', 'fails', 'fails', 'meets']);
  });

  test('an unknown figure names the nearest known one', () => {
    expect(() => parseAssertions(['ttftMs.p59 <= 20'])).toThrow(/assert\[0\].*ttftMs\.p5/);
    expect(() => parseAssertions(['ttftMs.p95 about 20'])).toThrow(/assert\[0\]/);
  });
});

describe('comparison', () => {
  const slo: SloSpec = { ttftMs: { p95: 100 } };
  const fleet = (name: string, ttfts: readonly (readonly number[])[], gpus: number) => ({
    workload: 'w',
    fleet: name,
    results: ttfts.map((list, i) => ({ ...runWith(list, i + 1, slo), pools: [{ ...POOL, gpus }] })),
  });
  const report = compare(
    [
      fleet(
        'big',
        [
          [50, 60],
          [52, 62],
          [51, 61],
        ],
        12,
      ),
      fleet(
        'small',
        [
          [70, 80],
          [72, 82.5],
          [71, 81],
        ],
        10,
      ),
      fleet(
        'tiny',
        [
          [400, 500],
          [410, 510],
          [405, 505],
        ],
        4,
      ),
    ],
    { ...context, slo },
  );
  const workload = report.workloads[0]!;

  test('the cheapest fleet that meets the SLO is the best', () => {
    expect(workload.best).toBe('small');
    expect(workload.sentence).toMatch(
      /^B meets the SLO for \$20\.00\/h; A does too for \$24\.00\/h; C fails TTFT p95 [\d.]+ ms against 100 ms\.$/,
    );
  });

  test('fleets of equal cost that nothing tells apart are not distinguished, in whatever order they come', () => {
    const twins = ['x', 'y'].map((name) =>
      fleet(
        name,
        [
          [50, 60],
          [52, 62],
        ],
        10,
      ),
    );
    const dear = fleet(
      'dear',
      [
        [50, 60],
        [51, 61],
      ],
      12,
    );
    for (const runs of [
      [dear, ...twins],
      [...twins, dear],
    ]) {
      const { best, tied, sentence } = compare(runs, { ...context, slo });
      expect(best).toBeNull();
      expect(tied).toEqual(['x', 'y']);
      expect(sentence).toMatch(
        /^. and . both meet the SLO for \$20\.00\/h, no difference shown; . does too for \$24\.00\/h\.$/,
      );
    }
  });

  test('differences are paired by seed and say which way', () => {
    const d = workload.differences.find((one) => one.fleet === 'small' && one.figure === 'ttftMs.p50')!;
    // Medians per seed: 55, 57, 56 against 75, 77.25, 76.
    expect(d.difference).toBeCloseTo((20 + 20.25 + 20) / 3, 9);
    expect(d.interval!.low).toBeGreaterThan(19.5);
    expect([d.verdict, d.better]).toEqual(['higher', false]);
  });

  test('equal fleets show no difference', () => {
    const runs = [
      fleet(
        'a',
        [
          [5, 6],
          [6, 7],
        ],
        1,
      ),
      fleet(
        'b',
        [
          [5, 6],
          [6, 7],
        ],
        1,
      ),
    ];
    const differences = compare(runs, { ...context, slo }).workloads[0]!.differences;
    const known = differences.filter((d) => d.difference !== null);
    expect(known.length).toBeGreaterThan(10);
    expect(new Set(known.map((d) => `${d.difference} ${d.verdict}`))).toEqual(
      new Set(['0 noDifferenceShown']),
    );
  });

  test('when no fleet meets the SLO the sentence says so', () => {
    const runs = [fleet('a', [[500]], 1), fleet('b', [[900]], 1)];
    const { best, sentence } = compare(runs, { ...context, slo }).workloads[0]!;
    expect(best).toBeNull();
    expect(sentence).toMatch(
      /^No fleet is shown to meet the SLO: A and B fail TTFT p95 500 ms and 900 ms against 100 ms\.$/,
    );
  });
});
