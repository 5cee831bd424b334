/** Sliders over lists of values, and the ticks that say where the decision changes. */
import { describe, expect, it } from 'vitest';
import type { WhyReport } from '../../sim/why/report.ts';
import { fleetFlipTicks, flipTicks, priceFlipTicks } from '../../web/rail/flip-ticks.ts';
import { rangeOf, shareAt, thumbAt, valueAt } from '../../web/rail/slider-scale.ts';
import { DEFAULT_SETUP, withShape } from '../../web/state/setup.ts';

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
    { input: 'price:h100-sxm', label: 'price of h100-sxm', down: null, up: flip(1.25, 'B') },
  ];
  const steps = [
    {
      ...{ input: 'split', label: 'prefill replicas of 8', fleet: '4P+4D', now: 4 },
      ...{ down: { value: 3, holdsTo: 4, decision: '4P+4D' }, up: null },
    },
  ];
  const basis = { setup: DEFAULT_SETUP, report: { flips, steps } as unknown as WhyReport };

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

  it('of a fleet stand at its own sliders, also after its split, and so its name, has moved', () => {
    const expected = { split: [{ at: 3, words: 'at 3: 4P+4D' }] };
    expect(fleetFlipTicks(DEFAULT_SETUP, basis, 1)).toEqual(expected);
    expect(fleetFlipTicks(DEFAULT_SETUP, basis, 2)).toEqual({});
    const fleet = withShape(DEFAULT_SETUP.fleets[1]!, { kind: 'split', prefill: 5, decode: 3 });
    const moved = { ...DEFAULT_SETUP, fleets: DEFAULT_SETUP.fleets.with(1, fleet) };
    expect(fleetFlipTicks(moved, basis, 1)).toEqual(expected);
    expect(fleetFlipTicks({ ...moved, rateRps: 80 }, basis, 1)).toEqual({});
  });

  it('of a price stand at dollars, while only that price has moved', () => {
    const price = ({ gpuHourUsd }: typeof DEFAULT_SETUP): number => gpuHourUsd['h100-sxm'] ?? 4;
    const ticks = [{ at: 5, words: 'above 5.00: B' }];
    const dearer = { ...DEFAULT_SETUP, gpuHourUsd: { 'h100-sxm': 4.5 } };
    expect(priceFlipTicks(DEFAULT_SETUP, basis, 'h100-sxm', price)).toEqual(ticks);
    expect(priceFlipTicks(dearer, basis, 'h100-sxm', price)).toEqual(ticks);
    expect(priceFlipTicks({ ...dearer, rateRps: 80 }, basis, 'h100-sxm', price)).toEqual([]);
  });

  it('are none before anything was computed', () => {
    expect(flipTicks(DEFAULT_SETUP, null)).toEqual({});
  });
});
