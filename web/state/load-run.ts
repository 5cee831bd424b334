/** How much load the fleets can take: some hundred short runs, so only when it is asked for. */
import type { LoadReport } from '../../sim/worker/load-worker.ts';
import { keyOf } from './document-store.ts';
import { JobRunner } from './job-runner.ts';
import { client } from './simulator.ts';
import { tracesOf } from './traces.ts';

/** Fewest seeds that give an interval worth looking at. */
const FEWEST_SEEDS = 3;

export const loadRun = new JobRunner<LoadReport>({
  name: 'How much load they can take',
  screens: ['compare'],
  keyOf,
  start: ({ document, seeds }, jobId, onProgress) => {
    const options = { jobId, seeds: Math.max(FEWEST_SEEDS, seeds), traces: tracesOf(document) };
    return client.run(jobId, onProgress, (remote, tell) => remote.runLoads(document, options, tell));
  },
  heldBack: () =>
    Promise.resolve('Simulates each fleet at rising loads until the SLO breaks: some hundred short runs'),
});
