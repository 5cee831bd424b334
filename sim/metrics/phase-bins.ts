/**
 * Sums of phases by how long a request took: bins of an eighth of an octave, so that cohorts such as "the slowest percent" can
 * be cut out at the end of a run of any length. Memory is fixed, the cost per request is one pass over nine numbers.
 *
 *   bin b (321, from 1 µs to 2^40 µs)   counts[b]              requests
 *                                       sumsUs[b * 9 + phase]  their time in the phase
 */
import type { Phase } from './phases.ts';
import { PHASES } from './phases.ts';

const BITS = 3;
const OCTAVES = 40;
const BINS = (OCTAVES << BITS) + 1;
/** Biased exponent of 1 in a double. */
const EXPONENT_OF_ONE = 1023;
const WIDTH = PHASES.length;

/** One double seen as two words; which one is the upper depends on the machine. */
const DOUBLE = new Float64Array([1]);
const WORDS = new Int32Array(DOUBLE.buffer);
const UPPER = WORDS[1] === 0 ? 0 : 1;

/** Phase bins as data that can cross threads. */
export interface PhaseBinsData {
  readonly counts: Float64Array<ArrayBuffer>;
  readonly sumsUs: Float64Array<ArrayBuffer>;
}

/** Requests between two quantiles of the time that they took. */
export interface Cohort {
  /** Requests; not a whole number where a border falls into a bin, which is then shared out. */
  readonly n: number;
  /** Mean time, and its parts, µs. */
  readonly meanUs: number;
  readonly partsUs: Readonly<Record<Phase, number>>;
}

export class PhaseBins {
  readonly #counts: Float64Array<ArrayBuffer>;
  readonly #sumsUs: Float64Array<ArrayBuffer>;

  /** Empty, or what `toData` was called on, whose columns it takes over. */
  constructor(data?: PhaseBinsData) {
    this.#counts = data?.counts ?? new Float64Array(BINS);
    this.#sumsUs = data?.sumsUs ?? new Float64Array(BINS * WIDTH);
  }

  /** A request that took that long, with its phases. */
  add(tookUs: number, phasesUs: Float64Array): void {
    const bin = binOf(tookUs);
    this.#counts[bin]! += 1;
    const sums = this.#sumsUs;
    const from = bin * WIDTH;
    for (let i = 0; i < WIDTH; i++) {
      // Most requests have few phases.
      const us = phasesUs[i]!;
      if (us !== 0) sums[from + i]! += us;
    }
  }

  merge(other: PhaseBins): void {
    for (let i = 0; i < BINS; i++) this.#counts[i]! += other.#counts[i]!;
    for (let i = 0; i < this.#sumsUs.length; i++) this.#sumsUs[i]! += other.#sumsUs[i]!;
  }

  /** A copy as plain data. */
  toData(): PhaseBinsData {
    return { counts: this.#counts.slice(), sumsUs: this.#sumsUs.slice() };
  }

  /** Requests from quantile `from` to quantile `to`; null when there are none. */
  cohort(from: number, to: number): Cohort | null {
    const total = this.#counts.reduce((sum, count) => sum + count, 0);
    const sums = new Float64Array(WIDTH);
    let n = 0;
    let before = 0;
    for (let bin = 0; bin < BINS; bin++) {
      const count = this.#counts[bin]!;
      const taken = Math.min(before + count, to * total) - Math.max(before, from * total);
      before += count;
      if (taken <= 0) continue;
      n += taken;
      for (let i = 0; i < WIDTH; i++) sums[i]! += (this.#sumsUs[bin * WIDTH + i]! * taken) / count;
    }
    if (n === 0) return null;
    const parts = PHASES.map((phase, i) => [phase, sums[i]! / n] as const);
    return {
      n,
      meanUs: sums.reduce((sum, us) => sum + us, 0) / n,
      partsUs: Object.fromEntries(parts) as Record<Phase, number>,
    };
  }
}

function binOf(us: number): number {
  DOUBLE[0] = us;
  const bin = (WORDS[UPPER]! >>> (20 - BITS)) - (EXPONENT_OF_ONE << BITS);
  return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
}
