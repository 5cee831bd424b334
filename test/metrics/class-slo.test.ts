/** Limits of a request class: its own in place of the SLO's, held against its own distribution. */
import { expect, test } from 'vitest';
import { buildReport } from '../../sim/metrics/build-report.ts';
import type { SloSpec } from '../../sim/scenario/schema.ts';
import { recorderOf, request, runResult } from './fixtures.ts';

/** Chat requests with a TTFT of 100 ms, batch requests with one of 3 s; each of ten. */
function reportOf(slo: SloSpec) {
  const requests = Array.from({ length: 20 }, (_, i) =>
    request({ classIndex: i % 2, firstTokenUs: i % 2 === 0 ? 100_000 : 3e6, endUs: 4e6 }),
  );
  const recorder = recorderOf(requests, { slo, classes: ['chat', 'batch'] });
  return buildReport([runResult(recorder)], {
    ...{ scenario: 's', slo, priceOf: () => null, engineDigest: 'd', wallMs: 0 },
  }).slo;
}

test('a looser limit of a class lets its requests count as within', () => {
  const tight = reportOf({ ttftMs: { p90: 1000 } });
  expect([tight.attainment, tight.verdict]).toEqual([0.5, 'fails']);
  const slo: SloSpec = {
    e2eMs: { p95: 10_000 },
    classes: { chat: { ttftMs: { p95: 500 } }, batch: { ttftMs: { p95: 5000 } } },
  };
  const own = reportOf(slo);
  expect([own.attainment, own.verdict]).toEqual([1, 'meets']);
  expect(own.checks.map(({ metric, value }) => [metric, value])).toEqual([
    ['e2eMs.p95', 4000],
    ['slo.attainment', 1],
    ['classes.chat.ttftMs.p95', 100],
    ['classes.batch.ttftMs.p95', 3000],
  ]);
});

test('a class fails its own limit while the whole meets its', () => {
  const report = reportOf({
    ttftMs: { p50: 5000 },
    attainment: 0.5,
    classes: { batch: { ttftMs: { p95: 2000 }, attainment: 0.9 } },
  });
  const verdicts = Object.fromEntries(report.checks.map(({ metric, verdict }) => [metric, verdict]));
  expect(verdicts).toEqual({
    'ttftMs.p50': 'meets',
    'slo.attainment': 'meets',
    'classes.batch.ttftMs.p95': 'fails',
    'classes.batch.attainment': 'fails',
  });
  expect(report.verdict).toBe('fails');
});

test('a class without requests cannot be told', () => {
  const { checks } = reportOf({ ttftMs: { p50: 5000 }, classes: { other: { ttftMs: { p95: 1 } } } });
  expect(checks.at(-1)).toMatchObject({
    metric: 'classes.other.ttftMs.p95',
    value: null,
    verdict: 'cannotTell',
  });
});
