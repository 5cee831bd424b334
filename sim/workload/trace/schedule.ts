/**
 * When the rows of a trace arrive in simulated time: window, jitter, rate scale, limit, in this order. Time 0 is the start of
 * the window (without one: the first row). Jitter can swap rows, so those whose place is not yet sure wait in a short list:
 * a shifted row may go once a row at least as late has been read, because rows are read in order and shifts are not negative.
 */
import type { Rng } from '../../../src/core/rng.ts';
import type { TraceSpec } from '../../scenario/schema.ts';
import type { TraceRow } from './row.ts';
import type { TraceRows } from './rows.ts';

/** A row and its arrival time in the run. */
export interface ScheduledRow {
  readonly row: TraceRow;
  readonly arrivalUs: number;
}

/** Rows in order of arrival. */
export class TraceSchedule {
  readonly #rows: TraceRows;
  readonly #jitter: Rng;
  readonly #jitterUs: number;
  readonly #fromUs: number;
  readonly #toUs: number;
  readonly #rateScale: number;
  readonly #limit: number;
  /** Rows whose place is not yet sure, latest first; `arrivalUs` before rate scaling. */
  readonly #waiting: ScheduledRow[] = [];
  #originUs = Number.NaN;
  /** Time of the last row read; Infinity once all are. */
  #readUs = Number.NEGATIVE_INFINITY;
  #taken = 0;

  constructor(rows: TraceRows, spec: TraceSpec, jitter: Rng) {
    this.#rows = rows;
    this.#jitter = jitter;
    this.#jitterUs = (spec.jitterMs ?? 0) * 1e3;
    this.#fromUs = (spec.window?.fromS ?? 0) * 1e6;
    this.#toUs = (spec.window?.toS ?? Number.POSITIVE_INFINITY) * 1e6;
    this.#rateScale = spec.rateScale ?? 1;
    this.#limit = spec.limit ?? Number.POSITIVE_INFINITY;
  }

  /** The next arrival, or null when there is none left. */
  next(): ScheduledRow | null {
    const waiting = this.#waiting;
    while (waiting.length === 0 || waiting[waiting.length - 1]!.arrivalUs > this.#readUs) {
      if (this.#readUs === Number.POSITIVE_INFINITY) break;
      this.#readOne();
    }
    const first = waiting.pop();
    if (first === undefined) return null;
    return { row: first.row, arrivalUs: first.arrivalUs / this.#rateScale };
  }

  #readOne(): void {
    const row = this.#taken < this.#limit ? this.#rows.next() : null;
    if (row !== null && Number.isNaN(this.#originUs)) this.#originUs = row.atUs;
    const atUs = row === null ? Number.POSITIVE_INFINITY : row.atUs - this.#originUs;
    if (row === null || atUs >= this.#toUs) {
      this.#readUs = Number.POSITIVE_INFINITY;
      this.#rows.close();
      return;
    }
    // One draw per row read, so that a window or a limit does not change the shift of the rows it keeps.
    const shiftUs = this.#jitter.unit() * this.#jitterUs;
    if (atUs < this.#fromUs) return;
    this.#readUs = atUs - this.#fromUs;
    this.#taken += 1;
    this.#insert({ row, arrivalUs: this.#readUs + shiftUs });
  }

  /** Keeps the list latest first; equal times stay in file order. */
  #insert(entry: ScheduledRow): void {
    const waiting = this.#waiting;
    let low = 0;
    let high = waiting.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (waiting[middle]!.arrivalUs > entry.arrivalUs) low = middle + 1;
      else high = middle;
    }
    waiting.splice(low, 0, entry);
  }
}
