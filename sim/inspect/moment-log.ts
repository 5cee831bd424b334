/**
 * Reads all instances at regular moments. Nothing is scheduled for it: the run is driven up to each moment and looked at, which
 * changes nothing. Bounded: when the log is full every second moment goes, and the interval doubles. What is kept are running
 * totals, so that dropping a moment loses no time.
 */
import type { MomentColumns } from './recording.ts';

/** One reading of an instance: totals since the start in µs, and its state. */
export interface InstanceReading {
  busyUs: number;
  busyPrefillUs: number;
  waiting: number;
  running: number;
  kvUsage: number;
  /** Cached blocks evicted since the start. */
  evictedBlocks: number;
}

/** One reading of the whole fleet. */
export interface FleetReading {
  readonly instances: readonly InstanceReading[];
  readonly queriedTokens: number;
  readonly hitTokens: number;
  /** Bytes carried so far, and bandwidth, by link. */
  readonly links: readonly { readonly bytes: number; readonly bytesPerUs: number }[];
}

const FIRST_INTERVAL_US = 50_000;

export class MomentLog {
  /** The next moment at which the fleet should be read, µs. */
  nextUs = FIRST_INTERVAL_US;
  readonly #most: number;
  #intervalUs = FIRST_INTERVAL_US;
  #readings: { readonly atUs: number; readonly fleet: FleetReading }[] = [];

  /** `most`: moments that are kept, at least 2. */
  constructor(most: number) {
    this.#most = most;
  }

  add(atUs: number, fleet: FleetReading): void {
    this.#readings.push({ atUs, fleet });
    if (this.#readings.length === this.#most) {
      // The later one of each pair: moments stay multiples of the interval.
      this.#readings = this.#readings.filter((_, i) => i % 2 === 1);
      this.#intervalUs *= 2;
    }
    this.nextUs = (Math.floor(atUs / this.#intervalUs) + 1) * this.#intervalUs;
  }

  finish(): MomentColumns {
    const readings = this.#readings;
    const instances = Math.max(0, ...readings.map(({ fleet }) => fleet.instances.length));
    const links = Math.max(0, ...readings.map(({ fleet }) => fleet.links.length));
    const cells = readings.length * instances;
    const columns = {
      atUs: Float64Array.from(readings, ({ atUs }) => atUs),
      instances,
      prefill: new Float32Array(cells),
      decode: new Float32Array(cells),
      waiting: new Uint32Array(cells),
      running: new Uint32Array(cells),
      kv: new Float32Array(cells),
      evictedBlocks: new Uint32Array(cells),
      queriedTokens: new Float64Array(readings.length),
      hitTokens: new Float64Array(readings.length),
      link: new Float32Array(readings.length * links),
    };
    for (const [m, { atUs, fleet }] of readings.entries()) {
      const before = readings[m - 1];
      const spanUs = atUs - (before?.atUs ?? 0);
      columns.queriedTokens[m] = fleet.queriedTokens - (before?.fleet.queriedTokens ?? 0);
      columns.hitTokens[m] = fleet.hitTokens - (before?.fleet.hitTokens ?? 0);
      for (const [i, now] of fleet.instances.entries()) {
        const then = before?.fleet.instances[i];
        const cell = m * instances + i;
        columns.decode[cell] = share(now.busyUs - (then?.busyUs ?? 0), spanUs);
        columns.prefill[cell] = (now.busyPrefillUs - (then?.busyPrefillUs ?? 0)) / spanUs;
        columns.waiting[cell] = now.waiting;
        columns.running[cell] = now.running;
        columns.kv[cell] = now.kvUsage;
        columns.evictedBlocks[cell] = now.evictedBlocks - (then?.evictedBlocks ?? 0);
      }
      for (const [l, { bytes, bytesPerUs }] of fleet.links.entries()) {
        const carried = bytes - (before?.fleet.links[l]?.bytes ?? 0);
        columns.link[m * links + l] = share(carried, bytesPerUs * spanUs);
      }
    }
    for (let i = 0; i < instances; i += 1) splitBusy(columns, i, instances);
    return columns;
  }
}

/**
 * Parts prefill from decode. A step is counted as prefill when it ends, by when part of it lies in earlier intervals: what does
 * not fit into the busy time of its interval is moved to the ones before.
 */
function splitBusy(columns: MomentColumns, instance: number, instances: number): void {
  let carriedUs = 0;
  for (let m = columns.atUs.length - 1; m >= 0; m -= 1) {
    const cell = m * instances + instance;
    const spanUs = columns.atUs[m]! - (columns.atUs[m - 1] ?? 0);
    const busy = columns.decode[cell]!;
    const wanted = columns.prefill[cell]! + carriedUs / spanUs;
    const prefill = Math.min(busy, wanted);
    carriedUs = (wanted - prefill) * spanUs;
    columns.prefill[cell] = prefill;
    columns.decode[cell] = busy - prefill;
  }
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}
