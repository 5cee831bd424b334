/** A planner's host for tests: workers that take turns in this thread, and a clock that stands still. */
import { setImmediate } from 'node:timers/promises';
import { type PlannerHost, planFleets } from '../../sim/planner/planner.ts';
import type { PlanReport } from '../../sim/planner/report.ts';
import type { Plan } from '../../sim/planner/schema.ts';
import { localWorker, RunPool } from '../../sim/worker/run-pool.ts';

const CLOCK = { nowMs: () => performance.now(), pause: () => setImmediate() };

export function plannerHost(workers = 1): PlannerHost {
  const pool = new RunPool({ size: workers, start: localWorker(CLOCK) });
  return {
    workers,
    nowMs: () => 0,
    makeRuns: (specs) => pool.runAll(specs),
    pause: () => Promise.resolve(),
  };
}

export const search = (plan: Plan, workers = 1): Promise<PlanReport> =>
  planFleets(plan, 'test', plannerHost(workers));
