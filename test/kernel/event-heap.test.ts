import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventHeap } from '../../sim/kernel/event-heap.ts';
import { gridUs, Kernel } from '../../sim/kernel/kernel.ts';

describe('event heap', () => {
  test('hands events out by time, then phase, then component, then order of scheduling', () => {
    const events = fc.array(
      fc.record({
        time: fc.integer({ min: 0, max: 20 }),
        phase: fc.integer({ min: 0, max: 9 }),
        target: fc.integer({ min: 0, max: 2 }),
      }),
      {
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(events, (list) => {
        const heap = new EventHeap();
        for (const [i, e] of list.entries()) heap.push(e.time, e.phase, e.target, 2, i);
        const sorted = list
          .map((e, i) => ({ ...e, i }))
          .sort((a, b) => a.time - b.time || a.phase - b.phase || a.target - b.target || a.i - b.i)
          .map((e) => e.i);
        const popped: number[] = [];
        while (heap.pop()) popped.push(heap.poppedArg);
        expect(popped).toEqual(sorted);
      }),
    );
  });

  test('grows past its first size without losing an event', () => {
    const heap = new EventHeap();
    for (let i = 0; i < 5000; i++) heap.push((i * 7919) % 5003, 0, 0, 0, i);
    let last = -1;
    let count = 0;
    while (heap.pop()) {
      expect(heap.poppedTimeUs).toBeGreaterThanOrEqual(last);
      last = heap.poppedTimeUs;
      count += 1;
    }
    expect(count).toBe(5000);
  });
});

describe('kernel', () => {
  test('refuses an event in the past', () => {
    const kernel = new Kernel();
    const target = kernel.register({ onEvent: (_c, _a, nowUs) => kernel.at(nowUs - 1, 0, target, 0, 0) });
    kernel.at(10, 0, target, 0, 0);
    expect(() => kernel.run(100)).toThrow(/past/);
  });

  test('stops after the asked number of events and goes on where it stopped', () => {
    const kernel = new Kernel();
    const seen: number[] = [];
    const target = kernel.register({ onEvent: (_c, arg) => seen.push(arg) });
    for (let i = 0; i < 10; i++) kernel.at(i, 0, target, 0, i);
    expect(kernel.run(100, 4)).toBe(false);
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(kernel.run(100)).toBe(true);
    expect(seen.length).toBe(10);
  });

  test('hands each event out once, without a time limit too', () => {
    const kernel = new Kernel();
    let seen = 0;
    const target = kernel.register({ onEvent: () => (seen += 1) });
    kernel.at(5, 0, target, 0, 0);
    expect(kernel.run(Number.POSITIVE_INFINITY)).toBe(true);
    expect(seen).toBe(1);
  });

  test('a fingerprint changes with any folded value and with their order', () => {
    const of = (values: number[]): string => {
      const kernel = new Kernel();
      for (const value of values) kernel.fold(value);
      return kernel.fingerprint;
    };
    expect(of([1, 2, 3])).toBe(of([1, 2, 3]));
    expect(of([1, 2, 3])).not.toBe(of([1, 3, 2]));
    expect(of([1, 2, 3])).not.toBe(of([1, 2, 3.0001]));
  });

  test('the grid keeps whole and half microseconds and swallows rounding noise', () => {
    expect(gridUs(12_345.5)).toBe(12_345.5);
    expect(gridUs(1e9 + 1e-7)).toBe(1e9);
  });
});
