/**
 * The pending set: a binary min-heap in struct-of-arrays form, ordered by (time, phase, target, sequence). What an event says stays in
 * its slot while the heap sifts: three numbers move a level, and not all that is known of it.
 *
 *   index i of the heap    0                 1 ...
 *   time      Float64      µs
 *   order     Float64      (phase * 2^18 + target) * 2^31 + sequence: one comparison after time
 *   slot      Int32        where the rest stands; beyond the heap's size: slots that are free
 *
 *   slot s                 0                 1 ...
 *   target    Int32        component that receives the event, below 2^18
 *   code      Int32        what it means to that component
 *   arg       Float64      its argument (a request, a row, a generation stamp)
 *
 * Sequence is given at scheduling, so a component gets its events of one (time, phase) first come, first served. Components
 * take turns by number and not by who was scheduled first: that would differ between fast-forward and step-by-step runs.
 * Nothing is ever removed from the middle: cancelled events carry a stale stamp and are ignored by their component.
 */
import { fail } from '../../src/core/check.ts';

const TARGETS = 2 ** 18;
const SEQUENCES = 2 ** 31;

/** Pending events. After `pop`, the popped event stands in the `popped*` fields. */
export class EventHeap {
  /** Events pending. */
  size = 0;
  poppedTimeUs = 0;
  poppedTarget = 0;
  poppedCode = 0;
  poppedArg = 0;
  #poppedOrder = 0;
  #sequence = 0;
  // 1,024 slots hold the events of a few hundred replicas (about two each) before the first doubling.
  #time = new Float64Array(1024);
  #order = new Float64Array(1024);
  #slot = Int32Array.from({ length: 1024 }, (_, i) => i);
  #target = new Int32Array(1024);
  #code = new Int32Array(1024);
  #arg = new Float64Array(1024);

  /** Time of the earliest event in µs, or Infinity. */
  get nextTimeUs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#time[0]!;
  }

  /** Phase of the popped event; read rarely, so it is worked out when it is asked for. */
  get poppedPhase(): number {
    return Math.floor(this.#poppedOrder / (TARGETS * SEQUENCES));
  }

  /** Whether nothing is pending before phase `phase` of time `timeUs`. */
  isQuiet(timeUs: number, phase: number): boolean {
    if (this.size === 0) return true;
    const next = this.#time[0]!;
    return next > timeUs || (next === timeUs && this.#order[0]! >= phase * TARGETS * SEQUENCES);
  }

  push(timeUs: number, phase: number, target: number, code: number, arg: number): void {
    if (this.size === this.#time.length) this.#grow();
    const time = this.#time;
    const order = this.#order;
    const slot = this.#slot;
    if (target >= TARGETS || this.#sequence === SEQUENCES)
      fail('more components or events than the heap can order');
    const key = (phase * TARGETS + target) * SEQUENCES + this.#sequence++;
    let i = this.size++;
    const own = slot[i]!;
    this.#target[own] = target;
    this.#code[own] = code;
    this.#arg[own] = arg;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const parentTime = time[parent]!;
      if (parentTime < timeUs || (parentTime === timeUs && order[parent]! < key)) break;
      time[i] = parentTime;
      order[i] = order[parent]!;
      slot[i] = slot[parent]!;
      i = parent;
    }
    time[i] = timeUs;
    order[i] = key;
    slot[i] = own;
  }

  /** Takes the earliest event, if it is not later than `untilUs`, into the `popped*` fields; false when there is none. */
  pop(untilUs = Number.POSITIVE_INFINITY): boolean {
    const time = this.#time;
    if (this.size === 0 || time[0]! > untilUs) return false;
    const order = this.#order;
    const slot = this.#slot;
    const own = slot[0]!;
    this.poppedTimeUs = time[0]!;
    this.poppedTarget = this.#target[own]!;
    this.poppedCode = this.#code[own]!;
    this.poppedArg = this.#arg[own]!;
    this.#poppedOrder = order[0]!;
    const last = --this.size;
    const lastTime = time[last]!;
    const lastOrder = order[last]!;
    const lastSlot = slot[last]!;
    slot[last] = own;
    if (last === 0) return true;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= last) break;
      let childTime = time[child]!;
      const right = child + 1;
      if (right < last) {
        const rightTime = time[right]!;
        if (rightTime < childTime || (rightTime === childTime && order[right]! < order[child]!)) {
          child = right;
          childTime = rightTime;
        }
      }
      if (lastTime < childTime || (lastTime === childTime && lastOrder < order[child]!)) break;
      time[i] = childTime;
      order[i] = order[child]!;
      slot[i] = slot[child]!;
      i = child;
    }
    time[i] = lastTime;
    order[i] = lastOrder;
    slot[i] = lastSlot;
    return true;
  }

  #grow(): void {
    const length = this.#time.length * 2;
    const wide = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const array = new Float64Array(length);
      array.set(old);
      return array;
    };
    const wideInt = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const array = Int32Array.from({ length }, (_, i) => i);
      array.set(old);
      return array;
    };
    this.#time = wide(this.#time);
    this.#order = wide(this.#order);
    this.#slot = wideInt(this.#slot);
    this.#target = wideInt(this.#target);
    this.#code = wideInt(this.#code);
    this.#arg = wide(this.#arg);
  }
}
