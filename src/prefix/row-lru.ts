/**
 * One least-recently-used list per endpoint row, all in shared typed arrays. An item is a stretch of blocks that became
 * recent together, its first block the oldest: an extent, or blank blocks that nobody will look up. It knows extents as
 * numbers only; what they are belongs to the index above.
 *
 *   item   extent   number of the extent, or BLANK
 *          row      whose list it is in
 *          count    blocks
 *          older, newer   neighbours in the list
 *
 *   row    oldest, newest   ends of its list
 *          size             blocks in it
 *
 * Items that are not in use queue through `newer`.
 */
import { grown, IdTable, mixWords } from './id-table.ts';

const NONE = -1;
/** Extent of an item that stands for blocks that nobody will look up. */
const BLANK = -2;

/** LRU lists by row. */
export class RowLru {
  #extent = new Int32Array(0);
  #row = new Int32Array(0);
  #count = new Int32Array(0);
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #items = 0;
  #unused = NONE;
  /** Items by extent and row. */
  readonly #table = new IdTable();
  #oldest = new Int32Array(0);
  #newest = new Int32Array(0);
  #size = new Int32Array(0);

  /** Memory, bytes. */
  get bytes(): number {
    const perRow = this.#oldest.byteLength + this.#newest.byteLength + this.#size.byteLength;
    return 5 * this.#extent.byteLength + perRow + this.#table.bytes;
  }

  /** Blocks in the row's list. */
  size(row: number): number {
    return this.#size[row] ?? 0;
  }

  /** Makes an extent the row's most recent one; false when it is not in the list. */
  touch(row: number, extent: number): boolean {
    const item = this.#find(row, extent);
    if (item === NONE) return false;
    if (this.#newest[row] !== item) {
      this.#unlink(row, item);
      this.#linkNewest(row, item);
    }
    return true;
  }

  /** Adds an extent that is not in the list as its most recent one. */
  add(row: number, extent: number, blocks: number): void {
    this.#needRow(row);
    const item = this.#make(row, extent, blocks);
    this.#size[row] = this.#size[row]! + blocks;
    this.#linkNewest(row, item);
  }

  /** Adds blocks that nobody will look up as the row's most recent ones. */
  addBlank(row: number, blocks: number): void {
    this.#needRow(row);
    this.#size[row] = this.#size[row]! + blocks;
    const newest = this.#newest[row]!;
    if (newest !== NONE && this.#extent[newest] === BLANK)
      this.#count[newest] = this.#count[newest]! + blocks;
    else this.#linkNewest(row, this.#make(row, BLANK, blocks));
  }

  /** Drops up to `most` of the row's oldest blocks if they are blank; returns how many. */
  dropBlank(row: number, most: number): number {
    const item = this.#oldest[row] ?? NONE;
    if (item === NONE || this.#extent[item] !== BLANK) return 0;
    const dropped = Math.min(most, this.#count[item]!);
    this.#count[item] = this.#count[item]! - dropped;
    this.#size[row] = this.#size[row]! - dropped;
    if (this.#count[item] === 0) this.#remove(row, item);
    return dropped;
  }

  /** The row's oldest extent. The list must not be empty, and not begin with blank blocks. */
  oldest(row: number): number {
    return this.#extent[this.#oldest[row]!]!;
  }

  /** Drops the row's oldest extent. */
  dropOldest(row: number): void {
    const item = this.#oldest[row]!;
    this.#size[row] = this.#size[row]! - this.#count[item]!;
    this.#remove(row, item);
  }

  /** `extent` was cut: its first `blocks` blocks are the extent `upper` now. Rows that do not list it are left alone. */
  cut(row: number, extent: number, upper: number, blocks: number): void {
    const item = this.#find(row, extent);
    if (item === NONE) return;
    this.#count[item] = this.#count[item]! - blocks;
    const made = this.#make(row, upper, blocks);
    const older = this.#older[item]!;
    this.#older[made] = older;
    this.#newer[made] = item;
    this.#older[item] = made;
    if (older === NONE) this.#oldest[row] = made;
    else this.#newer[older] = made;
  }

  /** Whether `extent` comes right after `upper` in the row's list, or neither is in it. */
  isAfter(row: number, upper: number, extent: number): boolean {
    const item = this.#find(row, upper);
    const next = this.#find(row, extent);
    return item === NONE ? next === NONE : next !== NONE && this.#newer[item] === next;
  }

  /** Undoes the cut of `upper` from what comes right after it in the list (`isAfter`), if the row lists them. */
  join(row: number, upper: number): void {
    const item = this.#find(row, upper);
    if (item === NONE) return;
    const next = this.#newer[item]!;
    this.#count[next] = this.#count[next]! + this.#count[item]!;
    this.#remove(row, item);
  }

  #remove(row: number, item: number): void {
    const extent = this.#extent[item]!;
    this.#unlink(row, item);
    if (extent !== BLANK) this.#table.remove(mixWords(extent, row), item);
    this.#extent[item] = NONE;
    this.#newer[item] = this.#unused;
    this.#unused = item;
  }

  #find(row: number, extent: number): number {
    const hash = mixWords(extent, row);
    for (let at = this.#table.first(hash); at >= 0; at = this.#table.next(at, hash)) {
      const item = this.#table.idAt(at);
      if (this.#extent[item] === extent && this.#row[item] === row) return item;
    }
    return NONE;
  }

  #make(row: number, extent: number, blocks: number): number {
    let item = this.#unused;
    if (item !== NONE) this.#unused = this.#newer[item]!;
    else item = this.#grow();
    this.#extent[item] = extent;
    this.#row[item] = row;
    this.#count[item] = blocks;
    if (extent !== BLANK) this.#table.insert(mixWords(extent, row), item);
    return item;
  }

  #grow(): number {
    const item = this.#items;
    this.#items += 1;
    this.#extent = grown(this.#extent, this.#items);
    this.#row = grown(this.#row, this.#items);
    this.#count = grown(this.#count, this.#items);
    this.#older = grown(this.#older, this.#items);
    this.#newer = grown(this.#newer, this.#items);
    return item;
  }

  #unlink(row: number, item: number): void {
    const older = this.#older[item]!;
    const newer = this.#newer[item]!;
    if (older === NONE) this.#oldest[row] = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest[row] = older;
    else this.#older[newer] = older;
  }

  #linkNewest(row: number, item: number): void {
    const older = this.#newest[row]!;
    this.#older[item] = older;
    this.#newer[item] = NONE;
    if (older === NONE) this.#oldest[row] = item;
    else this.#newer[older] = item;
    this.#newest[row] = item;
  }

  #needRow(row: number): void {
    const length = this.#size.length;
    if (row < length) return;
    this.#size = grown(this.#size, row + 1);
    this.#oldest = grown(this.#oldest, row + 1).fill(NONE, length);
    this.#newest = grown(this.#newest, row + 1).fill(NONE, length);
  }
}
