/** The lab as a job of the page, in the worker where strangers' code may run. */
import type { LabReport } from '../../sim/lab/lab-report.ts';
import { sandbox } from '../sandbox/client.ts';
import { JobRunner } from './job-runner.ts';
import { usePlugin } from './plugin-store.ts';
import { canonical } from './setup.ts';

/** Most runs that an edit may start by itself. */
const RUNS_AT_ONCE = 150;

export const labRun = new JobRunner<LabReport>({
  name: 'Lab',
  screens: ['lab'],
  keyOf: ({ lab }) => canonical({ lab, sources: usePlugin.getState().sources }),
  start: ({ lab }, jobId, onProgress) => sandbox.runLab(lab, jobId, usePlugin.getState().sources, onProgress),
  cancel: (jobId) => sandbox.cancel(jobId),
  heldBack: ({ lab }) => {
    const runs = runsOf(lab);
    return Promise.resolve(runs > RUNS_AT_ONCE ? `${runs} runs, which take a while` : null);
  },
});

/** Runs that a lab asks for, as far as it can be read. */
function runsOf(document: unknown): number {
  const { policies, workloads, loads, seeds } = (document ?? {}) as Readonly<Record<string, unknown>>;
  const length = (list: unknown, otherwise: number): number =>
    Array.isArray(list) ? list.length : otherwise;
  const places = Object.keys((workloads ?? {}) as object).length * length(loads, 1);
  return (length(policies, 0) + 1) * places * (typeof seeds === 'number' ? seeds : 5);
}
