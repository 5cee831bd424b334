/**
 * Which requests a timeline draws. In a window of time as many rows as there are pixels at most: where more requests were there,
 * each row stands for its neighbours and shows the one that took longest, since that is the one a reader looks for.
 */
import { bisector } from 'd3-array';
import type { Recording } from '../../sim/inspect/recording.ts';

export interface TimeWindow {
  readonly fromUs: number;
  readonly toUs: number;
}

export interface TimelineRows {
  /** Rows of the recording, top to bottom. */
  readonly rows: Uint32Array;
  /** Requests in the window. */
  readonly total: number;
}

/** How requests follow each other from top to bottom. */
export const ORDERS = ['arrival', 'slowest', 'instance'] as const;
export type Order = (typeof ORDERS)[number];

/** Requests that were in the fleet within the window, in an order; `isIn`: by row, 1 for those that are looked at. */
export function rowsInWindow(
  recording: Recording,
  window: TimeWindow,
  most: number,
  order: Order = 'arrival',
  isIn: Uint8Array | null = null,
): TimelineRows {
  const whole = order === 'slowest' ? bySlowness(recording, window) : byArrival(recording, window);
  const inside = isIn === null ? whole : kept(whole, (row) => isIn[row] === 1);
  const rows = order === 'instance' ? groupedByInstance(recording, inside) : inside;
  return { rows: thinned(recording, rows, most), total: rows.length };
}

/** Of the requests that are looked at, those that an instance answered or prefilled, by row; null: no instance, or no limit at all. */
export function servedBy(
  { requests }: Recording,
  instance: number | null,
  isIn: Uint8Array | null,
): Uint8Array | null {
  if (instance === null) return isIn;
  const served = new Uint8Array(requests.count);
  for (let row = 0; row < requests.count; row += 1) {
    const isOwn = requests.endpoint[row] === instance || requests.prefillEndpoint[row] === instance;
    if (isOwn && (isIn === null || isIn[row] === 1)) served[row] = 1;
  }
  return served;
}

/** Longest that a request was in the fleet, by recording: who came earlier than that before a window was gone by then. */
const LONGEST_US = new WeakMap<Recording, number>();

function longestUs(recording: Recording): number {
  const known = LONGEST_US.get(recording);
  if (known !== undefined) return known;
  const { arrivalUs, endUs, count } = recording.requests;
  let longest = 0;
  for (let row = 0; row < count; row += 1) longest = Math.max(longest, endUs[row]! - arrivalUs[row]!);
  LONGEST_US.set(recording, longest);
  return longest;
}

function byArrival(recording: Recording, window: TimeWindow): Uint32Array {
  const { byArrival, requests } = recording;
  const arrival = bisector((row: number) => requests.arrivalUs[row]!);
  const rows = byArrival as unknown as number[];
  const end = arrival.right(rows, window.toUs);
  // Nobody had ended before the run began.
  if (window.fromUs <= 0) return byArrival.subarray(0, end);
  const start = arrival.left(rows, window.fromUs - longestUs(recording), 0, end);
  return kept(byArrival.subarray(start, end), (row) => requests.endUs[row]! >= window.fromUs);
}

/** As `filter`, whose list of what it keeps costs more than all else where a million are looked at. */
function kept(rows: Uint32Array, isKept: (row: number) => boolean): Uint32Array {
  const out = new Uint32Array(rows.length);
  let count = 0;
  for (const row of rows) if (isKept(row)) out[count++] = row;
  return out.subarray(0, count);
}

/** Longest to the first token first. */
function bySlowness({ bySlowness, requests }: Recording, { fromUs, toUs }: TimeWindow): Uint32Array {
  return kept(bySlowness, (row) => requests.arrivalUs[row]! <= toUs && requests.endUs[row]! >= fromUs);
}

/** What an instance served stands together, in the order that it came in: its rows are then what kept it busy. */
function groupedByInstance({ requests, instances }: Recording, rows: Uint32Array): Uint32Array {
  const none = instances.length;
  // Those that nobody answered come last.
  const placeOf = (row: number): number => {
    const endpoint = requests.endpoint[row]!;
    return endpoint < 0 ? none : endpoint;
  };
  const starts = new Uint32Array(none + 2);
  for (const row of rows) starts[placeOf(row) + 1]! += 1;
  for (let i = 1; i < starts.length; i += 1) starts[i]! += starts[i - 1]!;
  const grouped = new Uint32Array(rows.length);
  for (const row of rows) {
    const place = placeOf(row);
    grouped[starts[place]!] = row;
    starts[place]! += 1;
  }
  return grouped;
}

/** The slowest of each bucket of neighbours. */
function thinned({ requests }: Recording, rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows;
  const slowest = new Uint32Array(most);
  for (let bucket = 0; bucket < most; bucket += 1) {
    const from = Math.floor((bucket * rows.length) / most);
    const to = Math.floor(((bucket + 1) * rows.length) / most);
    let best = rows[from]!;
    let bestUs = -1;
    for (let i = from; i < to; i += 1) {
      const us = requests.endUs[rows[i]!]! - requests.arrivalUs[rows[i]!]!;
      if (us > bestUs) {
        bestUs = us;
        best = rows[i]!;
      }
    }
    slowest[bucket] = best;
  }
  return slowest;
}

/** The window with another width about a point of it, within the run. */
export function zoomed(window: TimeWindow, factor: number, aboutUs: number, durationUs: number): TimeWindow {
  const span = Math.min(durationUs, Math.max(1000, (window.toUs - window.fromUs) * factor));
  const share = (aboutUs - window.fromUs) / (window.toUs - window.fromUs);
  return clamped(aboutUs - share * span, span, durationUs);
}

export function moved(window: TimeWindow, byUs: number, durationUs: number): TimeWindow {
  return clamped(window.fromUs + byUs, window.toUs - window.fromUs, durationUs);
}

function clamped(fromUs: number, spanUs: number, durationUs: number): TimeWindow {
  const from = Math.max(0, Math.min(durationUs - spanUs, fromUs));
  return { fromUs: from, toUs: from + spanUs };
}
