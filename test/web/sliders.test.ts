/** Sliders over lists of values, and the ticks that say where the decision changes. */
import { describe, expect, it } from 'vitest';
import type { WhyReport } from '../../sim/why/report.ts';
import { flipTicks } from '../../web/rail/flip-ticks.ts';
import { rangeOf, shareAt, thumbAt, valueAt } from '../../web/rail/slider-scale.ts';
import { DEFAULT_SETUP } from '../../web/state/setup.ts';

const DOUBLING = { values: [1, 2, 4, 8] } as const;

describe('a slider over a list', () => {
  it('gives every value the same room', () => {
    expect(rangeOf(DOUBLING)).toEqual({ min: 0, max: 3, step: 1 });
    expect(DOUBLING.values.map((value) => thumbAt(DOUBLING, value))).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((thumb) => valueAt(DOUBLING, thumb))).toEqual([1, 2, 4, 8]);
  });

  it('shows a value between two entries by its ratio, and none beyond its ends', () => {
    expect(shareAt(DOUBLING, Math.sqrt(8))).toBeCloseTo(0.5, 12);
    expect(shareAt(DOUBLING, 16)).toBeNull();
    expect(shareAt(DOUBLING, 0.5)).toBeNull();
    expect(thumbAt(DOUBLING, 100)).toBe(3);
  });
});

describe('flip ticks', () => {
  const flip = (factor: number, decision: string) => ({ factor, holdsTo: 1, decision });
  const flips = [
    { input: 'load', label: 'offered load', down: flip(0.5, 'A'), up: flip(1.5, 'C') },
    { input: 'input', label: 'input length', down: null, up: flip(2, 'A') },
  ];
  const basis = { setup: DEFAULT_SETUP, report: { flips } as unknown as WhyReport };

  it('stand at the value, not at the factor', () => {
    expect(flipTicks(DEFAULT_SETUP, basis).rateRps).toEqual([
      { at: 30, words: 'below 30: A' },
      { at: 90, words: 'above 90: C' },
    ]);
    // Of 1256 tokens 256 are shared; the report doubles the other 1000.
    expect(flipTicks(DEFAULT_SETUP, basis).promptTokens![0]!.at).toBeCloseTo(2256, 6);
  });

  it('stay while their own slider moves, and go once anything else does', () => {
    const faster = { ...DEFAULT_SETUP, rateRps: 80 };
    expect(flipTicks(faster, basis).rateRps).toHaveLength(2);
    expect(flipTicks(faster, basis).promptTokens).toEqual([]);
  });

  it('are none before anything was computed', () => {
    expect(flipTicks(DEFAULT_SETUP, null)).toEqual({});
  });
});
