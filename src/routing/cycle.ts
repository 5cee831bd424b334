/** The one Cycle of a router: candidates and scratch of the profile that runs. */
import type { EndpointTable } from './endpoint.ts';
import type { Cycle } from './plugin.ts';
import type { InferenceRequest } from './request.ts';

/** Index of all arrays: candidate. */
export class MutableCycle implements Cycle {
  request!: InferenceRequest;
  nowUs = 0;
  readonly table: EndpointTable;
  rows = new Int32Array(16);
  count = 0;
  profile = '';
  peerRow = -1;
  totalsStamp = 0;
  /** Sums of the running profile, one scorer's scores, and what its picker picks. */
  totals = new Float64Array(16);
  scores = new Float64Array(16);
  picked = new Int32Array(16);
  /** `rows` and `totals` when they are the cycle's own and no profile's kept ones. */
  #ownRows = this.rows;
  #ownTotals = this.totals;
  #lastStamp = 0;

  constructor(table: EndpointTable) {
    this.table = table;
  }

  /** Loads candidates to be filtered. */
  load(rows: Int32Array, count: number): void {
    this.#makeRoom(count);
    const own = this.#ownRows;
    for (let i = 0; i < count; i++) own[i] = rows[i]!;
    this.rows = own;
    this.count = count;
  }

  /** Takes candidates over that no filter will touch. */
  show(rows: Int32Array<ArrayBuffer>, count: number): void {
    this.#makeRoom(count);
    this.rows = rows;
    this.count = count;
  }

  /** Sums start at 0. */
  clearTotals(): void {
    this.totals = this.#ownTotals;
    this.totalsStamp = 0;
    this.totals.fill(0, 0, this.count);
  }

  /** The sums, to be added to: a copy where a profile's kept ones are shown. */
  ownTotals(): Float64Array {
    const own = this.#ownTotals;
    const { totals } = this;
    if (totals === own) return own;
    for (let i = 0; i < this.count; i++) own[i] = totals[i]!;
    this.totals = own;
    this.totalsStamp = 0;
    return own;
  }

  /** These are the sums as long as nothing is added; `stamp` as in Cycle. */
  showTotals(totals: Float64Array<ArrayBuffer>, stamp: number): void {
    this.totals = totals;
    this.totalsStamp = stamp;
  }

  /** A stamp that no totals of any profile have had. */
  nextStamp(): number {
    this.#lastStamp += 1;
    return this.#lastStamp;
  }

  #makeRoom(count: number): void {
    if (this.#ownRows.length >= count) return;
    const length = 2 * count;
    this.#ownRows = new Int32Array(length);
    this.#ownTotals = new Float64Array(length);
    this.scores = new Float64Array(length);
    this.picked = new Int32Array(length);
  }
}
