import { randomNormal } from 'd3-random';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStreams } from '../../sim/kernel/streams.ts';
import type { LengthSpec } from '../../sim/scenario/schema.ts';
import { empiricalQuantile } from '../../sim/workload/dist/empirical.ts';
import { exponentialGaps, gammaGaps, weibullGaps, weibullShape } from '../../sim/workload/dist/gaps.ts';
import { NormalSource } from '../../sim/workload/dist/normal.ts';
import { realSampler, tokenSampler } from '../../sim/workload/dist/sampler.ts';
import { weightedSampler, zipfSampler } from '../../sim/workload/dist/zipf.ts';
import { moments } from './helpers.ts';

const DRAWS = 40_000;

function draws(spec: LengthSpec, count = DRAWS): number[] {
  const sample = tokenSampler(spec, createStreams(7).open('x'));
  return Array.from({ length: count }, sample);
}

/** Half width of a 4 sigma interval of a mean. */
function tolerance(mean: number, cv: number, count = DRAWS): number {
  return (4 * mean * cv) / Math.sqrt(count);
}

describe('random streams', () => {
  test('a path yields the same numbers whatever was opened before', () => {
    const a = createStreams(5);
    const b = createStreams(5);
    b.open('other').unit();
    const first = a.open('workload/arrivals');
    const second = b.open('workload/arrivals');
    for (let i = 0; i < 100; i++) expect(first.unit()).toBe(second.unit());
  });

  test('other seeds and other paths yield other numbers', () => {
    const values = [
      createStreams(1).open('a').unit(),
      createStreams(2).open('a').unit(),
      createStreams(1).open('b').unit(),
      createStreams('1/a').open('b').unit(),
    ];
    expect(new Set(values).size).toBe(4);
  });

  test('streams of neighbouring seeds are uncorrelated and uniform', () => {
    const n = 20_000;
    const a = createStreams(1).open('x');
    const b = createStreams(2).open('x');
    let product = 0;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const u = a.unit();
      sum += u;
      product += (u - 0.5) * (b.unit() - 0.5);
    }
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(4 / Math.sqrt(12 * n));
    expect(Math.abs(product / n)).toBeLessThan(4 / 12 / Math.sqrt(n));
  });

  test('opening a path twice is refused', () => {
    const streams = createStreams(1);
    streams.open('router/tie');
    expect(() => streams.open('router/tie')).toThrow('router/tie opened twice');
  });
});

describe('token counts', () => {
  test('lognormal has the mean and CV it is given', () => {
    const { mean, cv } = moments(draws({ dist: 'lognormal', mean: 1000, cv: 0.8 }));
    expect(Math.abs(mean - 1000)).toBeLessThan(tolerance(1000, 0.8));
    expect(Math.abs(cv - 0.8)).toBeLessThan(0.03);
  });

  test('lognormal of CV 1 has its median at mean / sqrt(2)', () => {
    const sorted = draws({ dist: 'lognormal', mean: 1000, cv: 1 }).sort((a, b) => a - b);
    expect(sorted[DRAWS / 2]! / (1000 / Math.SQRT2)).toBeCloseTo(1, 1);
  });

  test('lognormal of CV 0 is constant', () => {
    expect(new Set(draws({ dist: 'lognormal', mean: 250, cv: 0 }, 100))).toEqual(new Set([250]));
  });

  test('uniform takes every whole number between its ends equally often', () => {
    const counts = new Map<number, number>();
    for (const n of draws({ dist: 'uniform', min: 3, max: 6 })) counts.set(n, (counts.get(n) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([3, 4, 5, 6]);
    const sigma = Math.sqrt(DRAWS * 0.25 * 0.75);
    for (const count of counts.values()) expect(Math.abs(count - DRAWS / 4)).toBeLessThan(4 * sigma);
  });

  test('empirical draws have the quantiles they are made from', () => {
    const sorted = draws({
      dist: 'empirical',
      quantiles: [
        [0, 10],
        [0.5, 374],
        [0.95, 2000],
        [1, 4000],
      ],
    }).sort((a, b) => a - b);
    expect(Math.abs(sorted[DRAWS / 2]! - 374)).toBeLessThan(40);
    expect(Math.abs(sorted[0.95 * DRAWS]! - 2000)).toBeLessThan(80);
    expect(Math.abs(sorted[0.725 * DRAWS]! - (374 + 2000) / 2)).toBeLessThan(60);
  });

  test('empirical is linear between pairs and flat outside them', () => {
    const pairs: [number, number][] = [
      [0.2, 100],
      [0.6, 300],
      [0.8, 900],
    ];
    expect([0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.99].map((u) => Math.round(empiricalQuantile(pairs, u)))).toEqual([
      100, 100, 200, 300, 600, 900, 900,
    ]);
  });

  test('counts are whole, at least 1, and within min and max', () => {
    const lengths: LengthSpec[] = [
      { dist: 'constant', value: 0 },
      { dist: 'lognormal', mean: 1, cv: 3 },
      { dist: 'uniform', min: 0, max: 5 },
      { dist: 'lognormal', mean: 500, cv: 2, min: 100, max: 700 },
    ];
    for (const spec of lengths) {
      for (const n of draws(spec, 2000)) {
        expect(Number.isInteger(n)).toBe(true);
        expect(n).toBeGreaterThanOrEqual(Math.max(1, spec.min ?? 1));
        expect(n).toBeLessThanOrEqual(spec.max ?? Number.POSITIVE_INFINITY);
      }
    }
  });

  test('real values are clamped but not rounded', () => {
    const sample = realSampler({ dist: 'uniform', min: 0, max: 1 }, createStreams(1).open('x'));
    const { mean } = moments(Array.from({ length: DRAWS }, sample));
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * DRAWS));
  });
});

describe('gaps', () => {
  test('exponential gaps have mean and CV 1', () => {
    const gap = exponentialGaps(createStreams(3).open('x'));
    const { mean, cv } = moments(Array.from({ length: DRAWS }, gap));
    expect(Math.abs(mean - 1)).toBeLessThan(tolerance(1, 1));
    expect(Math.abs(cv - 1)).toBeLessThan(0.03);
  });

  test.each([0.3, 1, 2])('gamma and Weibull gaps of CV %d have mean 1 and that CV', (wanted) => {
    for (const make of [gammaGaps, weibullGaps]) {
      const { mean, cv } = moments(Array.from({ length: DRAWS }, make(wanted, createStreams(3).open('x'))));
      expect(Math.abs(mean - 1)).toBeLessThan(tolerance(1, wanted));
      expect(Math.abs(cv / wanted - 1)).toBeLessThan(0.06);
    }
  });

  test('Weibull shapes agree with closed forms', () => {
    // Shape 1 is exponential. Shape 1/2: moments 2 and 24, CV sqrt(24/4 - 1). Shape 2 (Rayleigh): CV sqrt(4/pi - 1).
    expect(weibullShape(1)).toBeCloseTo(1, 9);
    expect(weibullShape(Math.sqrt(5))).toBeCloseTo(0.5, 9);
    expect(weibullShape(Math.sqrt(4 / Math.PI - 1))).toBeCloseTo(2, 9);
  });
});

describe('popularity', () => {
  test('zipf odds fall as 1 / rank^s', () => {
    const pick = zipfSampler(4, 1, createStreams(2).open('x'));
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < DRAWS; i++) counts[pick()]! += 1;
    const total = 1 + 1 / 2 + 1 / 3 + 1 / 4;
    for (const [i, count] of counts.entries()) {
      const p = 1 / (i + 1) / total;
      expect(Math.abs(count - DRAWS * p)).toBeLessThan(4 * Math.sqrt(DRAWS * p * (1 - p)));
    }
  });

  test('a weighted pick is the index whose share of the unit interval holds the draw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (weights, u) => {
          const index = weightedSampler(weights, { unit: () => u })();
          const below = weights.slice(0, index).reduce((sum, w) => sum + w, 0);
          const total = weights.reduce((sum, w) => sum + w, 0);
          expect(below).toBeLessThanOrEqual(u * total);
          expect(below + weights[index]!).toBeGreaterThan(u * total);
        },
      ),
    );
  });
});

test('normal variates are those that d3-random draws from the same stream', () => {
  const own = new NormalSource(createStreams(3).open('normal'), 0.7);
  const theirs = randomNormal.source(createStreams(3).open('normal').unit)(0, 0.7);
  for (let i = 0; i < 1000; i++) expect(own.next()).toBe(theirs());
});
