/**
 * BurstGPT: CSV with `Timestamp` (seconds from the start), `Request tokens`, `Response tokens`, and columns that do not drive
 * a simulation (Model, Total tokens, Log Type, Session ID, Elapsed time). Nothing says whether a conversation's history is within
 * its request tokens, so prompts share nothing. A response of 0 tokens is a request that failed where it was recorded.
 * source: https://github.com/HPMLL/BurstGPT README (read 2026-11-22)
 */
import { type CsvField, csvReader } from './csv.ts';
import { hasColumns, type TraceFormat } from './format.ts';
import { EXPECTED, numberFrom, plainRow, type RowOutcome, tokenProblem } from './row.ts';

const COLUMNS = ['Timestamp', 'Request tokens', 'Response tokens'];

export const burstGptFormat: TraceFormat = {
  open: () => csvReader({ columns: COLUMNS, rowOf }),
  blockTokens: 0,
  hasClasses: false,
  detects: hasColumns(...COLUMNS),
};

function rowOf(field: CsvField): RowOutcome {
  const time = field('Timestamp');
  const [inputText, outputText] = [field('Request tokens'), field('Response tokens')];
  const seconds = numberFrom(time);
  if (!(seconds >= 0)) return { field: 'Timestamp', found: time, expected: EXPECTED.seconds };
  const input = numberFrom(inputText);
  const output = numberFrom(outputText);
  const problem = tokenProblem('Request tokens', input, inputText, 'Response tokens', output, outputText);
  return problem ?? plainRow(seconds * 1e6, input, output);
}
