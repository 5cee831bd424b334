/**
 * Usage-limit policies: up to which saturation each priority band may dispatch. A band is blocked when
 * saturation >= its ceiling, and a blocked band ends the dispatch cycle for all bands below it.
 */
import type { UsageLimitPolicy } from '../policy.ts';

/** One ceiling for all bands. */
export function staticUsageLimit(threshold: number): UsageLimitPolicy {
  return {
    computeLimits(_saturation, priorities, ceilings) {
      ceilings.fill(threshold, 0, priorities.length);
    },
  };
}

/** Parameters of priority holdback. */
export interface HoldbackParameters {
  /** Steps by rank of the band, or in proportion to the priority value. */
  readonly domain: 'rank' | 'value';
  /** Ceiling of the lowest priority, [0, 1). */
  readonly minCeiling: number;
  /** Ceiling of the highest priority, (0, 1]. */
  readonly maxCeiling: number;
}

/**
 * Ceilings fall linearly from `maxCeiling` (highest band) to `minCeiling` (lowest); a single band gets
 * `maxCeiling`. Example: priorities 10, 5, -10, ceilings 1 down to 0.4: by rank 1, 0.7, 0.4; by value 1,
 * 0.85, 0.4.
 */
export function priorityHoldback(parameters: HoldbackParameters): UsageLimitPolicy {
  const { domain, minCeiling, maxCeiling } = parameters;
  return {
    computeLimits(_saturation, priorities, ceilings) {
      const count = priorities.length;
      const highest = priorities[0]!;
      const lowest = priorities[count - 1]!;
      for (let rank = 0; rank < count; rank++) {
        if (count === 1) ceilings[rank] = maxCeiling;
        else if (domain === 'rank')
          ceilings[rank] = maxCeiling - (rank * (maxCeiling - minCeiling)) / (count - 1);
        else {
          const position = (priorities[rank]! - lowest) / (highest - lowest);
          ceilings[rank] = minCeiling + position * (maxCeiling - minCeiling);
        }
      }
    },
  };
}

/**
 * Soft reflective ceiling: with N bands and saturation s, band i (0 = highest, never gated) opens fully while
 * s < 1 - i*s/(N-1). Past that, and while s < 1, all gated bands together are open in one dispatch cycle out
 * of round(s/(1-s)) and closed in the others; at s >= 1 they are closed. Example: N = 2, s = 0.75: period 3,
 * so band 1 is open in every third cycle.
 */
export function softReflectiveCeiling(): UsageLimitPolicy {
  let cycle = 0;
  return {
    computeLimits(saturation, priorities, ceilings) {
      const count = priorities.length;
      ceilings[0] = 1;
      if (count === 1) return;
      let open = false;
      // The lowest band's reflective ceiling is 1 - s: it is gated first.
      if (saturation >= 1 - saturation && saturation < 1) {
        cycle += 1;
        open = cycle % Math.max(1, Math.round(saturation / (1 - saturation + PERIOD_GUARD))) === 0;
      }
      for (let rank = 1; rank < count; rank++) {
        const reflective = 1 - (rank * saturation) / (count - 1);
        ceilings[rank] = saturation < reflective || open ? 1 : 0;
      }
    },
  };
}

/** Keeps the period finite next to s = 1; the value upstream uses. */
const PERIOD_GUARD = 1e-9;
