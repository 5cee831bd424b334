/**
 * The unit of work that is handed out to workers: one scenario with one seed. Plain data, so that it crosses threads; and
 * its outcome, where expected failures are values.
 */
import { ConfigError, type ConfigProblem } from '../../src/core/check.ts';
import type { RunData } from '../metrics/run-data.ts';
import type { RunResult } from '../metrics/run-result.ts';
import type { Scenario, SloSpec } from '../scenario/schema.ts';

/** One run. */
export interface RunSpec {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Path of the fleet in the user's document, for errors; default `fleet`. */
  readonly fleetPath?: string;
  /** Step by step where false (default true). */
  readonly fastForward?: boolean;
  /** Where paths in the scenario start; what that means is the host's business (Node: a folder). */
  readonly base?: string;
  /** Seed of the router's own draws, where it is not the run's. */
  readonly routerSeed?: string;
  /** Gathers what fairness indices are made of. */
  readonly fairness?: true;
  /** Gathers how long requests waited by when they arrived. */
  readonly overTime?: true;
  /** Ends it early where the SLO is missed for certain. */
  readonly giveUp?: GiveUp;
  /** Modules with plugins; what a path means is the host's business. */
  readonly plugins?: readonly string[];
  /** Where the run's records go, one a request; none without it. */
  readonly records?: LinePlace;
  /** Where the router's decisions go; none without it. */
  readonly decisions?: LinePlace;
}

/** When a run is given up: more than `misses` requests have missed the loosest limits of the SLO. Looked at every 512 events. */
export interface GiveUp {
  readonly slo: SloSpec;
  readonly misses: number;
}

/** A place for lines that a run writes as it goes on. */
export interface LinePlace {
  /** What that means is the host's business (Node: a file that they are added to). */
  readonly where: string;
  /** What the lines call their run; null where there is one run only. */
  readonly run: string | null;
}

/** How a run ended. */
export type Outcome<Result> =
  | { readonly status: 'done'; readonly result: Result }
  /** The scenario cannot be run as it is: a model that does not fit its GPU, a trace row that cannot be read. */
  | { readonly status: 'invalid'; readonly problems: readonly ConfigProblem[] }
  /** Not run, or not to its end. */
  | { readonly status: 'cancelled' }
  /** A defect of ours. */
  | { readonly status: 'failed'; readonly message: string; readonly stack?: string };

export type RunOutcome = Outcome<RunResult>;

/** An outcome on its way from one thread to another. */
export type RunOutcomeData = Outcome<RunData>;

/** Makes runs, wherever; outcomes in the order of the specs. */
export type MakeRuns = (specs: readonly RunSpec[], label: string) => PromiseLike<readonly RunOutcome[]>;

/** Thrown where runs were cancelled. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** What was thrown, as an outcome. */
export function outcomeOfError(error: unknown): Exclude<RunOutcomeData, { readonly status: 'done' }> {
  if (error instanceof ConfigError) return { status: 'invalid', problems: error.problems };
  if (!(error instanceof Error)) return { status: 'failed', message: String(error) };
  const { message, stack } = error;
  return { status: 'failed', message, ...(stack === undefined ? {} : { stack }) };
}

/** Throws what a run ended with: ConfigError for invalid input, Error for a defect; nothing for the other two. */
export function throwIfFailed(outcome: RunOutcome): void {
  if (outcome.status === 'invalid') throw new ConfigError(outcome.problems);
  if (outcome.status !== 'failed') return;
  const error = new Error(outcome.message);
  if (outcome.stack !== undefined) error.stack = outcome.stack;
  throw error;
}
