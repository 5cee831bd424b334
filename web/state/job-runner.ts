/**
 * Edit is run: while its screen is open, a runner runs the document of that screen, and whenever the document changes, the
 * job of the one before is cancelled and the new one is started. An answer of a job that has been superseded is dropped,
 * so that no stale result is ever shown as current. Results are kept beside the store (they hold long columns); the store
 * names the one that is shown.
 */
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { JobOutcome, JobProgress } from '../../sim/worker/api.ts';
import type { ConfigProblem } from '../../src/core/check.ts';
import type { Screen } from '../screen-names.ts';
import { jobEnded, jobStarted } from './active-jobs.ts';
import { useScreen } from './address.ts';
import { type ScenarioState, useScenario } from './document-store.ts';
import { usePlugin } from './plugin-store.ts';
import { shelvesFilled } from './shelves.ts';
import { client } from './simulator.ts';
import { useView } from './view-store.ts';

export type RunStatus =
  | {
      readonly kind: 'running';
      readonly done: number;
      readonly runsDone: number;
      /** 0: not known. */
      readonly runsTotal: number;
      readonly label: string;
    }
  /** A job too long to be started by an edit waits for its button; no reason: that is being found out. */
  | { readonly kind: 'waiting'; readonly reason: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled'; readonly done: number }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] }
  | { readonly kind: 'failed'; readonly message: string };

export interface RunState {
  readonly status: RunStatus;
  /** Key of what is shown; null before the first result. */
  readonly shownKey: string | null;
  /** Whether what is shown is a result of the document as it stands. */
  readonly isCurrent: boolean;
}

/** Where a result comes from: computed here, whole or in part, or when the page was built. */
export type Origin = 'whole' | 'part' | 'build';

export interface Shown<Result> {
  readonly result: Result;
  readonly isCurrent: boolean;
  readonly origin: Origin;
}

/** What one screen runs. */
export interface Runnable<Result> {
  /** As the list of what runs calls it. */
  readonly name: string;
  /** Screens on which it is run. */
  readonly screens: readonly Screen[];
  /** Equal for documents with equal results; null where there is nothing to run. */
  readonly keyOf: (state: ScenarioState) => string | null;
  readonly start: (
    state: ScenarioState,
    jobId: string,
    onProgress: (progress: JobProgress<Result>) => void,
  ) => Promise<JobOutcome<Result>>;
  /** Ends a job of `start`; default: asks the simulator's worker. */
  readonly cancel?: (jobId: string) => void;
  /** What the build has computed, for the documents that the page starts with; shown until it has been computed here. */
  readonly built?: { readonly key: string; readonly load: () => Promise<Result | null> };
  /** Why an edit alone does not start it; null where it does. */
  readonly heldBack?: (state: ScenarioState) => Promise<string | null>;
}

/** How long a document must stand before it is run: typing and dragging are one edit. */
const SETTLE_MS = 90;
/** Results that are kept, so that undo and back show theirs at once. */
const CACHE_SIZE = 24;
/** Keys of results that are not whole, or not from here, begin with these. */
const PART = 'part ';
const BUILD = 'build ';
/** Not known yet whether it may start by itself. */
const UNDECIDED: RunStatus = { kind: 'waiting', reason: '' };
const STARTING: RunStatus = { kind: 'running', done: 0, runsDone: 0, runsTotal: 0, label: '' };

let jobs = 0;

export class JobRunner<Result> {
  readonly use: UseBoundStore<StoreApi<RunState>> = create<RunState>()(() => ({
    status: STARTING,
    shownKey: null,
    isCurrent: false,
  }));
  readonly #runnable: Runnable<Result>;
  readonly #cache = new Map<string, Result>();
  #activeJobId: string | null = null;
  /** Key of the document that is running, or has been. */
  #key: string | null = null;
  #settleTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(runnable: Runnable<Result>) {
    this.#runnable = runnable;
  }

  /** Runs the document whenever one of its screens is open. */
  start(): void {
    void this.#showBuilt();
    this.#look(0);
    useScenario.subscribe(() => this.#look(SETTLE_MS));
    useScreen.subscribe(() => this.#look(0));
    useView.subscribe(() => this.#look(0));
    usePlugin.subscribe(() => this.#look(0));
  }

  /** Ends the run; what is complete by then is shown. */
  cancel(): void {
    if (this.#activeJobId !== null) {
      this.#cancelJob(this.#activeJobId);
      return;
    }
    clearTimeout(this.#settleTimer);
    this.use.setState({ status: { kind: 'cancelled', done: 0 } });
  }

  /** Runs the document once more after a cancel or a failure, or in spite of its size. */
  rerun(): void {
    this.#retire();
    this.#key = this.#runnable.keyOf(useScenario.getState());
    if (this.#key !== null) this.#run(useScenario.getState(), this.#key);
  }

  /** What a component shows; a hook. */
  useShown(): Shown<Result> | null {
    const shownKey = this.use((state) => state.shownKey);
    const isCurrent = this.use((state) => state.isCurrent);
    const result = shownKey === null ? undefined : this.#cache.get(shownKey);
    if (result === undefined || shownKey === null) return null;
    const origin = shownKey.startsWith(PART) ? 'part' : shownKey.startsWith(BUILD) ? 'build' : 'whole';
    return { result, isCurrent, origin };
  }

  /** The result of the document as it stands; null until there is one. */
  current(): Result | null {
    const { shownKey, isCurrent, status } = this.use.getState();
    if (!isCurrent || shownKey === null || status.kind !== 'done') return null;
    return this.#cache.get(shownKey) ?? null;
  }

  async #showBuilt(): Promise<void> {
    const { built, keyOf } = this.#runnable;
    if (built === undefined || keyOf(useScenario.getState()) !== built.key) return;
    const result = await built.load();
    // Whatever has been computed here meanwhile is better.
    if (result === null || this.use.getState().shownKey !== null) return;
    this.#keep(BUILD + built.key, result);
    this.use.setState({
      shownKey: BUILD + built.key,
      isCurrent: keyOf(useScenario.getState()) === built.key,
    });
  }

  /** Whether the document has to be run, and if so, does it once it has stood for a while. */
  #look(settleMs: number): void {
    const state = useScenario.getState();
    if (!this.#runnable.screens.includes(useScreen.getState().screen)) {
      this.#stop();
      return;
    }
    const key = this.#runnable.keyOf(state);
    if (key === this.#key) return;
    this.#stop();
    this.#key = key;
    if (key === null || this.#showCached(key)) return;
    const status = this.#runnable.heldBack === undefined ? STARTING : UNDECIDED;
    this.use.setState({ status, isCurrent: this.#isBuilt(key) });
    this.#settleTimer = setTimeout(() => void this.#runUnlessHeld(state, key), settleMs);
  }

  async #runUnlessHeld(state: ScenarioState, key: string): Promise<void> {
    const reason = (await this.#runnable.heldBack?.(state)) ?? null;
    await shelvesFilled;
    if (this.#key !== key) return;
    if (reason === null) this.#run(state, key);
    else this.use.setState({ status: { kind: 'waiting', reason } });
  }

  #run(state: ScenarioState, key: string): void {
    if (this.#showCached(key)) return;
    jobs += 1;
    const jobId = `job-${jobs}`;
    this.#activeJobId = jobId;
    const { name } = this.#runnable;
    jobStarted(jobId, {
      name,
      useStatus: () => this.use((state) => state.status),
      startedMs: performance.now(),
      cancel: () => this.#cancelJob(jobId),
    });
    this.use.setState({ status: STARTING, isCurrent: this.#isBuilt(key) });
    void this.#runnable
      .start(state, jobId, (progress) => this.#onProgress(key, progress))
      .then((outcome) => {
        jobEnded(jobId);
        if (this.#activeJobId !== jobId) return;
        this.#activeJobId = null;
        this.#onOutcome(key, outcome);
      });
  }

  /** Nothing of it runs any more; an unfinished document is started anew when its screen is open again. */
  #stop(): void {
    clearTimeout(this.#settleTimer);
    const { kind } = this.use.getState().status;
    if (this.#activeJobId !== null || kind === 'running' || kind === 'waiting') this.#key = null;
    this.#retire();
  }

  #retire(): void {
    if (this.#activeJobId === null) return;
    this.#cancelJob(this.#activeJobId);
    jobEnded(this.#activeJobId);
    this.#activeJobId = null;
  }

  #cancelJob(jobId: string): void {
    if (this.#runnable.cancel === undefined) client.cancel(jobId);
    else this.#runnable.cancel(jobId);
  }

  #showCached(key: string): boolean {
    if (!this.#cache.has(key)) return false;
    this.use.setState({ status: { kind: 'done' }, shownKey: key, isCurrent: true });
    return true;
  }

  #isBuilt(key: string): boolean {
    return this.use.getState().shownKey === BUILD + key;
  }

  #showPartial(key: string, partial: Result | null): void {
    // What the build has computed is whole; part of it is no better.
    if (partial === null || this.#isBuilt(key)) return;
    const partialKey = PART + key;
    this.#keep(partialKey, partial);
    this.use.setState({ shownKey: partialKey, isCurrent: true });
  }

  #keep(key: string, result: Result): void {
    this.#cache.delete(key);
    this.#cache.set(key, result);
    const oldest = this.#cache.keys().next().value;
    if (this.#cache.size > CACHE_SIZE && oldest !== undefined) this.#cache.delete(oldest);
  }

  #onProgress(key: string, progress: JobProgress<Result>): void {
    if (progress.jobId !== this.#activeJobId) return;
    const { done, runsDone, runsTotal, label } = progress;
    this.#showPartial(key, progress.partial);
    this.use.setState({ status: { kind: 'running', done, runsDone, runsTotal, label } });
  }

  #onOutcome(key: string, outcome: JobOutcome<Result>): void {
    switch (outcome.status) {
      case 'done':
        this.#keep(key, outcome.result);
        this.#showCached(key);
        return;
      case 'cancelled': {
        this.#showPartial(key, outcome.partial);
        const { status } = this.use.getState();
        this.use.setState({
          status: { kind: 'cancelled', done: status.kind === 'running' ? status.done : 0 },
        });
        return;
      }
      case 'invalid':
        this.use.setState({ status: { kind: 'invalid', problems: outcome.problems } });
        return;
      case 'failed':
        this.use.setState({ status: { kind: 'failed', message: outcome.message } });
        return;
    }
  }
}
