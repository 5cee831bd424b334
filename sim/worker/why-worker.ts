/** Why, in a worker: every run it takes goes to the pool; progress is the share of those asked for so far. */
import { ConfigError } from '../../src/core/check.ts';
import { comparisonCells, seedsFrom } from '../run/plan-cells.ts';
import { parseComparison } from '../scenario/parse.ts';
import type { WhyReport } from '../why/report.ts';
import type { JobOptions, JobOutcome, ProgressSink } from './api.ts';
import type { Batch } from './batch.ts';
import type { RunPool } from './run-pool.ts';
import { Cancelled, whyOf } from './why-job.ts';

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

/** Below what an edit runs, so that typing is not held up. */
const PRIORITY = -1;

export function createWhyWorker(pool: RunPool): WhyWorker {
  const running = new Map<string, Set<Batch>>();

  async function answer(
    document: unknown,
    { jobId, seeds, traces, fleet }: WhyOptions,
    onProgress: ProgressSink<WhyReport>,
  ): Promise<WhyReport> {
    const comparison = parseComparison(document);
    const fleets = comparisonCells(comparison).slice(0, comparison.fleets.length);
    const cells = fleet === null ? fleets : fleets.slice(fleet, fleet + 1);
    const batches = running.get(jobId)!;
    let asked = 0;
    let ended = 0;
    return await whyOf(cells, {
      name: comparison.name ?? 'comparison',
      seeds: seedsFrom(comparison.seed, seeds),
      makeRuns: (specs, label) => {
        if (!running.has(jobId)) throw new Cancelled();
        asked += specs.length;
        const batch = pool.start(specs, {
          ...(traces === undefined ? {} : { texts: traces }),
          priority: PRIORITY,
          onOutcome: () => {
            ended += 1;
            const done = ended / asked;
            onProgress({ jobId, done, runsDone: ended, runsTotal: asked, label, partial: null });
          },
        });
        batches.add(batch);
        return batch.outcomes.then((outcomes) => {
          batches.delete(batch);
          return outcomes;
        });
      },
    });
  }

  return {
    runWhy: async (document, options, onProgress) => {
      running.set(options.jobId, new Set());
      try {
        return { status: 'done', result: await answer(document, options, onProgress) };
      } catch (error) {
        if (error instanceof Cancelled) return { status: 'cancelled', partial: null };
        if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
        return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
      } finally {
        running.delete(options.jobId);
      }
    },
    cancelWhy: (jobId) => {
      const batches = running.get(jobId);
      running.delete(jobId);
      for (const batch of batches ?? []) batch.cancel();
      return batches !== undefined;
    },
  };
}
