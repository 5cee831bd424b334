/**
 * Log-linear histogram of non-negative numbers: every power of two is cut into 512 equal bins, so a bin is between
 * 0.098 % and 0.195 % of its values wide and its middle is off by less than 0.1 %. A bin is found from the bits of the
 * number, without logarithms, so that all JavaScript engines agree. Octaves are allocated when first used: 4 KiB each.
 *
 * Values are multiplied by `SCALE` before they are binned: bin borders then never fall on round numbers, where rounding
 * noise of 1e-12 would send equal measurements to two different bins.
 */
const BIN_BITS = 9;
const BINS_PER_OCTAVE = 1 << BIN_BITS;
/** Low bits of a double's upper half that do not tell bins apart. */
const DROPPED_BITS = 20 - BIN_BITS;
const OCTAVES = 2048;
const SCALE = 1.000000123456789;

/** One double seen as two words; which one is the upper depends on the machine. */
const DOUBLE = new Float64Array([1]);
const WORDS = new Int32Array(DOUBLE.buffer);
const UPPER = WORDS[1] === 0 ? 0 : 1;

/** A histogram as data that can cross threads: the octaves in use, ascending, and their counts one after the other. */
export interface HistogramData {
  readonly exponents: Int32Array<ArrayBuffer>;
  /** 512 counts for each exponent. */
  readonly counts: Float64Array<ArrayBuffer>;
}

export class OctaveHistogram {
  /** The histogram that `toData` was called on. */
  static fromData(data: HistogramData): OctaveHistogram {
    const histogram = new OctaveHistogram();
    for (const [k, exponent] of data.exponents.entries()) {
      for (let i = 0; i < BINS_PER_OCTAVE; i++) {
        const count = data.counts[k * BINS_PER_OCTAVE + i]!;
        histogram.#addToBin(exponent * BINS_PER_OCTAVE + i, count);
      }
    }
    return histogram;
  }

  /**
   * Counts: `#octaves[exponent][mantissa]`; biased exponent of a double, top mantissa bits. Made whole: an array that is
   * first written beyond its end becomes a hash table.
   */
  readonly #octaves = new Array<Float64Array | undefined>(OCTAVES).fill(undefined);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds `count` observations of `value` (finite, at least 0). */
  add(value: number, count: number): void {
    this.#addToBin(binOf(value), count);
  }

  /**
   * Adds `count` observations of each of `first + j * increment`, j = 0 .. steps - 1, with increment >= 0. Walks over the
   * bins that the series touches, not over its steps; bins get exactly what `add` of every term would give them.
   */
  addSeries(first: number, increment: number, steps: number, count: number): void {
    let done = 0;
    while (done < steps) {
      const bin = binOf(first + done * increment);
      const next = firstStepFrom(scaledLowerEdge(bin + 1), first, increment, done, steps);
      this.#addToBin(bin, (next - done) * count);
      done = next;
    }
  }

  merge(other: OctaveHistogram): void {
    for (let exponent = 0; exponent < OCTAVES; exponent++) {
      const from = other.#octaves[exponent];
      if (from === undefined) continue;
      for (let i = 0; i < BINS_PER_OCTAVE; i++) {
        if (from[i]! > 0) this.#addToBin(exponent * BINS_PER_OCTAVE + i, from[i]!);
      }
    }
  }

  /**
   * Calls `visit` for the non-empty bins in ascending order with the bin's value range, until it returns false.
   */
  walk(visit: (low: number, high: number, count: number) => boolean): void {
    for (let exponent = 0; exponent < this.#octaves.length; exponent++) {
      const counts = this.#octaves[exponent];
      if (counts === undefined) continue;
      for (let i = 0; i < BINS_PER_OCTAVE; i++) {
        if (counts[i]! === 0) continue;
        const bin = exponent * BINS_PER_OCTAVE + i;
        if (!visit(scaledLowerEdge(bin) / SCALE, scaledLowerEdge(bin + 1) / SCALE, counts[i]!)) return;
      }
    }
  }

  /** A copy as plain data. */
  toData(): HistogramData {
    const used: number[] = [];
    for (let e = 0; e < this.#octaves.length; e++) if (this.#octaves[e] !== undefined) used.push(e);
    const counts = new Float64Array(used.length * BINS_PER_OCTAVE);
    for (const [k, exponent] of used.entries()) counts.set(this.#octaves[exponent]!, k * BINS_PER_OCTAVE);
    return { exponents: Int32Array.from(used), counts };
  }

  #addToBin(bin: number, count: number): void {
    const exponent = bin >>> BIN_BITS;
    let counts = this.#octaves[exponent];
    if (counts === undefined) {
      counts = new Float64Array(BINS_PER_OCTAVE);
      this.#octaves[exponent] = counts;
    }
    counts[bin & (BINS_PER_OCTAVE - 1)]! += count;
    this.#count += count;
  }
}

function binOf(value: number): number {
  DOUBLE[0] = value * SCALE;
  return WORDS[UPPER]! >>> DROPPED_BITS;
}

/** Lower edge of a bin, times SCALE: a scaled value lies at or above it exactly when its bin is this one or a later one. */
function scaledLowerEdge(bin: number): number {
  WORDS[UPPER] = bin << DROPPED_BITS;
  WORDS[1 - UPPER] = 0;
  return DOUBLE[0]!;
}

/** First step after `from` whose scaled term is at or above `edge`, at most `steps`. */
function firstStepFrom(edge: number, first: number, increment: number, from: number, steps: number): number {
  const guess = (edge / SCALE - first) / increment;
  let next = guess < steps ? Math.max(from + 1, Math.ceil(guess)) : steps;
  while (next > from + 1 && (first + (next - 1) * increment) * SCALE >= edge) next -= 1;
  while (next < steps && (first + next * increment) * SCALE < edge) next += 1;
  return next;
}
