/**
 * Simulated time. Components register, schedule events for themselves and each other, and the kernel hands them out
 * in order of (time, phase, component, sequence). It decides nothing about inference. The fingerprint folds components' reported
 * facts (not event counts, which differ between fast-forward and step-by-step execution of the same run).
 */
import { fail } from '../../src/core/check.ts';
import { EventHeap } from './event-heap.ts';

/** Grid of event times: 2^16 ticks a µs (15 ps). See `gridUs`. */
export const GRID_PER_US = 65536;

/**
 * Rounds a time to the event grid. Closed-form and step-by-step sums of step times differ by rounding noise (near 1e-9 µs
 * after a second); on the grid they all but always land on the same instant, so that ties with round arrival times are
 * decided alike in both modes. Exact up to 2^37 µs (38 hours).
 */
export function gridUs(timeUs: number): number {
  return Math.round(timeUs * GRID_PER_US) / GRID_PER_US;
}

/** Receives events. `code` and `arg` mean what the component that scheduled them says. */
export interface Component {
  onEvent(code: number, arg: number, nowUs: number): void;
}

/** The event loop. */
export class Kernel {
  /** Events handed out so far. */
  events = 0;
  /** Time of the event being handled, µs. */
  nowUs = 0;
  readonly #heap = new EventHeap();
  readonly #components: Component[] = [];
  #hashLow = 0x811c9dc5;
  #hashHigh = 0x9e3779b9;

  /** Registers a component and returns its target number. */
  register(component: Component): number {
    this.#components.push(component);
    return this.#components.length - 1;
  }

  /** Schedules an event; `timeUs` must not lie in the past. */
  at(timeUs: number, phase: number, target: number, code: number, arg: number): void {
    if (!(timeUs >= this.nowUs)) fail(`event at ${timeUs} µs scheduled in the past of ${this.nowUs} µs`);
    this.#heap.push(timeUs, phase, target, code, arg);
  }

  /** Phase of the event being handled. */
  get phase(): number {
    return this.#heap.poppedPhase;
  }

  /** Time of the next pending event in µs, or Infinity. */
  get nextTimeUs(): number {
    return this.#heap.nextTimeUs;
  }

  /** True when no other event of this instant with a phase below `phase` is pending. */
  isQuietBefore(phase: number): boolean {
    return this.#heap.isQuiet(this.nowUs, phase);
  }

  /**
   * Hands out events up to and including `untilUs`, at most `maxEvents` of them. Returns true when none at or before
   * `untilUs` is left.
   */
  run(untilUs: number, maxEvents = Number.POSITIVE_INFINITY): boolean {
    const heap = this.#heap;
    const components = this.#components;
    const stopAt = this.events + maxEvents;
    while (this.events < stopAt && heap.pop(untilUs)) {
      this.events += 1;
      const nowUs = heap.poppedTimeUs;
      this.nowUs = nowUs;
      components[heap.poppedTarget]!.onEvent(heap.poppedCode, heap.poppedArg, nowUs);
    }
    return heap.size === 0 || heap.nextTimeUs > untilUs;
  }

  /** Folds a finite number into the fingerprint. */
  fold(value: number): void {
    // Two 32-bit lanes: exact for grid times.
    const scaled = Math.round(value * GRID_PER_US);
    const low = scaled >>> 0;
    const high = Math.floor(scaled / 4294967296) >>> 0;
    this.#hashLow = Math.imul(this.#hashLow ^ low, 0x01000193);
    this.#hashHigh = Math.imul(this.#hashHigh ^ (high + (this.#hashLow >>> 13)), 0x85ebca6b);
  }

  /** 16 hex digits over everything folded so far. */
  get fingerprint(): string {
    const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
    return hex(this.#hashHigh ^ (this.#hashLow >>> 16)) + hex(this.#hashLow ^ (this.#hashHigh >>> 15));
  }
}
