/**
 * Whether the fleet keeps up: requests in flight, and waits in queues, over the course of a run. The run is cut into at most
 * 128 buckets of equally many arrivals; when they are full, neighbours are joined, so memory does not grow with the run.
 *
 *   bucket b   startUs   Float64   its first arrival
 *              inFlight  Float64   sum, over its arrivals, of the requests that were in flight then
 *              waitUs    Float64   sum of the waits in queues of requests that arrived in it
 *              waits     Float64   number of those
 *
 * In a queue that completes a share r < 1 of what arrives, waits grow by (1 - r) / r for every unit of time, whatever the
 * distributions; in one that keeps up they do not. A fleet is called overloaded where both waits and requests in flight
 * grow from quarter to quarter and by more than `LEAST_GROWTH` (the first quarter, in which the fleet fills, is left out).
 */
const BUCKETS = 128;
/** Fewest arrivals that say anything. */
const LEAST_ARRIVALS = 100;
/** Growth of waits per time, and of requests in flight per arrival, that chance does not give. */
const LEAST_GROWTH = 0.05;

/** A backlog as data that can cross threads. */
export interface BacklogData {
  readonly stride: number;
  readonly arrivals: number;
  readonly ended: number;
  readonly startUs: Float64Array<ArrayBuffer>;
  readonly inFlight: Float64Array<ArrayBuffer>;
  readonly waitUs: Float64Array<ArrayBuffer>;
  readonly waits: Float64Array<ArrayBuffer>;
}

/** Means over the second and the last quarter of arrivals. */
export interface Overload {
  readonly inFlightBefore: number;
  readonly inFlightAfter: number;
  readonly waitUsBefore: number;
  readonly waitUsAfter: number;
}

export class Backlog {
  /** Arrivals of a full bucket. */
  #stride = 1;
  #arrivals = 0;
  #ended = 0;
  #startUs = new Float64Array(BUCKETS);
  #inFlight = new Float64Array(BUCKETS);
  #waitUs = new Float64Array(BUCKETS);
  #waits = new Float64Array(BUCKETS);

  /** The backlog that `toData` was called on; takes its columns over. */
  static fromData(data: BacklogData): Backlog {
    const backlog = new Backlog();
    backlog.#stride = data.stride;
    backlog.#arrivals = data.arrivals;
    backlog.#ended = data.ended;
    backlog.#startUs = data.startUs;
    backlog.#inFlight = data.inFlight;
    backlog.#waitUs = data.waitUs;
    backlog.#waits = data.waits;
    return backlog;
  }

  /** A copy as plain data. */
  toData(): BacklogData {
    return {
      stride: this.#stride,
      arrivals: this.#arrivals,
      ended: this.#ended,
      startUs: this.#startUs.slice(),
      inFlight: this.#inFlight.slice(),
      waitUs: this.#waitUs.slice(),
      waits: this.#waits.slice(),
    };
  }

  /** A request arrives; times never fall. */
  arrived(nowUs: number): void {
    if (this.#arrivals === BUCKETS * this.#stride) this.#join();
    const bucket = Math.floor(this.#arrivals / this.#stride);
    if (this.#arrivals % this.#stride === 0) this.#startUs[bucket] = nowUs;
    this.#inFlight[bucket]! += this.#arrivals - this.#ended;
    this.#arrivals += 1;
  }

  /** A request ends that arrived then and waited that long, NaN where it is not known. */
  ended(arrivalUs: number, waitUs: number): void {
    this.#ended += 1;
    if (Number.isNaN(waitUs)) return;
    const bucket = this.#bucketOf(arrivalUs);
    this.#waitUs[bucket]! += waitUs;
    this.#waits[bucket]! += 1;
  }

  /** How the backlog grew if the fleet could not keep up, else null. */
  overload(): Overload | null {
    if (this.#arrivals < LEAST_ARRIVALS) return null;
    const quarter = Math.floor(this.#arrivals / this.#stride / 4);
    const [second, third, last] = [1, 2, 3].map((i) => this.#means(i * quarter, (i + 1) * quarter));
    const [a, b, c] = [second!, third!, last!];
    const isRising =
      a.waitUs < b.waitUs && b.waitUs < c.waitUs && a.inFlight < b.inFlight && b.inFlight < c.inFlight;
    const arrivals = 2 * quarter * this.#stride;
    if (!isRising || c.inFlight - a.inFlight < LEAST_GROWTH * arrivals) return null;
    if (c.waitUs - a.waitUs < LEAST_GROWTH * (c.atUs - a.atUs)) return null;
    return {
      inFlightBefore: a.inFlight,
      inFlightAfter: c.inFlight,
      waitUsBefore: a.waitUs,
      waitUsAfter: c.waitUs,
    };
  }

  #means(from: number, to: number): { atUs: number; inFlight: number; waitUs: number } {
    let atUs = 0;
    let inFlight = 0;
    let waitUs = 0;
    let waits = 0;
    for (let bucket = from; bucket < to; bucket++) {
      atUs += this.#startUs[bucket]!;
      inFlight += this.#inFlight[bucket]!;
      waitUs += this.#waitUs[bucket]!;
      waits += this.#waits[bucket]!;
    }
    const buckets = to - from;
    return {
      atUs: atUs / buckets,
      inFlight: inFlight / (buckets * this.#stride),
      waitUs: waits === 0 ? 0 : waitUs / waits,
    };
  }

  /** Last bucket that starts at or before `arrivalUs`: near the end, as what ends has arrived not long ago. */
  #bucketOf(arrivalUs: number): number {
    let bucket = Math.floor((this.#arrivals - 1) / this.#stride);
    while (bucket > 0 && this.#startUs[bucket]! > arrivalUs) bucket -= 1;
    return Math.max(0, bucket);
  }

  /** Joins neighbours: half as many buckets, of twice as many arrivals. */
  #join(): void {
    for (let b = 0; b < BUCKETS / 2; b++) {
      this.#startUs[b] = this.#startUs[2 * b]!;
      for (const column of [this.#inFlight, this.#waitUs, this.#waits]) {
        column[b] = column[2 * b]! + column[2 * b + 1]!;
      }
    }
    for (const column of [this.#inFlight, this.#waitUs, this.#waits]) column.fill(0, BUCKETS / 2);
    this.#stride *= 2;
  }
}
