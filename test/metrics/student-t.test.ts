import { describe, expect, test } from 'vitest';
import { studentInterval, studentQuantile, studentTwoSided } from '../../sim/metrics/student-t.ts';

/** Two-sided 95 % and 99 % points: Abramowitz and Stegun, table 26.10; NIST/SEMATECH e-Handbook, 1.3.6.7.2. */
const PUBLISHED = [
  [1, 12.706, 63.657],
  [2, 4.303, 9.925],
  [3, 3.182, 5.841],
  [4, 2.776, 4.604],
  [5, 2.571, 4.032],
  [9, 2.262, 3.25],
  [10, 2.228, 3.169],
  [19, 2.093, 2.861],
  [30, 2.042, 2.75],
  [60, 2.0, 2.66],
  [120, 1.98, 2.617],
] as const;

describe('Student quantiles', () => {
  test.each(PUBLISHED)('%i degrees of freedom agree with the published table', (degrees, t95, t99) => {
    expect(Math.abs(studentQuantile(0.95, degrees) - t95)).toBeLessThanOrEqual(0.00051);
    expect(Math.abs(studentQuantile(0.99, degrees) - t99)).toBeLessThanOrEqual(0.00051);
  });

  test('many degrees of freedom approach the normal distribution', () => {
    expect(studentQuantile(0.95, 100_001)).toBeCloseTo(1.95996, 3);
  });

  test('probability and quantile are inverse', () => {
    for (const degrees of [1, 2, 3, 8, 25]) {
      expect(studentTwoSided(studentQuantile(0.9, degrees), degrees)).toBeCloseTo(0.9, 12);
    }
  });
});

describe('intervals', () => {
  test('mean plus and minus t times the standard error', () => {
    // 8, 9, 10, 11, 12: mean 10, standard deviation 1.5811, standard error 0.70711, t(4) = 2.77645
    const interval = studentInterval([8, 9, 10, 11, 12])!;
    expect(interval.low).toBeCloseTo(10 - 1.963243, 5);
    expect(interval.high).toBeCloseTo(10 + 1.963243, 5);
    expect(interval.confidence).toBe(0.95);
  });

  test('one value has no interval, equal values have an empty one', () => {
    expect(studentInterval([3])).toBeNull();
    expect(studentInterval([3, 3, 3])).toEqual({ low: 3, high: 3, confidence: 0.95 });
  });
});
