/** Owning fleets against an API: hand-worked staircases, and what a crossover claims. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiUsdPerToken, crossover, fleetsFor } from '../../web/compare/cost-curve.ts';

/** 100 M tokens a day for $600. */
const FLEET = { letter: 'A', name: 'a', tokensPerDay: 100e6, usdPerDay: 600 };

describe('a fleet', () => {
  it('is bought whole, and at least once', () => {
    expect(fleetsFor(FLEET, 0)).toEqual({ count: 1, usdPerDay: 600 });
    expect(fleetsFor(FLEET, 100e6)).toEqual({ count: 1, usdPerDay: 600 });
    expect(fleetsFor(FLEET, 100e6 + 1)).toEqual({ count: 2, usdPerDay: 1200 });
  });

  it('is cheaper for good within its first step where a second one pays from its first token', () => {
    // At $15 per 1M one fleet pays from 40 M on; two cost $1,200, which the API asks for 80 M.
    expect(crossover(FLEET, 15e-6)).toEqual({ first: 40e6, forGood: 40e6, fleets: 1 });
  });

  it('loses again at the next step where that begins too early', () => {
    // At $8 per 1M: from 75 M on one fleet, 150 M on two, 225 M on three; a fourth pays from its first token (300 M).
    const found = crossover(FLEET, 8e-6)!;
    expect(found.first).toBeCloseTo(75e6, 0);
    expect(found.forGood).toBeCloseTo(225e6, 0);
    expect(found.fleets).toBe(3);
  });

  it('never pays where a full one costs more per token', () => {
    expect(crossover(FLEET, 5e-6)).toBeNull();
  });

  it('is cheaper at every demand above the crossover for good, and dearer right below it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.double({ min: 1.001, max: 50, noNaN: true }),
        (share, beyond) => {
          // A price at which one fleet pays from that share of its capacity on.
          const price = FLEET.usdPerDay / (FLEET.tokensPerDay * share);
          const { forGood } = crossover(FLEET, price)!;
          const demand = forGood * beyond;
          expect(fleetsFor(FLEET, demand).usdPerDay).toBeLessThan(price * demand * (1 + 1e-6));
          const below = forGood * 0.9999;
          expect(fleetsFor(FLEET, below).usdPerDay).toBeGreaterThan(price * below);
        },
      ),
    );
  });
});

it('what an API asks for an answer includes its prompt', () => {
  // $10 per 1M out and $2 per 1M in, four prompt tokens for each answered one.
  expect(apiUsdPerToken({ usdPer1MInput: 2, usdPer1MOutput: 10 }, 4)).toBeCloseTo(18e-6, 12);
});
