/**
 * Distribution of a non-negative quantity: exact up to `EXACT_LIMIT` observations, a log-linear histogram beyond (its
 * quantiles are off by less than 0.1 %). Count, mean and maximum are exact in both. The state depends on the multiset of
 * observations only, apart from rounding in the sum: not on their order, on how they were split over sketches that were
 * merged, nor on whether they came singly or as a series.
 */
import { fail } from '../../src/core/check.ts';
import { type HistogramData, OctaveHistogram } from './octave-histogram.ts';

/** Observations kept one by one: 100,000 doubles, 0.8 MB. */
export const EXACT_LIMIT = 100_000;

/** A sketch as data that can cross threads. */
export interface SketchData {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly sumError: number;
  /** The observations, while all are kept; empty beside a histogram. */
  readonly values: Float64Array<ArrayBuffer>;
  readonly isSorted: boolean;
  readonly histogram: HistogramData | null;
}

export class QuantileSketch {
  /** The sketch that `toData` was called on; takes `data.values` over. */
  static fromData(data: SketchData): QuantileSketch {
    const sketch = new QuantileSketch();
    sketch.#count = data.count;
    sketch.#min = data.min;
    sketch.#max = data.max;
    sketch.#sum = data.sum;
    sketch.#sumError = data.sumError;
    sketch.#values = data.values;
    sketch.#isSorted = data.isSorted;
    sketch.#histogram = data.histogram === null ? null : OctaveHistogram.fromData(data.histogram);
    return sketch;
  }

  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  /** Sum and its rounding error (Neumaier). */
  #sum = 0;
  #sumError = 0;
  #values = new Float64Array(256);
  #isSorted = true;
  #histogram: OctaveHistogram | null = null;

  get count(): number {
    return this.#count;
  }

  /** True while every observation is kept. */
  get isExact(): boolean {
    return this.#histogram === null;
  }

  get mean(): number | null {
    return this.#count === 0 ? null : (this.#sum + this.#sumError) / this.#count;
  }

  get max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }

  /** Adds `count` observations of `value` (finite, at least 0). */
  add(value: number, count = 1): void {
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) notAnObservation(value, value);
    if (count <= 0) return;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    this.#addToSum(value * count);
    if (this.#histogram !== null) this.#histogram.add(value, count);
    else this.#keep(value, count);
    this.#count += count;
  }

  #keep(value: number, count: number): void {
    if (this.#makeRoom(count)) {
      this.#values.fill(value, this.#count, this.#count + count);
      this.#isSorted = false;
    } else {
      this.#histogram!.add(value, count);
    }
  }

  /** Adds `count` observations of each of `first + j * increment`, j = 0 .. steps - 1 (increment may be negative). */
  addSeries(first: number, increment: number, steps: number, count: number): void {
    if (steps <= 0 || count <= 0) return;
    const last = first + (steps - 1) * increment;
    const low = Math.min(first, last);
    const high = Math.max(first, last);
    if (!(low >= 0 && high < Number.POSITIVE_INFINITY)) notAnObservation(low, high);
    if (this.#histogram === null && this.#makeRoom(steps * count)) {
      for (let j = 0; j < steps; j++) this.add(first + j * increment, count);
      return;
    }
    if (low < this.#min) this.#min = low;
    if (high > this.#max) this.#max = high;
    this.#addToSum(count * (steps * first + increment * ((steps * (steps - 1)) / 2)));
    this.#histogram!.addSeries(low, Math.abs(increment), steps, count);
    this.#count += steps * count;
  }

  /** A copy as plain data. */
  toData(): SketchData {
    return {
      count: this.#count,
      min: this.#min,
      max: this.#max,
      sum: this.#sum,
      sumError: this.#sumError,
      values: this.#values.slice(0, this.#histogram === null ? this.#count : 0),
      isSorted: this.#isSorted,
      histogram: this.#histogram?.toData() ?? null,
    };
  }

  merge(other: QuantileSketch): void {
    if (other.#count === 0) return;
    if (this.#makeRoom(other.#count, other.#histogram !== null)) {
      this.#values.set(other.#values.subarray(0, other.#count), this.#count);
      this.#isSorted = false;
    } else if (other.#histogram !== null) {
      this.#histogram!.merge(other.#histogram);
    } else {
      for (let i = 0; i < other.#count; i++) this.#histogram!.add(other.#values[i]!, 1);
    }
    this.#count += other.#count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
    this.#addToSum(other.#sum);
    this.#addToSum(other.#sumError);
  }

  /**
   * Quantile `q` in 0..1, linear between order statistics (Hyndman and Fan's type 7, numpy's default): with n observations
   * the one at position q * (n - 1) of the sorted list, from 0. Null without observations.
   */
  quantile(q: number): number | null {
    return this.quantiles([q])[0]!;
  }

  /** Quantiles for ascending `qs`, in one pass. */
  quantiles(qs: readonly number[]): (number | null)[] {
    if (this.#count === 0) return qs.map(() => null);
    const positions = qs.map((q) => q * (this.#count - 1));
    const below = this.#orderStatistics(positions.map(Math.floor));
    const above = this.#orderStatistics(positions.map(Math.ceil));
    return positions.map((p, i) => below[i]! + (above[i]! - below[i]!) * (p - Math.floor(p)));
  }

  /** Order statistics at ascending (or equal) positions from 0. */
  #orderStatistics(positions: readonly number[]): Float64Array {
    const out = new Float64Array(positions.length);
    if (this.#histogram === null) {
      this.#sort();
      for (let i = 0; i < positions.length; i++) out[i] = this.#values[positions[i]!]!;
      return out;
    }
    let next = 0;
    let below = 0;
    this.#histogram.walk((low, high, count) => {
      while (next < positions.length && positions[next]! < below + count) {
        const value = low + ((high - low) * (positions[next]! - below + 0.5)) / count;
        out[next++] = Math.min(this.#max, Math.max(this.#min, value));
      }
      below += count;
      return next < positions.length;
    });
    for (let i = 0; i < positions.length; i++) {
      if (positions[i] === 0) out[i] = this.#min;
      if (positions[i] === this.#count - 1) out[i] = this.#max;
    }
    return out;
  }

  #addToSum(term: number): void {
    const sum = this.#sum + term;
    this.#sumError += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - sum + term : term - sum + this.#sum;
    this.#sum = sum;
  }

  /** Room for `count` more exact values: false (and the histogram in place) when there is none, or `spill` asks for it. */
  #makeRoom(count: number, spill = false): boolean {
    if (this.#histogram !== null) return false;
    const needed = this.#count + count;
    if (spill || needed > EXACT_LIMIT) {
      const histogram = new OctaveHistogram();
      for (let i = 0; i < this.#count; i++) histogram.add(this.#values[i]!, 1);
      this.#histogram = histogram;
      this.#values = new Float64Array(0);
      return false;
    }
    if (needed > this.#values.length) {
      const grown = new Float64Array(Math.min(EXACT_LIMIT, Math.max(needed, 2 * this.#values.length)));
      grown.set(this.#values.subarray(0, this.#count));
      this.#values = grown;
    }
    return true;
  }

  #sort(): void {
    if (this.#isSorted) return;
    this.#values.subarray(0, this.#count).sort();
    this.#isSorted = true;
  }
}

function notAnObservation(low: number, high: number): never {
  fail(`observations ${low} to ${high} are not finite and >= 0`);
}
