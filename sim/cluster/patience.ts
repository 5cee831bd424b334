/**
 * Clients that hang up of their own accord. Whether one does, and when, is drawn from its number alone, so it is the same
 * whatever fleet and router it meets.
 */
import type { Rng } from '../../src/core/rng.ts';
import type { ClientsSpec } from '../scenario/schema.ts';

const UNIT = 4294967296;

/** Patience of each client by request id, µs; Infinity for those that stay. */
export function patience(spec: NonNullable<ClientsSpec['cancel']>, rng: Rng): (id: number) => number {
  const { share, afterS, distribution = 'exponential' } = spec;
  const seed = Math.floor(rng.unit() * UNIT);
  return (id) => {
    if (hashed(seed, 2 * id) >= share) return Number.POSITIVE_INFINITY;
    const factor = distribution === 'constant' ? 1 : -Math.log1p(-hashed(seed, 2 * id + 1));
    return afterS * factor * 1e6;
  };
}

/** A number in [0, 1) for each `index`: MurmurHash3's final mix, twice. */
function hashed(seed: number, index: number): number {
  return mix(mix(index ^ seed) + Math.imul(seed, 0x9e3779b1)) / UNIT;
}

function mix(word: number): number {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return (b ^ (b >>> 16)) >>> 0;
}
