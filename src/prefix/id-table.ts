/**
 * An open-addressing table from 32-bit hashes to ids, with linear probing and no tombstones. It stores hashes and
 * ids only; whoever owns the ids keeps the keys and compares them while probing:
 *
 *   let at = hash & table.mask;
 *   for (; table.ids[at] !== FREE; at = (at + 1) & table.mask) if (keys match table.ids[at]) ...
 */

/** Marks an unused slot of `ids`. */
export const FREE = -1;

/** Ids by hash; several ids may share one hash. */
export class IdTable {
  /** Id in each slot, or FREE. */
  ids: Int32Array;
  #hashes: Int32Array;
  /** Slots minus one; slots are a power of two. */
  mask: number;
  #count = 0;

  constructor(slots = 64) {
    this.ids = new Int32Array(slots).fill(FREE);
    this.#hashes = new Int32Array(slots);
    this.mask = slots - 1;
  }

  get bytes(): number {
    return this.ids.byteLength + this.#hashes.byteLength;
  }

  /** Adds an id that is not in the table. */
  insert(hash: number, id: number): void {
    this.#count += 1;
    // Two thirds full: linear probing stays short and growth is rare.
    if (3 * this.#count > 2 * (this.mask + 1)) this.#grow();
    this.#place(hash, id);
  }

  /** Removes an id that was inserted under `hash`. */
  remove(hash: number, id: number): void {
    const { ids, mask } = this;
    let hole = hash & mask;
    while (ids[hole] !== id) hole = (hole + 1) & mask;
    this.#count -= 1;
    // Shift later members of the cluster back, so that no probe meets a gap before its id.
    for (let at = (hole + 1) & mask; ids[at] !== FREE; at = (at + 1) & mask) {
      const home = this.#hashes[at]! & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      ids[hole] = ids[at]!;
      this.#hashes[hole] = this.#hashes[at]!;
      hole = at;
    }
    ids[hole] = FREE;
  }

  #place(hash: number, id: number): void {
    let at = hash & this.mask;
    while (this.ids[at] !== FREE) at = (at + 1) & this.mask;
    this.ids[at] = id;
    this.#hashes[at] = hash;
  }

  #grow(): void {
    const ids = this.ids;
    const hashes = this.#hashes;
    this.ids = new Int32Array(2 * ids.length).fill(FREE);
    this.#hashes = new Int32Array(2 * ids.length);
    this.mask = 2 * ids.length - 1;
    for (let at = 0; at < ids.length; at++) if (ids[at] !== FREE) this.#place(hashes[at]!, ids[at]!);
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
