/** Gaps between arrivals with mean 1, by mean and CV; the arrival process scales them by its rate. */
import { randomExponential, randomGamma, randomWeibull } from 'd3-random';
import type { Rng } from '../../../src/core/rng.ts';

/** Lanczos coefficients, g = 7, n = 9 (P. Godfrey); relative error below 1e-14 for arguments of at least 1. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Exponential gaps: a Poisson process. */
export function exponentialGaps(rng: Rng): () => number {
  return randomExponential.source(rng.unit)(1);
}

/** Gamma gaps: shape 1/cv^2, scale cv^2. */
export function gammaGaps(cv: number, rng: Rng): () => number {
  return randomGamma.source(rng.unit)(1 / (cv * cv), cv * cv);
}

/** Weibull gaps: the shape that has this CV, the scale that has mean 1. */
export function weibullGaps(cv: number, rng: Rng): () => number {
  const shape = weibullShape(cv);
  return randomWeibull.source(rng.unit)(shape, 0, Math.exp(-lnGamma(1 + 1 / shape)));
}

/**
 * Weibull shape k of a given CV: the root of cv^2 = G(1 + 2/k) / G(1 + 1/k)^2 - 1, which falls in k. By bisection of ln k;
 * cv 1 gives k = 1 (exponential), cv 2 gives k = 0.5427.
 */
export function weibullShape(cv: number): number {
  let low = Math.log(0.05);
  let high = Math.log(1e4);
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (weibullCv(Math.exp(middle)) > cv) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}

function weibullCv(shape: number): number {
  return Math.sqrt(Math.expm1(lnGamma(1 + 2 / shape) - 2 * lnGamma(1 + 1 / shape)));
}

/** ln of the gamma function for x >= 1. */
function lnGamma(x: number): number {
  const shifted = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (shifted + i);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}
