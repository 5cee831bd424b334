/** Which column of a table is probably what, and in which unit: shown to be corrected, never taken silently. */
import { utcUs } from '../../workload/trace/azure.ts';
import { type ColumnMapping, type TimeUnit, TOKEN_UNITS, type TokenUnit } from './mapping.ts';
import { numberOf, type Table } from './table.ts';

const NAMES = {
  arrival: [/^arrival/i, /time_?stamp|^ts$/i, /arriv|sent|start|created/i, /time|date|(^|[._])at$/i],
  input: [/input|prompt|context/i, /request.*(tok|len)/i],
  output: [/output|completion|generated|response|answer|decode/i],
  session: [/session|conversation|thread|chat/i],
} as const;

/** Where a name ends in a unit. */
const NAMED_UNITS: readonly (readonly [RegExp, TimeUnit])[] = [
  [/(_|\(|\b)(ns|nanos\w*)\)?$/i, 'ns'],
  [/(_|\(|\b)(us|µs|micros\w*)\)?$/i, 'us'],
  [/(_|\(|\b)(ms|millis\w*)\)?$/i, 'ms'],
  [/(_|\(|\b)(s|sec\w*)\)?$/i, 's'],
];

/** Times since 1970 in each unit are above these for a century or two. */
const SINCE_1970: readonly (readonly [number, TimeUnit])[] = [
  [1e17, 'ns'],
  [1e14, 'us'],
  [1e11, 'ms'],
];

/** A column that nothing is guessed for is empty. */
export function guessedMapping(table: Table): ColumnMapping {
  const taken = new Set<string>();
  const find = (patterns: readonly RegExp[], among = table.columns): string => {
    for (const pattern of patterns) {
      const found = among.find((name) => !taken.has(name) && pattern.test(name));
      if (found !== undefined) {
        taken.add(found);
        return found;
      }
    }
    return '';
  };
  // A prompt may be there as a text beside its count of tokens.
  const counts = table.columns.filter((_, at) =>
    table.sample.some((row) => numberOf(row[at] ?? '', table.layout) !== null),
  );
  const [input, output] = [find(NAMES.input, counts), find(NAMES.output, counts)];
  const arrival = find(NAMES.arrival);
  return {
    ...{ arrival, input, output, session: find(NAMES.session) },
    timeUnit: timeUnitOf(table, arrival),
    tokenUnit: tokenUnitOf(input),
  };
}

function timeUnitOf(table: Table, column: string): TimeUnit {
  const named = NAMED_UNITS.find(([pattern]) => pattern.test(column));
  if (named !== undefined) return named[1];
  const first = table.sample[0]?.[table.columns.indexOf(column)] ?? '';
  if (!Number.isNaN(utcUs(first))) return 'stamp';
  const value = numberOf(first, table.layout) ?? 0;
  return SINCE_1970.find(([least]) => value > least)?.[1] ?? 's';
}

function tokenUnitOf(column: string): TokenUnit {
  return /char/i.test(column) ? 'characters' : TOKEN_UNITS[0];
}
