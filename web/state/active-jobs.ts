/** What runs right now, over all screens, with the way to end each of it. */
import { create } from 'zustand';
import type { RunStatus } from './job-runner.ts';

export interface ActiveJob {
  readonly name: string;
  /** How it stands: a hook. */
  readonly useStatus: () => RunStatus;
  /** `performance.now()` at its start. */
  readonly startedMs: number;
  /** Ends it; what is complete by then is shown. */
  readonly cancel: () => void;
}

/** By id, oldest first. */
export const useActiveJobs = create<{ readonly jobs: ReadonlyMap<string, ActiveJob> }>()(() => ({
  jobs: new Map(),
}));

export function jobStarted(id: string, job: ActiveJob): void {
  useActiveJobs.setState(({ jobs }) => ({ jobs: new Map([...jobs, [id, job]]) }));
}

/** The job is over, or nobody waits for it any more. */
export function jobEnded(id: string): void {
  useActiveJobs.setState(({ jobs }) => ({ jobs: new Map([...jobs].filter(([own]) => own !== id)) }));
}
