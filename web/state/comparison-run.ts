/** The comparison as a job of the page. */
import type { ComparisonResult } from '../../sim/worker/api.ts';
import { DEFAULT_STATE, keyOf } from './document-store.ts';
import { JobRunner } from './job-runner.ts';
import { client } from './simulator.ts';
import { tracesOf } from './traces.ts';

export const comparisonRun = new JobRunner<ComparisonResult>({
  name: 'Comparison',
  screens: ['compare'],
  keyOf,
  built: {
    key: keyOf(DEFAULT_STATE),
    load: async () => {
      const { default: report } = await import('virtual:precomputed/compare');
      return report === null ? null : { report, curves: [] };
    },
  },
  start: ({ document, seeds }, jobId, onProgress) =>
    client.run(jobId, onProgress, (remote, tell) =>
      remote.runComparison(document, { jobId, seeds, traces: tracesOf(document) }, tell),
    ),
});
