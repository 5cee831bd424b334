/**
 * Jobs that find out what to run as they go on: each asks for runs, looks at them and asks for more. All runs go to the pool,
 * below what an edit runs, so that typing is not held up; progress is the share of those asked for so far.
 */
import { ConfigError } from '../../src/core/check.ts';
import { Cancelled, type MakeRuns } from '../run/run-spec.ts';
import type { JobOptions, JobOutcome, ProgressSink } from './api.ts';
import type { Batch } from './batch.ts';
import type { RunPool } from './run-pool.ts';

/** Below what an edit runs. */
const PRIORITY = -1;

export class AskedRuns {
  readonly #pool: RunPool;
  readonly #running = new Map<string, Set<Batch>>();

  constructor(pool: RunPool) {
    this.#pool = pool;
  }

  /** Does a job; `work` is given what makes its runs, which throws `Cancelled` after a cancel. */
  async job<Result>(
    { jobId, traces }: Pick<JobOptions, 'jobId' | 'traces'>,
    onProgress: ProgressSink<Result>,
    work: (makeRuns: MakeRuns) => Promise<Result>,
  ): Promise<JobOutcome<Result>> {
    const batches = new Set<Batch>();
    this.#running.set(jobId, batches);
    let asked = 0;
    let ended = 0;
    const makeRuns: MakeRuns = (specs, label) => {
      if (!this.#running.has(jobId)) throw new Cancelled();
      asked += specs.length;
      const batch = this.#pool.start(specs, {
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
    };
    try {
      return { status: 'done', result: await work(makeRuns) };
    } catch (error) {
      if (error instanceof Cancelled) return { status: 'cancelled', partial: null };
      if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
      return { status: 'failed', message: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#running.delete(jobId);
    }
  }

  /** Whether such a job runs and has not been cancelled. */
  isWanted(jobId: string): boolean {
    return this.#running.has(jobId);
  }

  /** False when no such job runs. */
  cancel(jobId: string): boolean {
    const batches = this.#running.get(jobId);
    this.#running.delete(jobId);
    for (const batch of batches ?? []) batch.cancel();
    return batches !== undefined;
  }
}
