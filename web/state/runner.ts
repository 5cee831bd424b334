/**
 * Edit is run: whenever the scenario changes, the job of the one before is cancelled and the new one is started. An answer
 * of a job that has been superseded is dropped, so that no stale result is ever shown as current.
 */
import type { ComparisonResult, JobOutcome, JobProgress } from '../../sim/worker/api.ts';
import type { Choices } from '../worker/api.ts';
import { WorkerClient } from '../worker/client.ts';
import { keyOf, type ScenarioState, useScenario } from './document-store.ts';
import { cachedResult, keepResult, STARTING, useRun } from './run-store.ts';

/** How long a scenario must stand before it is run: typing and dragging are one edit. */
const SETTLE_MS = 90;

const client = new WorkerClient();
let jobs = 0;
let activeJobId: string | null = null;
let settleTimer: ReturnType<typeof setTimeout> | undefined;

/** Runs the scenario, and every one that follows. */
export function startRunner(): void {
  run(useScenario.getState());
  useScenario.subscribe((state) => {
    clearTimeout(settleTimer);
    retire();
    if (showCached(keyOf(state))) return;
    useRun.setState({ status: STARTING, isCurrent: false });
    settleTimer = setTimeout(() => run(state), SETTLE_MS);
  });
}

/** Ends the run; what is complete by then is shown. */
export function cancelRun(): void {
  if (activeJobId === null) {
    clearTimeout(settleTimer);
    useRun.setState({ status: { kind: 'cancelled', done: 0 } });
    return;
  }
  client.cancel(activeJobId);
}

/** Runs the scenario once more after a cancel or a failure. */
export function rerun(): void {
  retire();
  run(useScenario.getState());
}

export function loadChoices(): Promise<Choices> {
  return client.choices();
}

function run(state: ScenarioState): void {
  const key = keyOf(state);
  if (showCached(key)) return;
  jobs += 1;
  const jobId = `job-${jobs}`;
  activeJobId = jobId;
  useRun.setState({ status: STARTING, isCurrent: false });
  void client
    .runComparison(state.document, { jobId, seeds: state.seeds }, (progress) => onProgress(key, progress))
    .then((outcome) => {
      if (activeJobId !== jobId) return;
      activeJobId = null;
      onOutcome(key, outcome);
    });
}

function retire(): void {
  if (activeJobId !== null) client.cancel(activeJobId);
  activeJobId = null;
}

function showCached(key: string): boolean {
  if (cachedResult(key) === undefined) return false;
  useRun.setState({ status: { kind: 'done' }, shownKey: key, isCurrent: true });
  return true;
}

/** Cache key of the seeds that are complete so far. */
const partialKey = (key: string): string => `partial ${key}`;

function showPartial(key: string, partial: ComparisonResult | null): void {
  if (partial === null) return;
  keepResult(partialKey(key), partial);
  useRun.setState({ shownKey: partialKey(key), isCurrent: true });
}

function onProgress(key: string, progress: JobProgress<ComparisonResult>): void {
  if (progress.jobId !== activeJobId) return;
  const { done, runsDone, runsTotal, label } = progress;
  showPartial(key, progress.partial);
  useRun.setState({ status: { kind: 'running', done, runsDone, runsTotal, label } });
}

function onOutcome(key: string, outcome: JobOutcome<ComparisonResult>): void {
  switch (outcome.status) {
    case 'done':
      keepResult(key, outcome.result);
      showCached(key);
      return;
    case 'cancelled': {
      showPartial(key, outcome.partial);
      const { status } = useRun.getState();
      useRun.setState({ status: { kind: 'cancelled', done: status.kind === 'running' ? status.done : 0 } });
      return;
    }
    case 'invalid':
      useRun.setState({ status: { kind: 'invalid', problems: outcome.problems } });
      return;
    case 'failed':
      useRun.setState({ status: { kind: 'failed', message: outcome.message } });
      return;
  }
}
