/**
 * The usable rows of a trace file, one at a time, and an account of the others. A bad row ends the reading with an error that
 * names line, field and value and counts all bad rows of the file, unless `badRows: skip` asks to go on without it. A header
 * without the format's columns always ends it.
 */
import { ConfigError, type ConfigProblem } from '../../../src/core/check.ts';
import { isProblem, type RowOutcome, type RowProblem, type RowReader, type TraceRow } from './row.ts';

/** Bad rows that are described one by one; the others are only counted. */
const DESCRIBED = 5;

/** What to do about bad rows. */
export type BadRows = 'stop' | 'skip';

/** Rows of one file in order of arrival. */
export class TraceRows {
  /** Lines read so far, the header included. */
  lines = 0;
  badRows = 0;
  /** The first bad rows. */
  readonly problems: ConfigProblem[] = [];
  readonly #file: string;
  readonly #source: Iterator<string>;
  /** Rows given out at the end of the file; null until then. */
  #rest: Iterator<RowOutcome> | null = null;
  readonly #reader: RowReader;
  readonly #onBadRow: BadRows;
  #lastAtUs = Number.NEGATIVE_INFINITY;

  constructor(file: string, lines: Iterable<string>, reader: RowReader, badRows: BadRows) {
    this.#file = file;
    this.#source = lines[Symbol.iterator]();
    this.#reader = reader;
    this.#onBadRow = badRows;
  }

  /** The next usable row, or null at the end of the file. */
  next(): TraceRow | null {
    for (;;) {
      const outcome = this.#read();
      if (outcome === null) return null;
      if (!isProblem(outcome)) return outcome;
      this.#note(outcome);
      if (outcome.field === 'header') throw new ConfigError(this.problems);
      if (this.#onBadRow === 'stop') this.#stop();
    }
  }

  /** No further row is wanted. */
  close(): void {
    this.#source.return?.();
  }

  /** Next row or problem, blank lines passed over. */
  #read(): RowOutcome | null {
    for (;;) {
      const outcome = this.#rest === null ? this.#readLine() : (this.#rest.next().value ?? null);
      if (outcome === undefined) continue;
      if (outcome === null || isProblem(outcome)) return outcome;
      if (outcome.atUs < this.#lastAtUs) return this.#tooEarly(outcome);
      this.#lastAtUs = outcome.atUs;
      return outcome;
    }
  }

  /** What the next line holds: undefined for nothing; null where the file ends and so does what it gives out. */
  #readLine(): RowOutcome | null | undefined {
    const step = this.#source.next();
    if (step.done === true) {
      const rest = this.#reader.end?.();
      if (rest === undefined) return null;
      this.#rest = rest[Symbol.iterator]();
      return undefined;
    }
    this.lines += 1;
    return this.#reader.read(cleaned(step.value)) ?? undefined;
  }

  #tooEarly(row: TraceRow): RowProblem {
    return {
      field: 'time stamp',
      found: `${(this.#lastAtUs - row.atUs) / 1e6} s before the row above`,
      expected: 'rows in order of time',
    };
  }

  #note(problem: RowProblem): void {
    this.badRows += 1;
    if (this.problems.length >= DESCRIBED) return;
    this.problems.push({
      file: this.#file,
      path: `${problem.place ?? `line ${this.lines}`}, ${problem.field}`,
      found: problem.found,
      expected: problem.expected,
    });
  }

  #stop(): never {
    for (let outcome = this.#read(); outcome !== null; outcome = this.#read()) {
      if (isProblem(outcome)) this.#note(outcome);
    }
    throw new ConfigError([
      ...this.problems,
      {
        file: this.#file,
        path: 'bad rows',
        found: `${this.badRows} in ${this.lines} lines`,
        expected: 'none (workload.badRows: skip leaves them out)',
      },
    ]);
  }
}

/** A line without byte order mark and carriage return. */
export function cleaned(line: string): string {
  const start = line.charCodeAt(0) === 0xfeff ? 1 : 0;
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  return start === 0 && end === line.length ? line : line.slice(start, end);
}
