/** What failed or undecided thresholds do to the exit code. */
import type { AssertionOutcome } from '../metrics/assertion.ts';
import { EXIT, Stop } from './exit-codes.ts';

/** Thresholds of one report; the name tells reports apart, empty when there is one. */
export interface NamedOutcomes {
  readonly name: string;
  readonly outcomes: readonly AssertionOutcome[];
}

/** Stops with exit code 3 when a threshold failed, with 5 when the seeds do not tell. */
export function stopOnThresholds(reports: readonly NamedOutcomes[]): void {
  const failed = describe(reports, 'fails');
  if (failed !== '') throw new Stop(EXIT.thresholdFailed, `threshold failed: ${failed}`);
  const undecided = describe(reports, 'cannotTell');
  if (undecided !== '') {
    throw new Stop(EXIT.inconclusive, `threshold undecided with these seeds: ${undecided}`);
  }
}

function describe(reports: readonly NamedOutcomes[], verdict: AssertionOutcome['verdict']): string {
  return reports
    .flatMap(({ name, outcomes }) =>
      outcomes
        .filter((outcome) => outcome.verdict === verdict)
        .map(({ assertion, value }) => `${name === '' ? '' : `${name}: `}${assertion.text} (value ${value})`),
    )
    .join('; ');
}
