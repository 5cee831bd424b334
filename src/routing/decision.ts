/** What an observer may record of a decision. Nothing here is made unless a recorder is attached. */
import type { Dispatch, Rejection } from './contract.ts';
import type { InferenceRequest } from './request.ts';

/** One scorer's say in a profile; index: candidate. Scores are as the plugin gave them, before clamping. */
export interface ScoreRecord {
  readonly plugin: string;
  readonly weight: number;
  readonly scores: readonly number[];
}

/** One profile's run. */
export interface ProfileRecord {
  readonly profile: string;
  /** Rows that passed the filters, in order. */
  readonly candidates: readonly number[];
  readonly scorers: readonly ScoreRecord[];
  /** Sum of weight x clamped score; index: candidate. */
  readonly totals: readonly number[];
  /** Age of the scraped signals in µs, Infinity when never scraped; index: candidate. */
  readonly stateAgesUs: readonly number[];
  /** Picked rows, best first. */
  readonly picked: readonly number[];
  /** Rows with the highest total. */
  readonly best: readonly number[];
  /** Highest total less the next lower one; null when all totals are equal. */
  readonly runnerUpGap: number | null;
}

/** A whole decision. */
export interface DecisionRecord {
  readonly request: InferenceRequest;
  readonly nowUs: number;
  /** In the order in which the profiles ran. */
  readonly profiles: readonly ProfileRecord[];
  /** Name of the profile that names the primary target; null when refused. */
  readonly primary: string | null;
  readonly dispatch: Dispatch | null;
  readonly rejection: Rejection | null;
}

/** Gets every scheduling decision. */
export interface DecisionRecorder {
  decided(record: DecisionRecord): void;
}
