/**
 * How decisions are written: the answer line of a request (`drydock route`), and one record per decision with what a
 * reader needs to judge it (`--decisions`).
 */
import type { Dispatch, Rejection } from '../../../src/routing/contract.ts';
import type { DecisionRecord, ProfileRecord } from '../../../src/routing/decision.ts';
import type { EndpointTable } from '../../../src/routing/endpoint.ts';

/** What became of a request; null when it is still in a queue at the end of the replay. */
export type Outcome = Pick<Dispatch, 'headers'> | Rejection | null;

const DROPPED_REASON = 'x-llm-d-request-dropped-reason';

/** The line on stdout. */
export function answerLine(
  id: string,
  outcome: Outcome,
  profiles: readonly ProfileRecord[],
  table: EndpointTable,
): object {
  const ran = Object.fromEntries(profiles.map((run) => [run.profile, profileAnswer(run, table)]));
  if (outcome === null) return { id, status: null, reason: 'still queued', profiles: ran, headers: {} };
  if ('headers' in outcome) {
    return { id, status: 200, profiles: ran, headers: Object.fromEntries(outcome.headers) };
  }
  const { status, reason, message } = outcome;
  const headers = reason === null ? {} : { [DROPPED_REASON]: reason };
  return { id, status, ...(reason === null ? {} : { reason }), message, profiles: ran, headers };
}

function profileAnswer(run: ProfileRecord, table: EndpointTable): object {
  const ids = (rows: readonly number[]): string[] => rows.map((row) => idOf(table, row));
  const scores = Object.fromEntries(
    run.candidates.map((row, i) => [
      idOf(table, row),
      { ...rawScores(run, i), total: run.totals[i] ?? null },
    ]),
  );
  return { scores, candidates: ids(run.candidates), equalBest: ids(run.best), pick: ids(run.picked) };
}

/** Raw score per plugin of one candidate. */
function rawScores(run: ProfileRecord, candidate: number): Record<string, number | null> {
  return Object.fromEntries(run.scorers.map(({ plugin, scores }) => [plugin, scores[candidate] ?? null]));
}

/** A record for `--decisions`: candidates with scores and the age of their state, the choice and its margin. */
export function decisionLine(id: string, record: DecisionRecord, table: EndpointTable): object {
  return {
    id,
    atMs: record.nowUs / 1000,
    primary: record.primary,
    target: record.dispatch === null ? null : record.dispatch.rows.map((row) => idOf(table, row)),
    rejection: record.rejection,
    profiles: record.profiles.map((run) => ({
      profile: run.profile,
      candidates: run.candidates.map((row, i) => ({
        endpoint: idOf(table, row),
        scores: rawScores(run, i),
        total: run.totals[i] ?? null,
        stateAgeMs: finiteOrNull(run.stateAgesUs[i]! / 1000),
      })),
      weights: Object.fromEntries(run.scorers.map(({ plugin, weight }) => [plugin, weight])),
      pick: run.picked.map((row) => idOf(table, row)),
      runnerUpGap: run.runnerUpGap,
    })),
  };
}

/** JSON has no infinity: the age of a state that was never scraped is null. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function idOf(table: EndpointTable, row: number): string {
  return table.endpoints[row]?.id ?? `row ${row}`;
}
