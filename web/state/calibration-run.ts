/**
 * The fit of a calibration as a job of the page: it is in the list of what runs, and goes on when its form is left. In a worker of
 * its own: a fit never pauses, and is stopped by ending the worker.
 */
import { create } from 'zustand';
import type { JobOutcome } from '../../sim/worker/api.ts';
import type { CalibrationFit, CalibrationInput } from '../worker/calibration.ts';
import { WorkerClient } from '../worker/client.ts';
import { jobEnded, jobStarted } from './active-jobs.ts';
import type { RunStatus } from './job-runner.ts';

type CalibrationState =
  | { readonly kind: 'idle' }
  /** `runs`: simulated so far; how many there will be is not known. */
  | { readonly kind: 'running'; readonly runs: number }
  | { readonly kind: 'ended'; readonly outcome: JobOutcome<CalibrationFit> };

const client = new WorkerClient({ isWatched: false });
let jobs = 0;
let activeJobId = '';

/** In a field, as fits replace each other whole. */
export const useCalibrationRun = create<{ readonly fit: CalibrationState }>()(() => ({
  fit: { kind: 'idle' },
}));

export async function startCalibration(input: CalibrationInput): Promise<void> {
  jobs += 1;
  const jobId = `calibration-${jobs}`;
  activeJobId = jobId;
  // Progress that was under way when the job ended comes after its end.
  const show = (fit: CalibrationState): void => {
    if (activeJobId === jobId) useCalibrationRun.setState({ fit });
  };
  show({ kind: 'running', runs: 0 });
  jobStarted(jobId, {
    name: `Fit of the calibration ${input.name}`,
    useStatus,
    startedMs: performance.now(),
    cancel: stopCalibration,
  });
  const outcome = await client.run<CalibrationFit>(
    jobId,
    ({ runsDone }) => show({ kind: 'running', runs: runsDone }),
    (remote, tell) => remote.calibrateFiles(input, jobId, tell),
  );
  jobEnded(jobId);
  show({ kind: 'ended', outcome });
  if (activeJobId === jobId) activeJobId = '';
}

export function stopCalibration(): void {
  client.cancel(activeJobId);
}

function useStatus(): RunStatus {
  const fit = useCalibrationRun((state) => state.fit);
  if (fit.kind !== 'running') return { kind: 'done' };
  return { kind: 'running', done: 0, runsDone: fit.runs, runsTotal: 0, label: '' };
}
