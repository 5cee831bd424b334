/**
 * The pending set, ordered by (time, phase, target, sequence). What an event says stays in its slot while the heap sifts.
 *
 *   heap     first      time, µs
 *            second     (phase * 2^18 + target) * 2^31 + sequence: one comparison after time
 *
 *   slot s   [3 s]      target: component that receives the event, below 2^18
 *            [3 s + 1]  code: what it means to that component
 *            [3 s + 2]  arg: its argument, a whole number below 2^31 (a request, a row, a generation stamp)
 *
 * Sequence is given at scheduling, so a component gets its events of one (time, phase) first come, first served. Components
 * take turns by number and not by who was scheduled first: that would differ between fast-forward and step-by-step runs.
 * Nothing is ever removed from the middle: cancelled events carry a stale stamp and are ignored by their component.
 */
import { fail } from '../../src/core/check.ts';
import { RowHeap } from './row-heap.ts';

const TARGETS = 2 ** 18;
const SEQUENCES = 2 ** 31;
/** Numbers in a slot. */
const WIDTH = 3;
/** Events that there is room for at first: those of a few hundred replicas, about two each. */
const ROOM = 1024;

/** Pending events. After `pop`, the popped event stands in the `popped*` fields. */
export class EventHeap {
  poppedTimeUs = 0;
  poppedTarget = 0;
  poppedCode = 0;
  poppedArg = 0;
  #poppedOrder = 0;
  #sequence = 0;
  readonly #heap = new RowHeap(ROOM);
  #slots = new Int32Array(WIDTH * ROOM);

  /** Events pending. */
  get size(): number {
    return this.#heap.size;
  }

  /** Time of the earliest event in µs, or Infinity. */
  get nextTimeUs(): number {
    return this.#heap.size === 0 ? Number.POSITIVE_INFINITY : this.#heap.first;
  }

  /** Phase of the popped event; read rarely, so it is worked out when it is asked for. */
  get poppedPhase(): number {
    return Math.floor(this.#poppedOrder / (TARGETS * SEQUENCES));
  }

  /** Whether nothing is pending before phase `phase` of time `timeUs`. */
  isQuiet(timeUs: number, phase: number): boolean {
    const heap = this.#heap;
    if (heap.size === 0) return true;
    const next = heap.first;
    return next > timeUs || (next === timeUs && heap.second >= phase * TARGETS * SEQUENCES);
  }

  push(timeUs: number, phase: number, target: number, code: number, arg: number): void {
    if (target >= TARGETS || this.#sequence === SEQUENCES)
      fail('more components or events than the heap can order');
    if ((arg | 0) !== arg) fail(`an event's argument is a whole number below 2^31, not ${arg}`);
    const at = WIDTH * this.#heap.push(timeUs, (phase * TARGETS + target) * SEQUENCES + this.#sequence++);
    if (at >= this.#slots.length) this.#grow();
    const slots = this.#slots;
    slots[at] = target;
    slots[at + 1] = code;
    slots[at + 2] = arg;
  }

  /** Takes the earliest event, if it is not later than `untilUs`, into the `popped*` fields; false when there is none. */
  pop(untilUs = Number.POSITIVE_INFINITY): boolean {
    const heap = this.#heap;
    if (heap.size === 0 || heap.first > untilUs) return false;
    const slots = this.#slots;
    const at = WIDTH * heap.slot;
    this.poppedTimeUs = heap.first;
    this.#poppedOrder = heap.second;
    this.poppedTarget = slots[at]!;
    this.poppedCode = slots[at + 1]!;
    this.poppedArg = slots[at + 2]!;
    heap.pop();
    return true;
  }

  #grow(): void {
    const slots = new Int32Array(WIDTH * this.#heap.room);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}
