/**
 * Formats whose file is one JSON document: its lines are collected, and at the end of the file its requests are given out in
 * order of time. Rows are named by their place among the requests, as lines say nothing there.
 */
import { isProblem, type RowOutcome, type RowProblem, type RowReader, type TraceRow } from './row.ts';

/** Reads a parsed document: outcomes in any order, each with its place; or a problem of the whole document. */
export type DocumentReader = (document: unknown) => readonly RowOutcome[] | RowProblem;

/** The reader of a file that is one JSON document. */
export function documentReader(read: DocumentReader): RowReader {
  const lines: string[] = [];
  return {
    read(line) {
      lines.push(line);
      return null;
    },
    end() {
      const text = lines.join('\n');
      lines.length = 0;
      let document: unknown;
      try {
        document = JSON.parse(text);
      } catch (error) {
        return [{ field: 'header', found: (error as Error).message, expected: 'one JSON document' }];
      }
      const outcomes = read(document);
      if (!Array.isArray(outcomes)) return [outcomes as RowProblem];
      return inOrder(outcomes as readonly RowOutcome[]);
    },
  };
}

/** Problems first, then rows by time; rows of one time stay in their order. */
function inOrder(outcomes: readonly RowOutcome[]): RowOutcome[] {
  const problems = outcomes.filter(isProblem);
  const rows = outcomes.filter((outcome): outcome is TraceRow => !isProblem(outcome));
  return [...problems, ...rows.sort((a, b) => a.atUs - b.atUs)];
}
