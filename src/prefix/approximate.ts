/**
 * The approximate prefix index: which endpoints were lately sent which blocks, judged by the router's own dispatches
 * and nothing else. Per endpoint row an LRU of block keys, whose capacity stays what it was at the row's first write;
 * per key the set of rows that hold it. Source: router specification 4.1.
 *
 * Kept by extents, stretches of blocks with the same history, in place of single blocks: what a request costs grows with
 * the number of other prompts it shares parts with and not with its length. The per-block reference in
 * test/prefix/approximate.test.ts proves the answers equal. Keys must be chained: a key stands for its block and all
 * before it.
 *
 * Upstream leaves ghosts when one request has more blocks than the row's capacity: the request's own first keys fall
 * out of the LRU, yet the row is noted as holding all of them, and no later eviction takes that back unless the key is
 * written and evicted again. That is kept by default, since production does it; `keepGhosts: false` mends it.
 */
import { assert } from '../core/check.ts';
import { ExtentTree, NONE, ROOT } from './extent-tree.ts';
import { EMPTY_SET, HolderSets } from './holder-sets.ts';
import { grown } from './id-table.ts';
import { RowLru } from './row-lru.ts';

/** Router blocks are never smaller than this, whatever the metric or the configuration says. */
export const MIN_BLOCK_SIZE_TOKENS = 64;

/**
 * Block size of the approximate index: the metric of the first candidate when auto-tuning (0: unknown), else what is
 * configured, and at least 64 tokens.
 */
export function approximateBlockSize(
  autoTune: boolean,
  metricTokens: number,
  configuredTokens: number,
): number {
  const wanted = autoTune && metricTokens > 0 ? metricTokens : configuredTokens;
  return Math.max(MIN_BLOCK_SIZE_TOKENS, wanted);
}

/** Id in place of a holder set for an extent that is not in use. */
const NO_SET = -1;

/** Block keys by endpoint row. Keys are pairs of 32-bit words, low lane first. */
export class ApproximateIndex {
  readonly #keepGhosts: boolean;
  readonly #tree = new ExtentTree();
  readonly #sets = new HolderSets();
  readonly #lru = new RowLru();
  /** Per extent: the set of rows that hold it. An extent that none holds stays while others follow it. */
  #set = new Int32Array(0);
  /** Per row: LRU capacity in blocks, 0 before the first write, and the number of keys whose set has the row. */
  #capacity = new Int32Array(0);
  #held = new Int32Array(0);
  #blocks = 0;
  /** Scratch: rows of a set. */
  #rows = new Int32Array(0);
  /** Extents without a holder, to be freed once a request is inserted. */
  readonly #orphans: number[] = [];

  constructor(options: { readonly keepGhosts: boolean } = { keepGhosts: true }) {
    this.#keepGhosts = options.keepGhosts;
  }

  /** Number of distinct keys held by some row. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Memory of the index, bytes. */
  get bytes(): number {
    const perRow = this.#capacity.byteLength + this.#held.byteLength + this.#rows.byteLength;
    return this.#tree.bytes + this.#set.byteLength + perRow + this.#sets.bytes + this.#lru.bytes;
  }

  /** Keys noted as held by the row, ghosts included. */
  heldBy(row: number): number {
    return this.#held[row] ?? 0;
  }

  /**
   * Walks the keys from the first to the first that no row holds, and sets counts[row] to the number of walked keys
   * that the row holds (not necessarily a run from block 0: upstream's quirk). Returns the number walked. `counts`
   * has an item for every row ever inserted. Recency is left alone.
   */
  match(keys: Uint32Array, counts: Float64Array): number {
    counts.fill(0);
    const tree = this.#tree;
    const blocks = keys.length >>> 1;
    let at = 0;
    for (let extent = ROOT; at < blocks; ) {
      extent = tree.find(extent, keys, at);
      if (extent === NONE || this.#set[extent] === EMPTY_SET) break;
      const same = tree.common(extent, keys, at);
      this.#sets.addTo(counts, this.#set[extent]!, same);
      at += same;
      if (same < tree.length(extent)) break;
    }
    return at;
  }

  /**
   * Notes that the row was sent these blocks, and after them `blankBlocks` more that no request will ever look up: those
   * take room in the row's LRU like any other. `capacityBlocks` counts only at the row's first write.
   */
  insert(row: number, keys: Uint32Array, capacityBlocks: number, blankBlocks = 0): void {
    this.#needRow(row);
    if (this.#capacity[row] === 0) {
      assert(capacityBlocks >= 1, `LRU capacity of row ${row} is ${capacityBlocks} blocks`);
      this.#capacity[row] = Math.floor(capacityBlocks);
    }
    const blocks = keys.length >>> 1;
    const last = this.#makeRecent(row, keys);
    if (blankBlocks > 0) {
      this.#lru.addBlank(row, blankBlocks);
      this.#makeRoom(row);
    }
    const first = this.#keepGhosts ? 0 : blocks + blankBlocks - this.#capacity[row]!;
    this.#hold(row, last, blocks, first);
    this.#freeOrphans();
  }

  /** Forgets an endpoint: its LRU, its keys, ghosts included, and its capacity. */
  removeRow(row: number): void {
    if (row >= this.#capacity.length) return;
    this.#evict(row, this.#lru.size(row));
    if (this.#held[row]! > 0) {
      for (let extent = 0; extent < this.#tree.size; extent++) {
        if (this.#set[extent]! !== NO_SET) this.#drop(row, extent);
      }
    }
    this.#capacity[row] = 0;
    this.#freeOrphans();
  }

  /** Makes the blocks the row's most recent ones, first to last, evicting what no longer fits; returns the last extent. */
  #makeRecent(row: number, keys: Uint32Array): number {
    const tree = this.#tree;
    const blocks = keys.length >>> 1;
    let parent = ROOT;
    for (let at = 0; at < blocks; ) {
      let extent = tree.find(parent, keys, at);
      if (extent === NONE) {
        extent = tree.add(parent, keys, at);
        this.#set = grown(this.#set, tree.size);
        this.#set[extent] = EMPTY_SET;
      } else {
        const same = tree.common(extent, keys, at);
        if (same < tree.length(extent)) extent = this.#cut(row, extent, same);
      }
      at += tree.length(extent);
      // Whether the row has an extent is asked when its turn comes: the blocks before it may just have pushed it out.
      if (!this.#lru.touch(row, extent)) {
        this.#lru.add(row, extent, tree.length(extent));
        this.#makeRoom(row);
      }
      parent = extent;
    }
    return parent;
  }

  /** Notes the row as a holder of the chain that ends with `last` and is `blocks` long, from block `first` on. */
  #hold(row: number, last: number, blocks: number, first: number): void {
    const tree = this.#tree;
    let at = blocks;
    for (let extent = last; extent !== ROOT; extent = tree.parent(extent)) {
      at -= tree.length(extent);
      // With more blocks than the row has room for, eviction has cut the chain just where the rest begins.
      if (at < first) return;
      const set = this.#set[extent]!;
      if (!this.#sets.has(set, row)) {
        if (set === EMPTY_SET) this.#blocks += tree.length(extent);
        this.#set[extent] = this.#sets.toggle(set, row);
        this.#held[row] = this.#held[row]! + tree.length(extent);
      }
    }
    for (let extent = last; extent !== ROOT; extent = tree.parent(extent)) while (this.#rejoin(row, extent));
  }

  #makeRoom(row: number): void {
    const excess = this.#lru.size(row) - this.#capacity[row]!;
    if (excess > 0) this.#evict(row, excess);
  }

  #evict(row: number, blocks: number): void {
    const lru = this.#lru;
    let left = blocks;
    while (left > 0) {
      const blank = lru.dropBlank(row, left);
      left -= blank;
      if (blank > 0) continue;
      let extent = lru.oldest(row);
      if (this.#tree.length(extent) > left) extent = this.#cut(row, extent, left);
      left -= this.#tree.length(extent);
      lru.dropOldest(row);
      this.#drop(row, extent);
      if (this.#set[extent] === EMPTY_SET) this.#orphans.push(extent);
    }
  }

  #drop(row: number, extent: number): void {
    const set = this.#set[extent]!;
    if (!this.#sets.has(set, row)) return;
    const left = this.#sets.toggle(set, row);
    const length = this.#tree.length(extent);
    this.#set[extent] = left;
    this.#held[row] = this.#held[row]! - length;
    if (left !== EMPTY_SET) return;
    this.#blocks -= length;
    this.#orphans.push(extent);
  }

  /** Cuts an extent in the tree and in all lists; returns the new extent of its first `blocks` blocks. */
  #cut(row: number, extent: number, blocks: number): number {
    const upper = this.#tree.cut(extent, blocks);
    const set = this.#set[extent]!;
    this.#set = grown(this.#set, this.#tree.size);
    this.#set[upper] = set;
    if (set !== EMPTY_SET) this.#sets.keep(set);
    const holders = this.#sets.rowsOf(set, this.#rows);
    for (let i = 0; i < holders; i++) this.#lru.cut(this.#rows[i]!, extent, upper, blocks);
    // The row that is being written lists the extent before it is noted as a holder.
    if (!this.#sets.has(set, row)) this.#lru.cut(row, extent, upper, blocks);
    return upper;
  }

  /** Takes back a cut that separates nothing any more; false when there is none before the extent. */
  #rejoin(row: number, extent: number): boolean {
    const tree = this.#tree;
    const lru = this.#lru;
    const upper = tree.parent(extent);
    const set = this.#set[extent]!;
    if (!tree.isCut(extent) || this.#set[upper] !== set || !lru.isAfter(row, upper, extent)) return false;
    const holders = this.#sets.rowsOf(set, this.#rows);
    for (let i = 0; i < holders; i++) if (!lru.isAfter(this.#rows[i]!, upper, extent)) return false;
    for (let i = 0; i < holders; i++) lru.join(this.#rows[i]!, upper);
    tree.join(extent);
    this.#sets.drop(set);
    this.#set[upper] = NO_SET;
    return true;
  }

  #freeOrphans(): void {
    const tree = this.#tree;
    for (let orphan = this.#orphans.pop(); orphan !== undefined; orphan = this.#orphans.pop()) {
      let extent = orphan;
      while (extent !== ROOT && this.#set[extent] === EMPTY_SET && tree.children(extent) === 0) {
        const parent = tree.parent(extent);
        tree.remove(extent);
        this.#set[extent] = NO_SET;
        extent = parent;
      }
    }
  }

  #needRow(row: number): void {
    if (row < this.#capacity.length) return;
    this.#capacity = grown(this.#capacity, row + 1);
    this.#held = grown(this.#held, row + 1);
    this.#rows = grown(this.#rows, row + 1);
  }
}
