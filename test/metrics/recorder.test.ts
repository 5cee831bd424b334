import { describe, expect, test } from 'vitest';
import { requestLimits, requiredAttainment } from '../../sim/metrics/slo.ts';
import { recorderOf, request } from './fixtures.ts';

const done = { arrivalUs: 1000, firstTokenUs: 51_000, endUs: 251_000, outputTokens: 11 };

describe('times of a request', () => {
  test('TTFT, TPOT and E2E follow from arrival, first token and end', () => {
    const { total } = recorderOf([request(done)]);
    expect(total.ttft.mean).toBe(50_000);
    expect(total.tpot.mean).toBe(20_000);
    expect(total.e2e.mean).toBe(250_000);
  });

  test('a request of one token has no TPOT', () => {
    const { total } = recorderOf([request({ ...done, outputTokens: 1 })]);
    expect([total.tpot.count, total.e2e.count]).toEqual([0, 1]);
  });

  test('a request cut off after its first token has a TTFT but no E2E', () => {
    const { total } = recorderOf([request({ ...done, ending: 'inFlight' })]);
    expect([total.ttft.count, total.e2e.count, total.measured]).toEqual([1, 0, 0]);
  });
});

describe('warm-up', () => {
  test('earlier requests are counted but not measured', () => {
    const early = request({ ...done, arrivalUs: 10 });
    const late = request({ ...done, arrivalUs: 50_000, firstTokenUs: 60_000 });
    const { total } = recorderOf([early, late], { warmupUs: 50_000 });
    expect(total.arrived).toBe(2);
    expect([total.measured, total.ttft.count, total.ttft.mean]).toEqual([1, 1, 10_000]);
  });

  test('gaps count from the first measured arrival on', () => {
    const recorder = recorderOf([], { warmupUs: 50_000 });
    recorder.gaps(10, 5);
    recorder.arrived(request({ arrivalUs: 50_000 }), 50_000);
    recorder.gaps(20, 2);
    recorder.gapSeries(30, 1, 3, 1);
    expect([recorder.itl.count, recorder.itl.max]).toEqual([5, 32]);
  });
});

describe('SLO attainment', () => {
  const slo = { ttftMs: { p95: 50 }, itlMs: { p95: 20 }, e2eMs: { p99: 250 } };

  test('a request exactly at every limit is within', () => {
    const { total } = recorderOf([request(done)], { slo });
    expect([total.judged, total.attained]).toEqual([1, 1]);
  });

  test.each([
    ['TTFT', { ...done, firstTokenUs: 51_001 }],
    ['time per token', { ...done, firstTokenUs: 41_000, outputTokens: 11 }],
    ['E2E', { ...done, endUs: 251_001, outputTokens: 100 }],
    ['being served', { ...done, ending: 'rejected' as const, firstTokenUs: -1 }],
  ])('a request that fails on %s is not', (_, facts) => {
    const { total } = recorderOf([request(facts)], { slo });
    expect([total.judged, total.attained]).toEqual([1, 0]);
  });

  test('a request in flight is judged only once it has broken a limit', () => {
    const waiting = request({ arrivalUs: 0, ending: 'inFlight', endUs: 40_000 });
    const late = request({ arrivalUs: 0, ending: 'inFlight', endUs: 60_000 });
    expect(recorderOf([waiting], { slo }).total.judged).toBe(0);
    const { total } = recorderOf([late], { slo });
    expect([total.judged, total.attained]).toEqual([1, 0]);
  });

  test('limits on the mean and the median do not bind single requests', () => {
    expect(requestLimits({ ttftMs: { mean: 5, p50: 3, p99: 100 }, tpotMs: { p90: 9 } })).toEqual({
      ttftUs: 100_000,
      tpotUs: 9000,
      e2eUs: Number.POSITIVE_INFINITY,
    });
  });

  test('attainment asked for is as given, else 95 %, or less where a limit is on a lower quantile', () => {
    expect(requiredAttainment({ ttftMs: { p95: 1 }, attainment: 0.8 })).toBe(0.8);
    expect(requiredAttainment({ ttftMs: { p99: 1 } })).toBe(0.95);
    expect(requiredAttainment({ ttftMs: { p90: 1 } })).toBe(0.9);
    expect(requiredAttainment({})).toBeNull();
    expect(requiredAttainment(undefined)).toBeNull();
  });
});

test('merging recorders adds up, by class too', () => {
  const classes = ['chat', 'batch'];
  const a = recorderOf([request({ ...done, classIndex: 0 }), request({ ...done, classIndex: 1 })], {
    classes,
  });
  const b = recorderOf([request({ ...done, classIndex: 1, ending: 'failed' })], { classes });
  a.merge(b);
  expect(a.total.arrived).toBe(3);
  expect(a.byClass.map((stats) => stats.arrived)).toEqual([1, 2]);
  expect(a.total.ends.failed).toBe(1);
});
