import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnBuffers, fromRunData, toRunData } from '../../sim/metrics/run-data.ts';
import { QuantileSketch } from '../../sim/metrics/sketch.ts';
import { recorderOf, request, runResult } from './fixtures.ts';

const QUANTILES = [0, 0.1, 0.5, 0.9, 0.99, 1];

/** A copy that went from one thread to another. */
function sent(sketch: QuantileSketch): QuantileSketch {
  return QuantileSketch.fromData(structuredClone(sketch.toData()));
}

function seen(sketch: QuantileSketch): unknown {
  return [sketch.count, sketch.mean, sketch.max, sketch.isExact, sketch.quantiles(QUANTILES)];
}

test('a sketch is the same to the last bit on the other side, exact or not, and goes on alike', () => {
  const values = fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { maxLength: 200 });
  fc.assert(
    fc.property(values, values, fc.boolean(), (first, second, isLarge) => {
      const sketch = new QuantileSketch();
      for (const value of first) sketch.add(value, isLarge ? 2000 : 1);
      const copy = sent(sketch);
      expect(seen(copy)).toEqual(seen(sketch));
      const other = new QuantileSketch();
      for (const value of second) other.add(value, isLarge ? 3000 : 1);
      sketch.merge(other);
      copy.merge(sent(other));
      expect(seen(copy)).toEqual(seen(sketch));
    }),
    { numRuns: 50 },
  );
});

test('a run that is transferred leaves its columns behind and loses nothing', () => {
  const requests = Array.from({ length: 300 }, (_, i) =>
    request({
      arrivalUs: i * 1e3,
      firstTokenUs: i * 1e3 + 50 + (i % 7),
      endUs: i * 1e3 + 900,
      classIndex: i % 2,
    }),
  );
  const recorder = recorderOf(requests, { classes: ['a', 'b'], warmupUs: 20e3 });
  recorder.gapSeries(10, 0.5, 400, 3);
  const result = runResult(recorder, { notes: ['n'] });
  const data = toRunData(result);
  const transfer = columnBuffers(data);
  expect(new Set(transfer).size).toBe(transfer.length);
  const expected = structuredClone(data);
  const arrived = structuredClone(data, { transfer });
  expect(transfer.every((buffer) => buffer.byteLength === 0)).toBe(true);
  expect(toRunData(fromRunData(arrived))).toEqual(expected);
  expect(fromRunData(expected).recorder.byClass[1]!.arrived).toBe(150);
});
