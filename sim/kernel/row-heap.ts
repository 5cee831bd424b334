/**
 * A binary min-heap of numbered slots, ordered by two numbers: all of it is one array, so that what moves a level stands side by
 * side, and nothing is an object. What a slot stands for is its owner's: slots are whole numbers from 0 up, and are given again
 * once they are free.
 *
 *   row i   [3 i]      first number of the order
 *           [3 i + 1]  second one, which decides between equals
 *           [3 i + 2]  slot; beyond the heap's size: a slot that is free
 */

/** Numbers in a row. */
const WIDTH = 3;

export class RowHeap {
  size = 0;
  /** Slots that there are, taken or free; doubles when all are taken. */
  room: number;
  #rows: Float64Array<ArrayBuffer>;

  constructor(room: number) {
    this.room = room;
    this.#rows = emptyRows(room);
  }

  /** Of the row that comes first; meaningless when there is none. */
  get first(): number {
    return this.#rows[0]!;
  }

  get second(): number {
    return this.#rows[1]!;
  }

  get slot(): number {
    return this.#rows[2]! | 0;
  }

  /** Adds a row; returns its slot. */
  push(first: number, second: number): number {
    if (this.size === this.room) this.#grow();
    const rows = this.#rows;
    let i = this.size++;
    const slot = rows[WIDTH * i + 2]!;
    while (i > 0) {
      const above = (i - 1) >> 1;
      const from = WIDTH * above;
      const other = rows[from]!;
      if (other < first || (other === first && rows[from + 1]! <= second)) break;
      const to = WIDTH * i;
      rows[to] = other;
      rows[to + 1] = rows[from + 1]!;
      rows[to + 2] = rows[from + 2]!;
      i = above;
    }
    const to = WIDTH * i;
    rows[to] = first;
    rows[to + 1] = second;
    rows[to + 2] = slot;
    return slot | 0;
  }

  /** Takes the row away that comes first; its slot is free. */
  pop(): void {
    const rows = this.#rows;
    this.size -= 1;
    const end = WIDTH * this.size;
    const slot = rows[2]!;
    const first = rows[end]!;
    const second = rows[end + 1]!;
    const lastSlot = rows[end + 2]!;
    rows[end + 2] = slot;
    if (end === 0) return;
    let to = 0;
    for (let from = WIDTH; from < end; from = 2 * from + WIDTH) {
      let low = rows[from]!;
      const right = from + WIDTH;
      if (right < end) {
        const other = rows[right]!;
        if (other < low || (other === low && rows[right + 1]! < rows[from + 1]!)) {
          from = right;
          low = other;
        }
      }
      if (first < low || (first === low && second <= rows[from + 1]!)) break;
      rows[to] = low;
      rows[to + 1] = rows[from + 1]!;
      rows[to + 2] = rows[from + 2]!;
      to = from;
    }
    rows[to] = first;
    rows[to + 1] = second;
    rows[to + 2] = lastSlot;
  }

  #grow(): void {
    this.room *= 2;
    const rows = emptyRows(this.room);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}

/** Rows of a heap that is empty: each has its own slot. */
function emptyRows(room: number): Float64Array<ArrayBuffer> {
  const rows = new Float64Array(WIDTH * room);
  for (let i = 0; i < room; i++) rows[WIDTH * i + 2] = i;
  return rows;
}
