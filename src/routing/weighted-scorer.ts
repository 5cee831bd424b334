/** A scorer in a profile: total[i] += weight * clamp(score[i], 0, 1). NaN passes the clamp as it does upstream. */
import type { MutableCycle } from './cycle.ts';
import type { Scorer } from './plugin.ts';

export interface WeightedScorer {
  readonly name: string;
  readonly weight: number;
  readonly scorer: Scorer;
}

/** Adds the weighted scores of the cycle's candidates, which stand in `cycle.scores`, to `totals`. */
export function addScores(cycle: MutableCycle, weight: number, totals: Float64Array): void {
  const { scores, count } = cycle;
  for (let i = 0; i < count; i++) {
    totals[i] = totals[i]! + weight * Math.min(1, Math.max(0, scores[i]!));
  }
}
