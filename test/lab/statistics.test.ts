import { expect, test } from 'vitest';
import { createStreams } from '../../sim/kernel/streams.ts';
import { acceleration, bcaInterval } from '../../sim/lab/bca.ts';
import { jainIndex } from '../../sim/lab/fairness.ts';
import { holm } from '../../sim/lab/holm.ts';
import { normalCdf, normalQuantile } from '../../sim/lab/normal.ts';
import { pairedResult } from '../../sim/lab/paired.ts';

const rng = (seed: number) => createStreams(seed).open('test');

/** Standard normal draws by the inverse distribution function. */
function normals(count: number, seed: number): number[] {
  const source = rng(seed);
  return Array.from({ length: count }, () => normalQuantile(Math.max(1e-9, source.unit())));
}

test('the normal distribution has its tabulated values', () => {
  expect(normalCdf(0)).toBe(0.5);
  expect(normalCdf(1)).toBeCloseTo(0.841344746, 9);
  expect(normalCdf(-2.5)).toBeCloseTo(0.006209665, 9);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 8);
  expect(normalQuantile(0.05)).toBeCloseTo(-1.644853627, 8);
});

test('the acceleration is a sixth of the skewness over the root of n', () => {
  expect(acceleration([-1, 0, 1])).toBeCloseTo(0, 12);
  // Deviations -1, -1, 2: cubes add up to 6, squares to 6.
  expect(acceleration([0, 0, 3])).toBeCloseTo(6 / (6 * 6 ** 1.5), 12);
});

test('of a large normal sample the BCa interval is mean +- 1.96 standard errors', () => {
  const values = normals(400, 1);
  const mean = values.reduce((sum, x) => sum + x, 0) / 400;
  const error = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0)) / 400;
  const interval = bcaInterval(values, rng(2))!;
  expect(Math.abs(interval.low - (mean - 1.96 * error))).toBeLessThan(0.15 * error);
  expect(Math.abs(interval.high - (mean + 1.96 * error))).toBeLessThan(0.15 * error);
});

test('a skewed sample has an interval that reaches further on its long side', () => {
  const values = normals(60, 3).map((x) => Math.exp(x));
  const mean = values.reduce((sum, x) => sum + x, 0) / 60;
  const { low, high } = bcaInterval(values, rng(4))!;
  expect(high - mean).toBeGreaterThan(1.1 * (mean - low));
});

test('equal values have an interval of no width, and two values have none', () => {
  expect(bcaInterval([2, 2, 2, 2], rng(1))).toMatchObject({ low: 2, high: 2 });
  expect(bcaInterval([1, 2], rng(1))).toBeNull();
});

test('of five normal values the BCa interval covers the mean about 84 times in 100, as documented', () => {
  let covered = 0;
  for (let i = 0; i < 400; i++) {
    const { low, high } = bcaInterval(normals(5, 5000 + i), rng(i))!;
    if (low <= 0 && high >= 0) covered += 1;
  }
  expect(covered / 400).toBeGreaterThan(0.76);
  expect(covered / 400).toBeLessThan(0.9);
});

test('Holm multiplies the i-th smallest p by m - i + 1 and never falls', () => {
  expect(holm([0.01, 0.04, 0.03]).map((p) => Number(p.toFixed(9)))).toEqual([0.03, 0.06, 0.06]);
  expect(holm([0.5, 0.9])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test("Jain's index is 1 for equal shares and 1/n where one has all", () => {
  expect(jainIndex([3, 3, 3])).toBe(1);
  expect(jainIndex([5, 0, 0, 0])).toBe(0.25);
  expect(jainIndex([1, 2, 3])).toBeCloseTo(36 / 42, 12);
  expect(jainIndex([])).toBeNull();
});

test('the paired t test agrees with its closed form', () => {
  // Mean 2, standard deviation 1, n 4: t = 4 with 3 degrees of freedom, p = 0.02801.
  const d = Math.sqrt(1.5);
  const result = pairedResult([2 - d, 2 + d, 2, 2], 'lower', rng(5));
  expect(result.diff).toBeCloseTo(2, 12);
  expect(result.effect).toBeCloseTo(2, 12);
  expect(result.p).toBeCloseTo(0.028, 4);
  expect(result.verdict).toBe('loss');
  expect(result.seeds).toEqual({ wins: 0, ties: 0, losses: 4 });
});

test('a difference of which the two intervals disagree is a tie, and marked', () => {
  // Four values: t 2.9 of a critical 3.18, while the bootstrap of four positive values cannot reach zero.
  const result = pairedResult([0.1, 1, 1, 0.9], 'higher', rng(6));
  expect(result.t!.low).toBeGreaterThan(0);
  const wide = pairedResult([0.05, 2, 1, 0.5], 'higher', rng(6));
  expect(wide.t!.low).toBeLessThan(0);
  expect(wide.bca!.low).toBeGreaterThan(0);
  expect(wide).toMatchObject({ agree: false, verdict: 'tie' });
});

test('without an effect, about one comparison in twenty excludes zero by Student', () => {
  let excluded = 0;
  for (let i = 0; i < 400; i++) {
    const { t } = pairedResult(normals(6, 1000 + i), 'lower', rng(i));
    if (t!.low > 0 || t!.high < 0) excluded += 1;
  }
  // 20 expected; five standard deviations (4.4 each) either way.
  expect(excluded).toBeGreaterThan(2);
  expect(excluded).toBeLessThan(42);
});
