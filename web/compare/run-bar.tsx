/** What the simulator is doing, and the way to stop it. One line that is always there, so that nothing jumps. */
import { useEffect, useState } from 'react';
import { countText, percentText, wallTimeText } from '../format.ts';
import { useScenario } from '../state/document-store.ts';
import { type RunStatus, useRun } from '../state/run-store.ts';
import { cancelRun, rerun } from '../state/runner.ts';
import { type ShownResult, useResult } from './use-result.ts';

export function RunBar() {
  const status = useRun((state) => state.status);
  const shown = useResult();
  const seeds = useScenario((state) => state.seeds);
  const text = statusText(status, shown, seeds);
  return (
    <div className="run-bar">
      {status.kind === 'running' && (
        <progress aria-label="Share of the runs that is done" value={status.done} max={1} />
      )}
      <span className="run-text">{text}</span>
      {status.kind === 'running' && (
        <button type="button" onClick={cancelRun}>
          Cancel
        </button>
      )}
      {(status.kind === 'cancelled' || status.kind === 'failed') && (
        <button type="button" onClick={rerun}>
          Run again
        </button>
      )}
      <Announcement status={status} shown={shown} />
      {status.kind === 'invalid' && (
        <ul className="problems" role="alert">
          {status.problems.map((problem) => (
            <li key={`${problem.path} ${problem.found}`}>
              <code>{problem.path === '' ? 'scenario' : problem.path}</code>: found {problem.found}; expected{' '}
              {problem.expected}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Says the end of a run to a screen reader; silent about progress, which would never stop talking. */
function Announcement({ status, shown }: { readonly status: RunStatus; readonly shown: ShownResult | null }) {
  const [text, setText] = useState('');
  const end = endText(status, shown);
  useEffect(() => {
    if (end !== null) setText(end);
  }, [end]);
  return (
    <span className="visually-hidden" role="status">
      {text}
    </span>
  );
}

function endText(status: RunStatus, shown: ShownResult | null): string | null {
  switch (status.kind) {
    case 'running':
      return null;
    case 'done':
      return shown === null ? null : shown.result.report.sentence;
    case 'cancelled':
      return 'Simulation cancelled.';
    case 'invalid':
      return 'The scenario has a mistake.';
    case 'failed':
      return 'The simulation stopped.';
  }
}

function statusText(status: RunStatus, shown: ShownResult | null, seeds: number): string {
  switch (status.kind) {
    case 'running': {
      const runs =
        status.runsTotal === 0 ? '' : `: run ${status.runsDone + 1} of ${status.runsTotal} (${status.label})`;
      const old = shown !== null && !shown.isCurrent ? '. Below: the scenario before the change' : '';
      const partial =
        shown?.isCurrent === true ? `. Below: ${shown.result.report.seeds.length} of ${seeds} seeds` : '';
      return `Simulating, ${percentText(status.done)}${runs}${old}${partial}`;
    }
    case 'done':
      return shown === null ? '' : doneText(shown);
    case 'cancelled':
      return shown?.isCurrent === true
        ? `Cancelled. Below: ${shown.result.report.seeds.length} of ${seeds} seeds`
        : `Cancelled at ${percentText(status.done)}${shown === null ? '' : '. Below: the scenario before the change'}`;
    case 'invalid':
      return shown === null ? '' : 'Below: the last scenario that could be run';
    case 'failed':
      return status.message;
  }
}

function doneText({ result }: ShownResult): string {
  const { report } = result;
  const requests = report.workloads.reduce(
    (sum, { fleets }) => sum + fleets.reduce((total, fleet) => total + fleet.report.counts.arrived, 0),
    0,
  );
  const seeds = report.seeds.length === 1 ? 'seed' : 'seeds';
  return `${countText(requests)} requests simulated here in ${wallTimeText(report.sim.wallMs)}; ${seeds} ${report.seeds.join(', ')}; every fleet saw the same requests`;
}
