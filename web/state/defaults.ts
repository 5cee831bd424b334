/** What the page starts with, out of the scenarios that the command line runs: files in scenarios/ are the only copy. */
import comparePd from '../../scenarios/compare-pd.yaml';
import plan70b from '../../scenarios/plans/plan-chat-70b.yaml';
import labPrefix from '../../scenarios/studies/prefix-or-random.yaml';
import type { Lab } from '../../sim/lab/schema.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import type { Comparison } from '../../sim/scenario/schema.ts';
import { FIRST_SEEDS, firstComparison } from './first-comparison.ts';

/**
 * Runs of every cell of the first lab, and their requests: seconds, not minutes. With three seeds nothing survives the correction
 * for its 80 comparisons of TTFT and the rest, with five what is there to see does.
 */
const LAB_SEEDS = 5;
const LAB_REQUESTS = 400;

export const DEFAULT_SEEDS = FIRST_SEEDS;
export const DEFAULT_COMPARISON: Comparison = firstComparison(comparePd as Comparison);
export const DEFAULT_PLAN: Plan = plan70b as Plan;
export const DEFAULT_LAB: Lab = {
  ...(labPrefix as Lab),
  seeds: LAB_SEEDS,
  loads: [1, 2],
  run: { requests: LAB_REQUESTS },
};
