/**
 * An open-addressing table from 32-bit hashes to ids, with linear probing and no tombstones. It stores hashes and
 * ids only; whoever owns the ids keeps the keys and compares them:
 *
 *   for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) if (keys match table.idAt(at)) ...
 */

const FREE = -1;

/** Ids by hash; several ids may share one hash. */
export class IdTable {
  /** Slot s is the pair (id or FREE, hash) at 2s, so that a probe touches one cache line. */
  #slots: Int32Array;
  /** Slots minus one; slots are a power of two. */
  #mask: number;
  #count = 0;

  constructor(slots = 64) {
    this.#slots = new Int32Array(2 * slots).fill(FREE);
    this.#mask = slots - 1;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** First slot that holds an id with that hash, or -1. */
  first(hash: number): number {
    return this.#seek(hash & this.#mask, hash);
  }

  /** Next slot after `at` that holds an id with that hash, or -1. */
  next(at: number, hash: number): number {
    return this.#seek((at + 1) & this.#mask, hash);
  }

  idAt(at: number): number {
    return this.#slots[2 * at]!;
  }

  /** Adds an id that is not in the table. */
  insert(hash: number, id: number): void {
    this.#count += 1;
    // Two thirds full: linear probing stays short and growth is rare.
    if (3 * this.#count > 2 * (this.#mask + 1)) this.#grow();
    this.#place(hash, id);
  }

  /** Removes an id that was inserted under `hash`. */
  remove(hash: number, id: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let hole = hash & mask;
    while (slots[2 * hole] !== id) hole = (hole + 1) & mask;
    this.#count -= 1;
    // Shift later members of the cluster back, so that no probe meets a gap before its id.
    for (let at = (hole + 1) & mask; slots[2 * at] !== FREE; at = (at + 1) & mask) {
      const home = slots[2 * at + 1]! & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[2 * hole] = slots[2 * at]!;
      slots[2 * hole + 1] = slots[2 * at + 1]!;
      hole = at;
    }
    slots[2 * hole] = FREE;
  }

  #seek(from: number, hash: number): number {
    const slots = this.#slots;
    for (let at = from; slots[2 * at] !== FREE; at = (at + 1) & this.#mask) {
      if (slots[2 * at + 1] === hash) return at;
    }
    return -1;
  }

  #place(hash: number, id: number): void {
    let at = hash & this.#mask;
    while (this.#slots[2 * at] !== FREE) at = (at + 1) & this.#mask;
    this.#slots[2 * at] = id;
    this.#slots[2 * at + 1] = hash;
  }

  #grow(): void {
    const slots = this.#slots;
    this.#slots = new Int32Array(2 * slots.length).fill(FREE);
    this.#mask = slots.length - 1;
    for (let at = 0; at < slots.length; at += 2)
      if (slots[at] !== FREE) this.#place(slots[at + 1]!, slots[at]!);
  }
}

/** Mixes two words into a hash whose low bits are fit for a table (the finalizer of MurmurHash3). */
export function mixWords(a: number, b: number): number {
  let h = (a ^ Math.imul(b, 0x9e3779b1)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A copy of `old` that holds at least `length` items, doubling so that growth stays linear overall. */
export function grown(old: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= old.length) return old;
  const wide = new Int32Array(Math.max(64, 2 * old.length, length));
  wide.set(old);
  return wide;
}
