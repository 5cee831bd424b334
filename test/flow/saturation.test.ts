import { expect, test } from 'vitest';
import { legacyAdmission } from '../../src/flow/legacy-admission.ts';
import { PoolView } from '../../src/flow/pool-view.ts';
import {
  CONCURRENCY_DEFAULTS,
  concurrencyDetector,
  UTILIZATION_DEFAULTS,
  utilizationDetector,
} from '../../src/flow/saturation.ts';
import { Dial, pool, request } from './fixtures.ts';

/** Writes a scrape of a row. */
function scrape(
  { table }: ReturnType<typeof pool>,
  row: number,
  waiting: number,
  kvUsage: number,
  atUs = 0,
): void {
  table.waiting[row] = waiting;
  table.kvUsage[row] = kvUsage;
  table.scrapedAtUs[row] = atUs;
}

const ROWS = Int32Array.of(0, 1);

test('utilization: average of the fuller resource per endpoint', () => {
  const signals = pool([null, null]);
  scrape(signals, 0, 10, 0.4);
  scrape(signals, 1, 0, 0.4);
  const detector = utilizationDetector(signals.table, UTILIZATION_DEFAULTS);
  expect(detector.saturation(ROWS, 2, 0)).toBe(1.25);
  expect(detector.saturation(ROWS, 0, 0)).toBe(1);
});

test('utilization: an endpoint never scraped, or older than 200 ms, counts as full', () => {
  const signals = pool([null, null]);
  scrape(signals, 0, 0, 0);
  const detector = utilizationDetector(signals.table, UTILIZATION_DEFAULTS);
  expect(detector.saturation(ROWS, 2, 200_000)).toBe(0.5);
  expect(detector.saturation(ROWS, 2, 200_001)).toBe(1);
});

test('utilization as a filter: strictly below both limits, headroom included, KV limit at most 1', () => {
  const signals = pool();
  const detector = utilizationDetector(signals.table, { ...UTILIZATION_DEFAULTS, headroom: 0.5 });
  const passes = (waiting: number, kvUsage: number, nowUs = 0) => {
    scrape(signals, 0, waiting, kvUsage);
    return detector.hasRoom(0, nowUs);
  };
  expect(passes(7, 0.99)).toBe(true);
  expect(passes(7.5, 0)).toBe(false);
  expect(passes(0, 1)).toBe(false);
  expect(passes(0, 0, 200_001)).toBe(false);
});

test('concurrency: in flight over capacity, by requests, tokens, or the fuller per endpoint', () => {
  const signals = pool([null, null]);
  signals.inFlight.requests.set([30, 10]);
  signals.inFlight.tokens.set([100, 900]);
  const level = (mode: 'requests' | 'tokens' | 'hybrid') =>
    concurrencyDetector(signals.inFlight, {
      mode,
      maxConcurrency: 40,
      maxTokenConcurrency: 1000,
      headroom: 0,
    }).saturation(ROWS, 2, 0);
  expect(level('requests')).toBe(0.5);
  expect(level('tokens')).toBe(0.5);
  expect(level('hybrid')).toBeCloseTo((0.75 + 0.9) / 2, 12);
});

test('concurrency as a filter: strictly below the truncated limit', () => {
  const signals = pool();
  const detector = concurrencyDetector(signals.inFlight, {
    ...CONCURRENCY_DEFAULTS,
    maxConcurrency: 5,
    headroom: 0.5,
  });
  signals.inFlight.requests[0] = 6;
  expect(detector.hasRoom(0, 0)).toBe(true);
  signals.inFlight.requests[0] = 7;
  expect(detector.hasRoom(0, 0)).toBe(false);
  expect(detector.failsOpen).toBe(false);
});

/** Saturation of a pool whose endpoint `i` has `loads[i]` of 100 requests in flight. */
function poolSaturation(roles: readonly (string | null)[], loads: readonly number[]): number {
  const signals = pool(roles);
  signals.inFlight.requests.set(loads);
  const view = new PoolView(signals.table, concurrencyDetector(signals.inFlight, CONCURRENCY_DEFAULTS));
  view.refresh(0);
  return view.saturation(0);
}

test('saturation is that of the fuller stage', () => {
  expect(poolSaturation(['prefill', 'decode'], [90, 10])).toBe(0.9);
  expect(poolSaturation(['prefill', 'decode', 'decode'], [10, 20, 60])).toBe(0.4);
});

test('interleaved endpoints work in both stages, unlabelled ones decode, encoders in none', () => {
  expect(poolSaturation(['prefill', 'prefill-decode'], [10, 50])).toBe(0.5);
  expect(poolSaturation(['encode-prefill', null], [70, 10])).toBe(0.7);
  expect(poolSaturation(['both', null], [40, 0])).toBe(0.4);
  expect(poolSaturation(['encode', 'decode'], [100, 20])).toBe(0.2);
  expect(poolSaturation(['worker-of-tomorrow', 'decode'], [100, 20])).toBe(0.2);
});

test('a pool without stages is measured whole, an empty one is full', () => {
  expect(poolSaturation(['encode', 'encode'], [100, 20])).toBe(0.6);
  expect(poolSaturation([], [])).toBe(1);
});

test('legacy admission sheds only negative priorities, at saturation 1', () => {
  const admits = (priority: number, level: number) =>
    legacyAdmission(request(1, { priority }), ROWS, 2, new Dial(level), 0) === null;
  expect(admits(0, 5)).toBe(true);
  expect(admits(-1, 0.999)).toBe(true);
  expect(admits(-1, 1)).toBe(false);
  expect(legacyAdmission(request(1, { priority: -1 }), ROWS, 0, new Dial(0), 0)).toMatchObject({
    status: 429,
    reason: null,
  });
});
