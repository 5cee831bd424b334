/** Loads of experts: bounds, growth with tokens, imbalance of ranks. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { activeExperts, rankImbalance } from '../../sim/latency/operators/expert-loads.ts';

test('active experts lie between those of one token and all, and grow with tokens', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8192 }), fc.constantFrom(8, 64, 128, 256), (tokens, experts) => {
      const perToken = 2;
      const active = activeExperts(tokens, perToken, experts);
      expect(active).toBeGreaterThanOrEqual(perToken);
      expect(active).toBeLessThanOrEqual(experts);
      expect(activeExperts(tokens * 2, perToken, experts)).toBeGreaterThanOrEqual(active * 0.999);
    }),
  );
});

test('one rank is balanced; more ranks of fewer experts are less so, up to the number of ranks', () => {
  expect(rankImbalance(1000, 256, 1)).toBe(1);
  const few = rankImbalance(1000, 256, 8);
  const many = rankImbalance(1000, 256, 64);
  expect(few).toBeGreaterThan(1);
  expect(many).toBeGreaterThan(few);
  expect(many).toBeLessThanOrEqual(64);
});
