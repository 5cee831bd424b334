/** The page's first words: the decision, as the simulator computed it, or what stands in its way. */
import { sentence } from '../format.ts';
import type { JobRunner } from '../state/job-runner.ts';

interface FindingProps<Result> {
  readonly runner: JobRunner<Result>;
  readonly say: (result: Result) => string;
  /** While nothing is known yet. */
  readonly waiting: string;
}

export function Finding<Result>({ runner, say, waiting }: FindingProps<Result>) {
  const kind = runner.use((state) => state.status.kind);
  const shown = runner.useShown();
  const text = (): string => {
    if (kind === 'invalid') return 'This document cannot be run as it stands';
    if (kind === 'failed') return 'The simulation stopped on a defect of Drydock';
    if (shown?.isCurrent === true) return sentence(say(shown.result)).replace(/\.$/, '');
    return kind === 'cancelled' ? 'Cancelled before there was an answer' : waiting;
  };
  return <h1>{text()}</h1>;
}
