/**
 * What is known about the run of the scenario on the page. Results live in a cache beside the store (curves are long
 * columns); the store names the one that is shown, and whether it belongs to the scenario as it stands.
 */
import { create } from 'zustand';
import type { ComparisonResult } from '../../sim/worker/api.ts';
import type { ConfigProblem } from '../../src/core/check.ts';

export type RunStatus =
  | {
      readonly kind: 'running';
      readonly done: number;
      readonly runsDone: number;
      readonly runsTotal: number;
      readonly label: string;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled'; readonly done: number }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] }
  | { readonly kind: 'failed'; readonly message: string };

export interface RunState {
  readonly status: RunStatus;
  /** Key in the cache of what is shown; null before the first result. */
  readonly shownKey: string | null;
  /** Whether what is shown is a result of the scenario as it stands. */
  readonly isCurrent: boolean;
  /** Why the address could not be read; null when it could. */
  readonly linkProblem: string | null;
}

export const STARTING: RunStatus = { kind: 'running', done: 0, runsDone: 0, runsTotal: 0, label: '' };

export const useRun = create<RunState>()(() => ({
  status: STARTING,
  shownKey: null,
  isCurrent: false,
  linkProblem: null,
}));

/** Results that are kept, so that undo and back show theirs at once. */
const CACHE_SIZE = 24;
const cache = new Map<string, ComparisonResult>();

export function cachedResult(key: string): ComparisonResult | undefined {
  return cache.get(key);
}

export function keepResult(key: string, result: ComparisonResult): void {
  cache.delete(key);
  cache.set(key, result);
  const oldest = cache.keys().next().value;
  if (cache.size > CACHE_SIZE && oldest !== undefined) cache.delete(oldest);
}
