/// <reference path="./alea.d.ts" />
/**
 * Named random streams of one run. Each path gets its own generator (Alea by J. Baagoe, from the seedrandom package), seeded
 * by the run's seed and the path alone, so the order in which streams are opened changes nothing, and a policy that draws
 * more or fewer numbers leaves all other streams as they are.
 */
import alea from 'seedrandom/lib/alea.js';
import { assert } from '../../src/core/check.ts';
import type { Rng, Streams } from '../../src/core/rng.ts';

/** Streams of one run. Opening a path twice is an error: two readers of one stream would disturb each other. */
export function createStreams(seed: number | string): Streams {
  const opened = new Set<string>();
  return {
    open(path: string): Rng {
      assert(!opened.has(path), `random stream ${path} opened twice`);
      opened.add(path);
      return { unit: alea(`${seed}/${path}`).double };
    },
  };
}
