/**
 * One least-recently-used list of block entries per endpoint row, all in shared typed arrays. It knows entries as
 * numbers only; what an entry is belongs to the index above.
 */
import { grown, IdTable, mixWords } from './id-table.ts';

const NONE = -1;
/** Entry of a node that stands for a run of blocks nobody will look up. */
const BLANK = -2;

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
  /** Length of the run, for BLANK nodes. */
  #count = new Int32Array(0);
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
    return 5 * this.#entry.byteLength + perRow + this.#table.bytes;
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

  /** Adds `count` blocks that nobody will look up as the row's most recent ones. */
  addBlank(row: number, count: number): void {
    this.#needRow(row);
    this.#hint = NONE;
    this.#size[row] = this.#size[row]! + count;
    const newest = this.#newest[row]!;
    if (newest !== NONE && this.#entry[newest] === BLANK) {
      this.#count[newest] = this.#count[newest]! + count;
      return;
    }
    const node = this.#newNode();
    this.#entry[node] = BLANK;
    this.#row[node] = row;
    this.#count[node] = count;
    this.#linkNewest(row, node);
  }

  /** Drops up to `most` of the row's oldest blocks if nobody will look them up; returns how many. */
  evictBlank(row: number, most: number): number {
    const node = this.#oldest[row]!;
    if (node === NONE || this.#entry[node] !== BLANK) return 0;
    const dropped = Math.min(most, this.#count[node]!);
    this.#count[node] = this.#count[node]! - dropped;
    this.#size[row] = this.#size[row]! - dropped;
    if (this.#count[node] === 0) {
      this.#unlink(row, node);
      this.#free(node);
    }
    return dropped;
  }

  /** Drops the row's oldest entry and returns it. The list must not be empty, and not begin with blank blocks. */
  evictOldest(row: number): number {
    const node = this.#oldest[row]!;
    const entry = this.#entry[node]!;
    this.#unlink(row, node);
    this.#size[row] = this.#size[row]! - 1;
    this.#table.remove(pairHash(entry, row), node);
    this.#free(node);
    return entry;
  }

  #free(node: number): void {
    this.#entry[node] = NONE;
    this.#newer[node] = NONE;
    if (this.#freeLast === NONE) this.#freeFirst = node;
    else this.#newer[this.#freeLast] = node;
    this.#freeLast = node;
    this.#hint = NONE;
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
    const node = this.#newNode();
    this.#entry[node] = entry;
    this.#row[node] = row;
    this.#size[row] = this.#size[row]! + 1;
    this.#table.insert(pairHash(entry, row), node);
    return node;
  }

  #newNode(): number {
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
      this.#count = grown(this.#count, this.#nodes);
    }
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
