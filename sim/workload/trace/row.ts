/** What a trace tells of one request, whatever its format, and how a row that cannot be read is described. */

/** One request of a trace. */
export interface TraceRow {
  /** When it arrived, µs from an origin that is the same for all rows of the file. */
  readonly atUs: number;
  readonly inputTokens: number;
  /** As recorded; may be 0. */
  readonly outputTokens: number;
  /** Output limit of the client; 0 when the trace has none. */
  readonly maxTokens: number;
  /** Content ids of the prompt's blocks of `blockTokens`, the last one partial; null when unknown. */
  readonly blocks: readonly number[] | null;
  /** Shared head of the prompt; empty id when there is none. */
  readonly prefixId: string;
  readonly prefixTokens: number;
  /** Conversation that it belongs to; empty when it belongs to none. */
  readonly sessionId: string;
  /** Request class, model and priority where the trace tells them (empty, empty, 0 otherwise). */
  readonly className: string;
  readonly model: string;
  readonly priority: number;
}

/** Why a row cannot be used. */
export interface RowProblem {
  readonly field: string;
  /** The value as written there. */
  readonly found: string;
  readonly expected: string;
  /** Where it is, for files whose lines do not tell; absent: the line. */
  readonly place?: string;
}

/** What reading a row gives. */
export type RowOutcome = TraceRow | RowProblem;

/** Reads the lines of one file, in order. */
export interface RowReader {
  /** A row, a problem, or null for a line that holds neither (header, blank line). */
  read(line: string): RowOutcome | null;
  /** Called at the end of the file: rows that could not be given out before. */
  end?(): Iterable<RowOutcome>;
}

/** Tells a problem from a row. */
export function isProblem(outcome: TraceRow | RowProblem): outcome is RowProblem {
  return 'expected' in outcome;
}

/** A row that tells no more than lengths. */
export function plainRow(atUs: number, inputTokens: number, outputTokens: number): TraceRow {
  return {
    atUs,
    inputTokens,
    outputTokens,
    maxTokens: 0,
    blocks: null,
    prefixId: '',
    prefixTokens: 0,
    sessionId: '',
    className: '',
    model: '',
    priority: 0,
  };
}

/** What a numeric field must be, in words. */
export const EXPECTED = {
  tokens: 'an integer >= 0',
  promptTokens: 'an integer >= 1',
  seconds: 'a number of seconds >= 0',
} as const;

/** A finite number from text, or NaN; the empty text is not a number. */
export function numberFrom(text: string): number {
  const trimmed = text.trim();
  return trimmed === '' ? Number.NaN : Number(trimmed);
}

/** Checks token counts, which every format has; null when they are right. */
export function tokenProblem(
  inputField: string,
  input: number,
  inputText: string,
  outputField: string,
  output: number,
  outputText: string,
): RowProblem | null {
  if (!Number.isSafeInteger(input) || input < 1) {
    return { field: inputField, found: inputText, expected: EXPECTED.promptTokens };
  }
  if (!Number.isSafeInteger(output) || output < 0) {
    return { field: outputField, found: outputText, expected: EXPECTED.tokens };
  }
  return null;
}
