/** The plan's search as a job of the page. A large search is a matter of minutes: it waits for its button. */
import type { PlanReport } from '../../sim/planner/report.ts';
import { DEFAULT_STATE } from './document-store.ts';
import { JobRunner } from './job-runner.ts';
import { canonical } from './setup.ts';
import { client } from './simulator.ts';
import { tracesOf } from './traces.ts';

/** Most fleets that a search started by an edit may have to look at. */
const FLEETS_AT_ONCE = 400;

export const planRun = new JobRunner<PlanReport>({
  name: 'Search for the cheapest fleet',
  screens: ['plan'],
  keyOf: ({ plan }) => canonical(plan),
  built: {
    key: canonical(DEFAULT_STATE.plan),
    load: async () => (await import('virtual:precomputed/plan')).default,
  },
  start: ({ plan }, jobId, onProgress) =>
    client.run(jobId, onProgress, (remote, tell) =>
      remote.runPlan(plan, { jobId, traces: tracesOf(plan) }, tell),
    ),
  heldBack: async ({ plan }) => {
    const size = await client.remote.planSize(plan);
    if (size === null || size <= FLEETS_AT_ONCE) return null;
    return `${size.toLocaleString('en')} fleets to look at, which takes a while`;
  },
});
