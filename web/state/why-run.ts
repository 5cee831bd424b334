/**
 * What would change the answer: hundreds of short runs, so only when it is asked for. On the comparison it is about the choice
 * between the fleets, on the inspection about the fleet that is looked at.
 */
import type { WhyReport } from '../../sim/why/report.ts';
import type { JobOutcome } from '../../sim/worker/api.ts';
import { useScreen } from './address.ts';
import { keyOf } from './document-store.ts';
import { useFlips } from './flip-store.ts';
import { JobRunner } from './job-runner.ts';
import { setupOf } from './setup.ts';
import { client } from './simulator.ts';
import { tracesOf } from './traces.ts';
import { useView } from './view-store.ts';

/** Fewest seeds that give an interval worth looking at. */
const FEWEST_SEEDS = 3;

const fleetAsked = (): number | null =>
  useScreen.getState().screen === 'inspect' ? useView.getState().fleet : null;

export const whyRun = new JobRunner<WhyReport>({
  name: 'What would change the decision',
  screens: ['compare', 'inspect'],
  keyOf: (state) => `${fleetAsked()} ${keyOf(state)}`,
  start: ({ document, seeds }, jobId, onProgress) => {
    const options = {
      ...{ jobId, seeds: Math.max(FEWEST_SEEDS, seeds), fleet: fleetAsked() },
      traces: tracesOf(document),
    };
    const answer = client.run<WhyReport>(jobId, onProgress, (remote, tell) =>
      remote.runWhy(document, options, tell),
    );
    if (options.fleet === null) void answer.then((outcome) => keepFlips(document, outcome));
    return answer;
  },
  heldBack: () => Promise.resolve('Simulates every change with the same seeds: some hundred short runs'),
});

/** The rail marks where the choice between fleets changes. */
function keepFlips(document: unknown, outcome: JobOutcome<WhyReport>): void {
  const setup = setupOf(document);
  if (outcome.status === 'done' && setup !== null)
    useFlips.setState({ basis: { setup, report: outcome.result } });
}
