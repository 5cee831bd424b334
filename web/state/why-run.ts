/**
 * What would change the answer: hundreds of short runs, so only when it is asked for. On the comparison it is about the choice
 * between the fleets, on the inspection about the fleet that is looked at.
 */
import type { WhyReport } from '../../sim/why/report.ts';
import { useScreen } from './address.ts';
import { keyOf } from './document-store.ts';
import { JobRunner } from './job-runner.ts';
import { client } from './simulator.ts';
import { tracesOf } from './traces.ts';
import { useView } from './view-store.ts';

/** Fewest seeds that give an interval worth looking at. */
const FEWEST_SEEDS = 3;

const fleetAsked = (): number | null =>
  useScreen.getState().screen === 'inspect' ? useView.getState().fleet : null;

export const whyRun = new JobRunner<WhyReport>({
  screens: ['compare', 'inspect'],
  keyOf: (state) => `${fleetAsked()} ${keyOf(state)}`,
  start: ({ document, seeds }, jobId, onProgress) => {
    const options = {
      ...{ jobId, seeds: Math.max(FEWEST_SEEDS, seeds), fleet: fleetAsked() },
      traces: tracesOf(document),
    };
    return client.run(jobId, onProgress, (remote, tell) => remote.runWhy(document, options, tell));
  },
  heldBack: () => Promise.resolve('Simulates every change with the same seeds: some hundred short runs'),
});
