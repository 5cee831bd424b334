/** The recorded run of one fleet of the comparison as a job of the page. */
import type { InspectResult } from '../../sim/worker/inspect-worker.ts';
import { JobRunner } from './job-runner.ts';
import { canonical } from './setup.ts';
import { client } from './simulator.ts';
import { tracesOf } from './traces.ts';
import { useView } from './view-store.ts';

export const inspectRun = new JobRunner<InspectResult>({
  name: 'Recording of one fleet',
  screens: ['inspect'],
  keyOf: ({ document }) => `${useView.getState().fleet} ${canonical(document)}`,
  start: ({ document }, jobId, onProgress) => {
    const { fleet } = useView.getState();
    return client.run(jobId, onProgress, (remote, tell) =>
      remote.runInspect(document, { jobId, fleet, traces: tracesOf(document) }, tell),
    );
  },
});
