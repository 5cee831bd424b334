import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXACT_LIMIT, QuantileSketch } from '../../sim/metrics/sketch.ts';

const QS = [0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

/** numpy.quantile's default, on a plain array. */
function reference(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = q * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  return below + (sorted[Math.ceil(position)]! - below) * (position - Math.floor(position));
}

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

/** Repeatable spread of values over four decades. */
function spread(n: number): number[] {
  let state = 12345;
  return Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return 10 ** (1 + (4 * state) / 2 ** 32);
  });
}

const positive = fc.double({ min: 0, max: 1e9, noNaN: true });

describe('few observations', () => {
  test('quantiles are those of numpy', () => {
    // numpy.quantile([1, 2, 3, 4, 10], [0.1, 0.5, 0.9]) = [1.4, 3.0, 7.6]
    const sketch = sketchOf([10, 1, 3, 2, 4]);
    expect(sketch.quantile(0.1)).toBeCloseTo(1.4, 12);
    expect(sketch.quantile(0.5)).toBe(3);
    expect(sketch.quantile(0.9)).toBeCloseTo(7.6, 12);
    expect(sketch.mean).toBe(4);
    expect(sketch.max).toBe(10);
  });

  test('nothing observed has no quantile, mean or maximum', () => {
    const sketch = new QuantileSketch();
    expect([sketch.quantile(0.5), sketch.mean, sketch.max, sketch.count]).toEqual([null, null, null, 0]);
  });

  test('quantiles, mean and maximum agree with the sorted list for any values', () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 50 }), (values) => {
        const sketch = sketchOf(values);
        for (const q of QS) expect(sketch.quantile(q)).toBeCloseTo(reference(values, q), 3);
        expect(sketch.max).toBe(Math.max(...values));
        expect(sketch.count).toBe(values.length);
      }),
    );
  });

  test('a weight is as many equal observations', () => {
    const weighted = new QuantileSketch();
    weighted.add(5, 3);
    weighted.add(1);
    expect(QS.map((q) => weighted.quantile(q))).toEqual(QS.map((q) => sketchOf([5, 5, 5, 1]).quantile(q)));
  });

  test('a negative or infinite observation is a defect', () => {
    expect(() => new QuantileSketch().add(-1)).toThrow();
    expect(() => new QuantileSketch().add(Number.POSITIVE_INFINITY)).toThrow();
    expect(() => new QuantileSketch().add(Number.NaN)).toThrow();
  });
});

describe('beyond the exact limit', () => {
  const values = spread(2 * EXACT_LIMIT);
  const sketch = sketchOf(values);

  test('quantiles are within 0.1 % of the exact ones', () => {
    expect(sketch.isExact).toBe(false);
    for (const q of QS) {
      const exact = reference(values, q);
      expect(Math.abs(sketch.quantile(q)! - exact) / exact).toBeLessThan(1e-3);
    }
  });

  test('count, mean and extremes stay exact', () => {
    expect(sketch.count).toBe(values.length);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(sketch.mean! / mean - 1)).toBeLessThan(1e-12);
    expect(sketch.quantile(0)).toBe(values.reduce((least, value) => Math.min(least, value)));
    expect(sketch.quantile(1)).toBe(sketch.max);
  });

  test('equal observations have their value as every quantile', () => {
    const constant = new QuantileSketch();
    constant.add(8000, 3 * EXACT_LIMIT);
    expect(QS.map((q) => constant.quantile(q))).toEqual(QS.map(() => 8000));
  });

  test('noise of 1e-12 on a round value does not move it to another bin', () => {
    const low = new QuantileSketch();
    const high = new QuantileSketch();
    for (const [target, noise] of [
      [low, -1e-12],
      [high, 1e-12],
    ] as const) {
      target.add(1, EXACT_LIMIT);
      target.add(8000 * (1 + noise), EXACT_LIMIT);
      target.add(16_000, EXACT_LIMIT);
    }
    expect(Math.abs(low.quantile(0.5)! / high.quantile(0.5)! - 1)).toBeLessThan(1e-11);
  });

  test('zeros are counted as zeros', () => {
    const zeros = new QuantileSketch();
    zeros.add(0, EXACT_LIMIT);
    zeros.add(100, EXACT_LIMIT);
    expect(zeros.quantile(0.25)).toBeCloseTo(0, 9);
    expect(zeros.quantile(0.75)! / 100).toBeCloseTo(1, 3);
  });
});

describe('series', () => {
  test('a series is the same as its terms one by one', () => {
    const series = fc.record({
      first: fc.double({ min: 1, max: 1e5, noNaN: true }),
      increment: fc.double({ min: 0, max: 50, noNaN: true }),
      steps: fc.integer({ min: 1, max: 3000 }),
      count: fc.integer({ min: 1, max: 64 }),
    });
    const prefill = fc.constantFrom(0, EXACT_LIMIT);
    fc.assert(
      fc.property(fc.array(series, { minLength: 1, maxLength: 4 }), prefill, (list, before) => {
        const closed = new QuantileSketch();
        const single = new QuantileSketch();
        closed.add(3, before);
        single.add(3, before);
        for (const { first, increment, steps, count } of list) {
          closed.addSeries(first, increment, steps, count);
          for (let j = 0; j < steps; j++) single.add(first + j * increment, count);
        }
        expect(closed.count).toBe(single.count);
        expect(closed.isExact).toBe(single.isExact);
        expect(QS.map((q) => closed.quantile(q))).toEqual(QS.map((q) => single.quantile(q)));
        expect(Math.abs(closed.mean! / single.mean! - 1)).toBeLessThan(1e-12);
      }),
      { numRuns: 30 },
    );
  });
});

describe('merging', () => {
  test('order and grouping of merges do not matter', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(positive, { maxLength: 30 }), { minLength: 3, maxLength: 3 }),
        (parts) => {
          const [a, b, c] = parts.map(sketchOf);
          const left = new QuantileSketch();
          left.merge(a!);
          left.merge(b!);
          left.merge(c!);
          const inner = sketchOf(parts[1]!);
          inner.merge(c!);
          const right = sketchOf(parts[0]!);
          right.merge(inner);
          expect(QS.map((q) => left.quantile(q))).toEqual(QS.map((q) => right.quantile(q)));
          expect(left.count).toBe(right.count);
        },
      ),
    );
  });

  test('merging exact parts past the limit gives what one sketch would have', () => {
    const values = spread(EXACT_LIMIT + 500);
    const merged = sketchOf(values.slice(0, 70_000));
    merged.merge(sketchOf(values.slice(70_000)));
    const whole = sketchOf(values);
    expect(merged.isExact).toBe(false);
    expect(QS.map((q) => merged.quantile(q))).toEqual(QS.map((q) => whole.quantile(q)));
  });

  test('an exact sketch that takes in a histogram becomes one', () => {
    const big = new QuantileSketch();
    big.add(50, EXACT_LIMIT + 1);
    const small = sketchOf([1, 2, 3]);
    small.merge(big);
    expect(small.count).toBe(EXACT_LIMIT + 4);
    expect(small.quantile(0)).toBe(1);
    expect(small.quantile(0.5)! / 50).toBeCloseTo(1, 3);
  });
});
