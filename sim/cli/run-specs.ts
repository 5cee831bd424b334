/** Has runs made by a pool, with a line of progress on stderr, until they are done or Ctrl-C is pressed. */
import type { RunOutcome, RunSpec } from '../run/run-spec.ts';
import { openPool, workersFor } from './pool-host.ts';
import { ProgressLine } from './progress.ts';

export interface SpecsOptions {
  /** Most worker threads; default one a core. */
  readonly jobs: number | undefined;
  readonly isQuiet: boolean;
  /** What the progress line says while run `index` goes on. */
  readonly labelOf: (index: number) => string;
  /** Leave out what comes after a failure. */
  readonly failFast: boolean;
  readonly onOutcome?: (index: number, outcome: RunOutcome) => void;
}

/** What came of them. */
export interface SpecsOutcome {
  /** In the order of the runs. */
  readonly outcomes: readonly RunOutcome[];
  readonly isCancelled: boolean;
  /** Share that was done, 0..1. */
  readonly done: number;
  readonly wallMs: number;
}

export async function runSpecs(specs: readonly RunSpec[], options: SpecsOptions): Promise<SpecsOutcome> {
  const startMs = performance.now();
  const progress = new ProgressLine(options.isQuiet);
  const pool = openPool(workersFor(specs.length, options.jobs));
  let isCancelled = false;
  let done = 0;
  const batch = pool.start(specs, {
    failFast: options.failFast,
    ...(options.onOutcome === undefined ? {} : { onOutcome: options.onOutcome }),
    onProgress: (state) => {
      done = state.done;
      progress.show(done, options.labelOf(state.running));
    },
  });
  const cancel = (): void => {
    isCancelled = true;
    batch.cancel();
  };
  process.once('SIGINT', cancel);
  process.once('SIGTERM', cancel);
  try {
    const outcomes = await batch.outcomes;
    return { outcomes, isCancelled, done, wallMs: performance.now() - startMs };
  } finally {
    pool.close();
    progress.clear();
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}
