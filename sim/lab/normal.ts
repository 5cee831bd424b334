/**
 * The standard normal distribution.
 *
 * Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/15 + x^7/105 + ...): G. Marsaglia, "Evaluating the Normal Distribution", Journal
 * of Statistical Software 11(4), 2004. Phi(1.959964) = 0.975.
 */
import { assert } from '../../src/core/check.ts';

/** Beyond this the probability is 0 or 1 to double precision, as far as intervals are concerned. */
const FAR = 8;

/** Probability of a value of at most x. */
export function normalCdf(x: number): number {
  if (x < -FAR) return 0;
  if (x > FAR) return 1;
  let term = x;
  let sum = x;
  for (let k = 3, before = Number.NaN; sum !== before; k += 2) {
    before = sum;
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** The x with normalCdf(x) = probability, by bisection to 1e-12. */
export function normalQuantile(probability: number): number {
  assert(probability > 0 && probability < 1, `probability ${probability} is not between 0 and 1`);
  let low = -FAR;
  let high = FAR;
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
