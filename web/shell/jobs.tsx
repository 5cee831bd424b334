/** Everything that runs, in one place: what it is, how far it is, and the way to end it or all of it. Escape closes. */
import { useEffect, useRef, useState } from 'react';
import { countText, percentText, sentence } from '../format.ts';
import { type ActiveJob, useActiveJobs } from '../state/active-jobs.ts';
import { closeDialog } from './dialogs.ts';

export function Jobs() {
  const dialog = useRef<HTMLDialogElement>(null);
  const all = useActiveJobs(({ jobs }) => jobs);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="jobs" aria-labelledby="jobs-title" onClose={closeDialog}>
      <div className="help-head">
        <h2 id="jobs-title">What runs</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      {all.size === 0 ? (
        <p>Nothing. Comparisons that were run to their end are in Library, Runs.</p>
      ) : (
        <ul>
          {[...all].map(([id, job]) => (
            <JobRow key={id} job={job} />
          ))}
        </ul>
      )}
      {all.size > 1 && (
        <p className="buttons">
          <button type="button" onClick={() => cancelAll(all)}>
            Cancel all
          </button>
        </p>
      )}
    </dialog>
  );
}

/** A job that is over, until it has left the list. */
const ENDING = { done: 1, label: '', runsDone: 0, runsTotal: 0 };

function cancelAll(jobs: ReadonlyMap<string, ActiveJob>): void {
  for (const { cancel } of jobs.values()) cancel();
}

function JobRow({ job: { name, useStatus, startedMs, cancel } }: { readonly job: ActiveJob }) {
  const status = useStatus();
  const seconds = useSecondsSince(startedMs);
  const { done, label, runsDone, runsTotal } = status.kind === 'running' ? status : ENDING;
  const words = label === '' ? '' : `, ${sentence(label)}`;
  // Where it is not known how many runs there will be, the bar says that it goes on, and the words how many there were.
  const isKnown = done > 0 || runsTotal > 0;
  return (
    <li>
      <strong>{name}</strong>
      <progress
        aria-label={`${name}: share of the work that is done`}
        value={isKnown ? done : undefined}
        max={1}
      />
      <span className="job-text">
        {isKnown ? percentText(done) : `${countText(runsDone)} runs`} after {seconds} s{words}
      </span>
      <button type="button" aria-label={`Cancel: ${name}`} onClick={cancel}>
        Cancel
      </button>
    </li>
  );
}

function useSecondsSince(startMs: number): number {
  const [nowMs, setNowMs] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.floor((nowMs - startMs) / 1000));
}
