/**
 * The pending set: a binary min-heap of rows in one array of numbers, ordered by (time, phase, target, sequence). What an event says
 * stays in its slot while the heap sifts: three neighbouring numbers move a level, and not all that is known of it.
 *
 *   row i of the heap   [3 i]      time, µs
 *                       [3 i + 1]  order: (phase * 2^18 + target) * 2^31 + sequence; one comparison after time
 *                       [3 i + 2]  slot in which the rest stands; beyond the heap's size: a slot that is free
 *
 *   slot s              [3 s]      target: component that receives the event, below 2^18
 *                       [3 s + 1]  code: what it means to that component
 *                       [3 s + 2]  arg: its argument, a whole number below 2^31 (a request, a row, a generation stamp)
 *
 * Sequence is given at scheduling, so a component gets its events of one (time, phase) first come, first served. Components
 * take turns by number and not by who was scheduled first: that would differ between fast-forward and step-by-step runs.
 * Nothing is ever removed from the middle: cancelled events carry a stale stamp and are ignored by their component.
 */
import { fail } from '../../src/core/check.ts';

const TARGETS = 2 ** 18;
const SEQUENCES = 2 ** 31;
/** Numbers in a row, and in a slot. */
const WIDTH = 3;

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
  /** Events that there is room for: at first those of a few hundred replicas, about two each. */
  #room = 1024;
  #rows = emptyRows(this.#room);
  #slots = new Int32Array(WIDTH * this.#room);

  /** Time of the earliest event in µs, or Infinity. */
  get nextTimeUs(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.#rows[0]!;
  }

  /** Phase of the popped event; read rarely, so it is worked out when it is asked for. */
  get poppedPhase(): number {
    return Math.floor(this.#poppedOrder / (TARGETS * SEQUENCES));
  }

  /** Whether nothing is pending before phase `phase` of time `timeUs`. */
  isQuiet(timeUs: number, phase: number): boolean {
    if (this.size === 0) return true;
    const next = this.#rows[0]!;
    return next > timeUs || (next === timeUs && this.#rows[1]! >= phase * TARGETS * SEQUENCES);
  }

  push(timeUs: number, phase: number, target: number, code: number, arg: number): void {
    if (this.size === this.#room) this.#grow();
    if (target >= TARGETS || this.#sequence === SEQUENCES)
      fail('more components or events than the heap can order');
    if ((arg | 0) !== arg) fail(`an event's argument is a whole number below 2^31, not ${arg}`);
    const rows = this.#rows;
    const slots = this.#slots;
    const order = (phase * TARGETS + target) * SEQUENCES + this.#sequence++;
    let i = this.size++;
    const slot = rows[WIDTH * i + 2]! | 0;
    slots[WIDTH * slot] = target;
    slots[WIDTH * slot + 1] = code;
    slots[WIDTH * slot + 2] = arg;
    while (i > 0) {
      const above = (i - 1) >> 1;
      const from = WIDTH * above;
      const aboveUs = rows[from]!;
      if (aboveUs < timeUs || (aboveUs === timeUs && rows[from + 1]! < order)) break;
      const to = WIDTH * i;
      rows[to] = aboveUs;
      rows[to + 1] = rows[from + 1]!;
      rows[to + 2] = rows[from + 2]!;
      i = above;
    }
    rows[WIDTH * i] = timeUs;
    rows[WIDTH * i + 1] = order;
    rows[WIDTH * i + 2] = slot;
  }

  /** Takes the earliest event, if it is not later than `untilUs`, into the `popped*` fields; false when there is none. */
  pop(untilUs = Number.POSITIVE_INFINITY): boolean {
    const rows = this.#rows;
    if (this.size === 0 || rows[0]! > untilUs) return false;
    const slots = this.#slots;
    const slot = rows[2]! | 0;
    this.poppedTimeUs = rows[0]!;
    this.#poppedOrder = rows[1]!;
    this.poppedTarget = slots[WIDTH * slot]!;
    this.poppedCode = slots[WIDTH * slot + 1]!;
    this.poppedArg = slots[WIDTH * slot + 2]!;
    this.size -= 1;
    const end = WIDTH * this.size;
    const lastUs = rows[end]!;
    const lastOrder = rows[end + 1]!;
    const lastSlot = rows[end + 2]!;
    rows[end + 2] = slot;
    if (end === 0) return true;
    let to = 0;
    for (let from = WIDTH; from < end; from = 2 * from + WIDTH) {
      let lowUs = rows[from]!;
      const right = from + WIDTH;
      if (right < end) {
        const rightUs = rows[right]!;
        if (rightUs < lowUs || (rightUs === lowUs && rows[right + 1]! < rows[from + 1]!)) {
          from = right;
          lowUs = rightUs;
        }
      }
      if (lastUs < lowUs || (lastUs === lowUs && lastOrder < rows[from + 1]!)) break;
      rows[to] = lowUs;
      rows[to + 1] = rows[from + 1]!;
      rows[to + 2] = rows[from + 2]!;
      to = from;
    }
    rows[to] = lastUs;
    rows[to + 1] = lastOrder;
    rows[to + 2] = lastSlot;
    return true;
  }

  #grow(): void {
    const rows = emptyRows(2 * this.#room);
    rows.set(this.#rows);
    const slots = new Int32Array(rows.length);
    slots.set(this.#slots);
    this.#room *= 2;
    this.#rows = rows;
    this.#slots = slots;
  }
}

/** Rows of a heap without events: each has its own slot. */
function emptyRows(room: number): Float64Array<ArrayBuffer> {
  const rows = new Float64Array(WIDTH * room);
  for (let i = 0; i < room; i++) rows[WIDTH * i + 2] = i;
  return rows;
}
