/** What runs right now, over all screens, with the way to end each of it. */
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { RunState } from './job-runner.ts';

export interface ActiveJob {
  readonly name: string;
  readonly use: UseBoundStore<StoreApi<RunState>>;
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
