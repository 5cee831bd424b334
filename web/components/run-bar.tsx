/** What the simulator is doing, and the way to stop it. One line that is always there, so that nothing jumps. */
import { useEffect, useState } from 'react';
import { percentText, sentence } from '../format.ts';
import type { JobRunner, RunStatus, Shown } from '../state/job-runner.ts';
import { ProblemList } from './problem-list.tsx';

export interface RunWords<Result> {
  /** What is done while it runs, e.g. `Simulating`. */
  readonly doing: string;
  /** The line under a finished result. */
  readonly done: (result: Result) => string;
  /** How much of it a partial result holds, e.g. `2 of 3 seeds`. */
  readonly part: (result: Result) => string;
  /** What a screen reader hears at the end. */
  readonly spoken: (result: Result) => string;
}

interface RunBarProps<Result> {
  readonly runner: JobRunner<Result>;
  readonly words: RunWords<Result>;
  /** What can be done with a finished answer. */
  readonly children?: React.ReactNode;
}

export function RunBar<Result>({ runner, words, children }: RunBarProps<Result>) {
  const status = runner.use((state) => state.status);
  const shown = runner.useShown();
  const isHeld = status.kind === 'waiting' && status.reason !== '';
  const canRun = status.kind === 'cancelled' || status.kind === 'failed' || isHeld;
  return (
    <div className="run-bar">
      {status.kind === 'running' && (
        <progress aria-label="Share of the work that is done" value={status.done} max={1} />
      )}
      <span className="run-text">{statusText(status, shown, words)}</span>
      {status.kind === 'running' && (
        <button type="button" onClick={() => runner.cancel()}>
          Cancel
        </button>
      )}
      {canRun && (
        <button type="button" onClick={() => runner.rerun()}>
          {status.kind === 'waiting' ? 'Run' : 'Run again'}
        </button>
      )}
      {status.kind === 'done' && children}
      <Announcement text={endText(status, shown, words)} />
      {status.kind === 'invalid' && <ProblemList problems={status.problems} whole="document" />}
    </div>
  );
}

/** Says the end of a run to a screen reader; silent about progress, which would never stop talking. */
function Announcement({ text: end }: { readonly text: string | null }) {
  const [text, setText] = useState('');
  useEffect(() => {
    if (end !== null) setText(end);
  }, [end]);
  return (
    <span className="visually-hidden" role="status">
      {text}
    </span>
  );
}

function endText<Result>(
  status: RunStatus,
  shown: Shown<Result> | null,
  words: RunWords<Result>,
): string | null {
  switch (status.kind) {
    case 'running':
    case 'waiting':
      return null;
    case 'done':
      return shown === null ? null : words.spoken(shown.result);
    case 'cancelled':
      return 'Cancelled.';
    case 'invalid':
      return 'The document has a mistake.';
    case 'failed':
      return 'The simulation stopped.';
  }
}

function statusText<Result>(status: RunStatus, shown: Shown<Result> | null, words: RunWords<Result>): string {
  const old = shown === null ? '' : '. Below: what it was before the change';
  const part = shown?.isCurrent === true ? partText(shown, words) : old;
  switch (status.kind) {
    case 'running': {
      const label = status.label === '' ? '' : `, ${sentence(status.label)}`;
      const runs =
        status.runsTotal === 0
          ? label
          : `: run ${status.runsDone + 1} of ${status.runsTotal} (${status.label})`;
      return `${words.doing}, ${percentText(status.done)}${runs}${part}`;
    }
    case 'waiting':
      return status.reason === '' ? '' : `${status.reason}${old}`;
    case 'done':
      return shown === null ? '' : words.done(shown.result);
    case 'cancelled':
      return shown?.isCurrent === true
        ? `Cancelled${partText(shown, words)}`
        : `Cancelled at ${percentText(status.done)}${old}`;
    case 'invalid':
      return shown === null ? '' : 'Below: the last document that could be run';
    case 'failed':
      return status.message;
  }
}

function partText<Result>({ result, origin }: Shown<Result>, words: RunWords<Result>): string {
  if (origin === 'build') return '. Below: the answer computed when this page was built, being checked here';
  return `. Below: ${words.part(result)}`;
}
