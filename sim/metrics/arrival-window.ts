/** Rates over the time in which requests arrive, without the drain after it. */
import type { Report } from './report.ts';
import type { RunResult } from './run-result.ts';
import { sum } from './sums.ts';

/** The `arrivalWindow` of a report; rates are those of all runs taken together. */
export function arrivalWindowOf(results: readonly RunResult[], hasSlo: boolean): Report['arrivalWindow'] {
  const runs = results.filter(({ recorder }) => recorder.window.arrived > 1);
  const seconds = sum(runs, secondsOf);
  const perS = (of: (run: RunResult) => number): number | null =>
    seconds > 0 ? sum(runs, of) / seconds : null;
  // Between the first and the last of n arrivals lie n - 1 gaps.
  const offered = (run: RunResult): number => run.recorder.window.arrived - 1;
  const share = ({ recorder }: RunResult): number => recorder.total.attained / recorder.window.arrived;
  return {
    seconds: runs.length === 0 ? 0 : seconds / runs.length,
    arrivedPerS: perS(offered),
    requestsPerS: perS((run) => run.recorder.window.completed),
    inputTokensPerS: perS((run) => run.recorder.window.inputTokens),
    outputTokensPerS: perS((run) => run.recorder.window.outputTokens),
    goodputRps: hasSlo ? perS((run) => offered(run) * share(run)) : null,
  };
}

function secondsOf({ recorder }: RunResult): number {
  return (recorder.window.lastUs - recorder.window.firstUs) / 1e6;
}
