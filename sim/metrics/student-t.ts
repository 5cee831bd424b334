/**
 * Student-t intervals of a mean over independent seeds.
 *
 * The two-sided probability A(t | v) of integer degrees of freedom v is a finite sum (Abramowitz and Stegun, Handbook of
 * Mathematical Functions, 26.7.3 and 26.7.4), so no special functions are needed. Example: five seeds with mean 10 and
 * standard deviation 2 give 10 +- 2.776 * 2 / sqrt(5) = 10 +- 2.48 at 95 %.
 */
import { assert } from '../../src/core/check.ts';
import type { Interval } from './report.ts';

/** Confidence of every interval in reports. */
export const CONFIDENCE = 0.95;

/** Probability that |T| <= t for T of Student's distribution with `degrees` (an integer >= 1) degrees of freedom. */
export function studentTwoSided(t: number, degrees: number): number {
  const theta = Math.atan(t / Math.sqrt(degrees));
  const sine = Math.sin(theta);
  const cosine = Math.cos(theta);
  const isOdd = degrees % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}

/** The t with A(t | degrees) = confidence, e.g. 2.776 for 0.95 and 4; by bisection to the last bit but a few. */
export function studentQuantile(confidence: number, degrees: number): number {
  assert(confidence > 0 && confidence < 1, `confidence ${confidence} is not between 0 and 1`);
  assert(Number.isInteger(degrees) && degrees >= 1, `${degrees} degrees of freedom`);
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, degrees) < confidence) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (studentTwoSided(middle, degrees) < confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** Interval of the mean of independent values; null with fewer than two. */
export function studentInterval(values: readonly number[]): Interval | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const halfWidth = studentQuantile(CONFIDENCE, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { low: mean - halfWidth, high: mean + halfWidth, confidence: CONFIDENCE };
}
