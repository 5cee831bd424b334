/**
 * Distributions as the scenario names them, turned into samplers. A sampler owns its stream: normal variates come in pairs
 * (the spare one is kept), so a stream must never be shared by two of them.
 */
import type { Rng } from '../../../src/core/rng.ts';
import type { LengthSpec } from '../../scenario/schema.ts';
import { empiricalSampler } from './empirical.ts';
import { NormalSource } from './normal.ts';

/** Draws one value. */
export type Sampler = () => number;

/** Real values of a distribution, clamped to its `min` and `max` (think times, seconds). */
export function realSampler(spec: LengthSpec, rng: Rng): Sampler {
  const draw = unclamped(spec, rng);
  const min = spec.min ?? 0;
  const max = spec.max ?? Number.POSITIVE_INFINITY;
  return () => Math.min(max, Math.max(min, draw()));
}

/** Token counts of a distribution: whole, clamped to its `min` and `max`, and at least 1. */
export function tokenSampler(spec: LengthSpec, rng: Rng): Sampler {
  // Widened by half a token on both sides, rounding gives min and max the same odds as the counts between.
  const draw = spec.dist === 'uniform' ? uniform(spec.min - 0.5, spec.max + 0.5, rng) : unclamped(spec, rng);
  const min = Math.max(1, Math.ceil(spec.min ?? 1));
  const max = Math.max(min, Math.floor(spec.max ?? Number.MAX_SAFE_INTEGER));
  return () => Math.min(max, Math.max(min, Math.round(draw())));
}

function unclamped(spec: LengthSpec, rng: Rng): Sampler {
  switch (spec.dist) {
    case 'constant':
      return () => spec.value;
    case 'uniform':
      return uniform(spec.min, spec.max, rng);
    case 'lognormal':
      return logNormal(spec.mean, spec.cv, rng);
    case 'empirical':
      return empiricalSampler(spec.quantiles, rng);
  }
}

function uniform(min: number, max: number, rng: Rng): Sampler {
  return () => min + rng.unit() * (max - min);
}

/**
 * Lognormal by its own mean and CV: sigma^2 = ln(1 + cv^2), mu = ln(mean) - sigma^2 / 2.
 * Example: mean 1000, cv 1 gives sigma 0.8326 and median exp(mu) = 707.
 */
function logNormal(mean: number, cv: number, rng: Rng): Sampler {
  const variance = Math.log1p(cv * cv);
  const mu = Math.log(mean) - variance / 2;
  const normal = new NormalSource(rng, Math.sqrt(variance));
  return () => Math.exp(mu + normal.next());
}
