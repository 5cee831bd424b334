/**
 * Azure LLM inference traces of 2023 and 2024: CSV with `TIMESTAMP,ContextTokens,GeneratedTokens`; time stamps such as
 * `2023-11-16 18:17:03.9799600` (UTC, up to 7 digits of fraction, 2024 with `+00:00`).
 * source: https://github.com/Azure/AzurePublicDataset (read 2026-11-22)
 */
import { type CsvField, csvReader } from './csv.ts';
import { hasColumns, type TraceFormat } from './format.ts';
import { numberFrom, plainRow, type RowOutcome, tokenProblem } from './row.ts';

const COLUMNS = ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'];

export const azureFormat: TraceFormat = {
  open: () => csvReader({ columns: COLUMNS, rowOf }),
  blockTokens: 0,
  hasClasses: false,
  detects: hasColumns(...COLUMNS),
};

function rowOf(field: CsvField): RowOutcome {
  const time = field('TIMESTAMP');
  const [inputText, outputText] = [field('ContextTokens'), field('GeneratedTokens')];
  const atUs = utcUs(time);
  if (Number.isNaN(atUs)) {
    return { field: 'TIMESTAMP', found: time, expected: 'a time such as 2023-11-16 18:17:03.9799600' };
  }
  const input = numberFrom(inputText);
  const output = numberFrom(outputText);
  const problem = tokenProblem('ContextTokens', input, inputText, 'GeneratedTokens', output, outputText);
  return problem ?? plainRow(atUs, input, output);
}

const STAMP = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|\+00:00|\+00)?$/;

/** µs since 1970 of a UTC time stamp, or NaN. */
export function utcUs(text: string): number {
  const parts = STAMP.exec(text.trim());
  if (parts === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) {
    return Number.NaN;
  }
  const fractionUs = Number(`0.${parts[7] ?? '0'}`) * 1e6;
  const wholeS = ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
  return wholeS * 1e6 + fractionUs;
}

/** Days from 1970-01-01 in the Gregorian calendar, years counted from March so that leap days come last. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const days = 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear;
  // 719,468 days lie between 0000-03-01 and 1970-01-01.
  return days - 719_468;
}
