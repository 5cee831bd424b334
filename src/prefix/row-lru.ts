/**
 * One least-recently-used list of block entries per endpoint row, all in shared typed arrays. It knows entries as
 * numbers only; what an entry is belongs to the index above.
 */
import { grown, IdTable, mixWords } from './id-table.ts';

const NONE = -1;

/** LRU lists by row. */
export class RowLru {
  /**
   * Per node: its entry (NONE: free), row, and neighbours in the row's list. Free nodes form a queue through #newer, so
   * that a chain's nodes are reused in the order in which they were freed and stay together in memory.
   */
  #entry = new Int32Array(0);
  #row = new Int32Array(0);
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #nodes = 0;
  #freeFirst = NONE;
  #freeLast = NONE;
  /** Nodes by (entry, row). */
  readonly #table = new IdTable();
  /** Per row: ends of the list and its length. */
  #oldest = new Int32Array(0);
  #newest = new Int32Array(0);
  #size = new Int32Array(0);
  /** Node expected next: the newer neighbour of the one touched last, since chains are touched in order. */
  #hint = NONE;

  get bytes(): number {
    const perRow = this.#oldest.byteLength + this.#newest.byteLength + this.#size.byteLength;
    return 4 * this.#entry.byteLength + perRow + this.#table.bytes;
  }

  /** Entries in the row's list. */
  size(row: number): number {
    return this.#size[row] ?? 0;
  }

  /** Makes the entry the row's most recent one; true when it was not in the list. */
  touch(row: number, entry: number): boolean {
    this.#needRow(row);
    const hint = this.#hint;
    const expected = hint !== NONE && this.#entry[hint] === entry && this.#row[hint] === row;
    let node = expected ? hint : this.#find(row, entry);
    const added = node === NONE;
    if (added) {
      this.#hint = NONE;
      node = this.#add(row, entry);
    } else {
      this.#hint = this.#newer[node]!;
      if (this.#hint === NONE) return false;
      this.#unlink(row, node);
    }
    this.#linkNewest(row, node);
    return added;
  }

  /** Drops the row's oldest entry and returns it. The list must not be empty. */
  evictOldest(row: number): number {
    const node = this.#oldest[row]!;
    const entry = this.#entry[node]!;
    this.#unlink(row, node);
    this.#size[row] = this.#size[row]! - 1;
    this.#table.remove(pairHash(entry, row), node);
    this.#entry[node] = NONE;
    this.#newer[node] = NONE;
    if (this.#freeLast === NONE) this.#freeFirst = node;
    else this.#newer[this.#freeLast] = node;
    this.#freeLast = node;
    this.#hint = NONE;
    return entry;
  }

  #find(row: number, entry: number): number {
    const hash = pairHash(entry, row);
    for (let at = this.#table.first(hash); at >= 0; at = this.#table.next(at, hash)) {
      const node = this.#table.idAt(at);
      if (this.#entry[node] === entry && this.#row[node] === row) return node;
    }
    return NONE;
  }

  #add(row: number, entry: number): number {
    let node = this.#freeFirst;
    if (node !== NONE) {
      this.#freeFirst = this.#newer[node]!;
      if (this.#freeFirst === NONE) this.#freeLast = NONE;
    } else {
      node = this.#nodes;
      this.#nodes += 1;
      this.#entry = grown(this.#entry, this.#nodes);
      this.#row = grown(this.#row, this.#nodes);
      this.#older = grown(this.#older, this.#nodes);
      this.#newer = grown(this.#newer, this.#nodes);
    }
    this.#entry[node] = entry;
    this.#row[node] = row;
    this.#size[row] = this.#size[row]! + 1;
    this.#table.insert(pairHash(entry, row), node);
    return node;
  }

  #unlink(row: number, node: number): void {
    const older = this.#older[node]!;
    const newer = this.#newer[node]!;
    if (older === NONE) this.#oldest[row] = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest[row] = older;
    else this.#older[newer] = older;
  }

  #linkNewest(row: number, node: number): void {
    const older = this.#newest[row]!;
    this.#older[node] = older;
    this.#newer[node] = NONE;
    if (older === NONE) this.#oldest[row] = node;
    else this.#newer[older] = node;
    this.#newest[row] = node;
  }

  #needRow(row: number): void {
    const length = this.#size.length;
    if (row < length) return;
    this.#size = grown(this.#size, row + 1);
    this.#oldest = grown(this.#oldest, row + 1).fill(NONE, length);
    this.#newest = grown(this.#newest, row + 1).fill(NONE, length);
  }
}

/** Entries of a chain are numbered in order: eight neighbours share a cache line of the table. */
function pairHash(entry: number, row: number): number {
  return (mixWords(entry >>> 3, row) << 3) | (entry & 7);
}
