/** Why, in a worker: every run it takes goes to the pool. */
import { comparisonCells, seedsFrom } from '../run/plan-cells.ts';
import { parseComparison } from '../scenario/parse.ts';
import type { WhyReport } from '../why/report.ts';
import type { JobOptions, JobOutcome, ProgressSink } from './api.ts';
import { AskedRuns } from './asked-runs.ts';
import type { RunPool } from './run-pool.ts';
import { whyOf } from './why-job.ts';

export interface WhyOptions extends Pick<JobOptions, 'jobId' | 'seeds' | 'traces'> {
  /** Place of the fleet that is asked about, from 0; null: the choice between all fleets. */
  readonly fleet: number | null;
}

export interface WhyWorker {
  runWhy(
    document: unknown,
    options: WhyOptions,
    onProgress: ProgressSink<WhyReport>,
  ): Promise<JobOutcome<WhyReport>>;
  /** False when no such job runs. */
  cancelWhy(jobId: string): boolean;
}

export function createWhyWorker(pool: RunPool): WhyWorker {
  const runs = new AskedRuns(pool);
  return {
    runWhy: (document, options, onProgress) =>
      runs.job(options, onProgress, (makeRuns) => {
        const comparison = parseComparison(document);
        const fleets = comparisonCells(comparison).slice(0, comparison.fleets.length);
        const { fleet } = options;
        return whyOf(fleet === null ? fleets : fleets.slice(fleet, fleet + 1), {
          name: comparison.name ?? 'comparison',
          seeds: seedsFrom(comparison.seed, options.seeds),
          makeRuns,
        });
      }),
    cancelWhy: (jobId) => runs.cancel(jobId),
  };
}
