/**
 * Log-linear histogram of non-negative numbers: every power of two is cut into 1024 equal bins, so a bin is between
 * 0.049 % and 0.098 % of its values wide. A bin is found from the bits of the number, without logarithms, so that all
 * JavaScript engines agree. Octaves are allocated when first used: 8 KiB each.
 *
 * Values are multiplied by `SCALE` before they are binned: bin borders then never fall on round numbers, where rounding
 * noise of 1e-12 would send equal measurements to two different bins.
 */
const BINS_PER_OCTAVE = 1024;
const OCTAVES = 2048;
const SCALE = 1.000000123456789;

export class OctaveHistogram {
  /** Counts: `#octaves[exponent][mantissa]`; biased exponent of a double, top 10 mantissa bits. */
  readonly #octaves: (Float64Array | undefined)[] = [];
  readonly #bits = new DataView(new ArrayBuffer(8));
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds `count` observations of `value` (finite, at least 0). */
  add(value: number, count: number): void {
    this.#addToBin(this.#binOf(value), count);
  }

  /**
   * Adds `count` observations of each of `first + j * increment`, j = 0 .. steps - 1, with increment >= 0. Walks over the
   * bins that the series touches, not over its steps; bins get exactly what `add` of every term would give them.
   */
  addSeries(first: number, increment: number, steps: number, count: number): void {
    let done = 0;
    while (done < steps) {
      const bin = this.#binOf(first + done * increment);
      const next = this.#firstStepPast(bin, first, increment, done, steps);
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
        if (!visit(this.#lowerEdge(bin), this.#lowerEdge(bin + 1), counts[i]!)) return;
      }
    }
  }

  #addToBin(bin: number, count: number): void {
    const exponent = bin >>> 10;
    let counts = this.#octaves[exponent];
    if (counts === undefined) {
      counts = new Float64Array(BINS_PER_OCTAVE);
      this.#octaves[exponent] = counts;
    }
    counts[bin & (BINS_PER_OCTAVE - 1)]! += count;
    this.#count += count;
  }

  #binOf(value: number): number {
    this.#bits.setFloat64(0, value * SCALE);
    return this.#bits.getInt32(0) >>> 10;
  }

  #lowerEdge(bin: number): number {
    this.#bits.setInt32(0, bin << 10);
    this.#bits.setInt32(4, 0);
    return this.#bits.getFloat64(0) / SCALE;
  }

  /** First step after `from` whose term lies beyond `bin`, at most `steps`. */
  #firstStepPast(bin: number, first: number, increment: number, from: number, steps: number): number {
    const guess = (this.#lowerEdge(bin + 1) - first) / increment;
    let next = guess < steps ? Math.max(from + 1, Math.ceil(guess)) : steps;
    while (next > from + 1 && this.#binOf(first + (next - 1) * increment) > bin) next -= 1;
    while (next < steps && this.#binOf(first + next * increment) <= bin) next += 1;
    return next;
  }
}
