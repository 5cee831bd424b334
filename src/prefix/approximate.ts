/**
 * The approximate prefix index: which endpoints were lately sent which blocks, judged by the router's own dispatches
 * and nothing else. Per endpoint row an LRU of block keys, whose capacity stays what it was at the row's first write;
 * per key the set of rows that hold it. Source: router specification 4.1.
 *
 * Upstream leaves ghosts when one request has more blocks than the row's capacity: the request's own first keys fall
 * out of the LRU, yet the row is noted as holding all of them, and no later eviction takes that back unless the key is
 * written and evicted again. That is kept by default, since production does it; `keepGhosts: false` mends it.
 */
import { assert } from '../core/check.ts';
import { EMPTY_SET, HolderSets } from './holder-sets.ts';
import { grown, IdTable, mixWords } from './id-table.ts';
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

const NONE = -1;

/** Block keys by endpoint row. Keys are pairs of 32-bit words, low lane first. */
export class ApproximateIndex {
  readonly #keepGhosts: boolean;
  /**
   * Per entry: its key, and the id of the set of rows that hold it (NONE: unused). Unused entries form a queue through
   * #keyLo, so that chains are numbered in order again when entries are reused.
   */
  #keyLo = new Int32Array(0);
  #keyHi = new Int32Array(0);
  #set = new Int32Array(0);
  #entries = 0;
  #freeFirst = NONE;
  #freeLast = NONE;
  #live = 0;
  readonly #table = new IdTable();
  readonly #sets = new HolderSets();
  readonly #lru = new RowLru();
  /** Per row: LRU capacity in blocks, 0 before the first write, and the number of keys whose set has the row. */
  #capacity = new Int32Array(0);
  #held = new Int32Array(0);
  /** Entries of the request being inserted. */
  #request = new Int32Array(0);
  /** Entries that lost their last holder while a request is inserted; freed once it is. */
  readonly #orphans: number[] = [];

  constructor(options: { readonly keepGhosts: boolean } = { keepGhosts: true }) {
    this.#keepGhosts = options.keepGhosts;
  }

  /** Number of distinct keys held by some row. */
  get blocks(): number {
    return this.#live;
  }

  /** Memory of the index, bytes. */
  get bytes(): number {
    const perEntry = 3 * this.#keyLo.byteLength;
    const perRow = this.#capacity.byteLength + this.#held.byteLength;
    return (
      perEntry + perRow + this.#request.byteLength + this.#table.bytes + this.#sets.bytes + this.#lru.bytes
    );
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
    const blocks = keys.length >>> 1;
    let entry = NONE;
    let set = EMPTY_SET;
    let run = 0;
    let i = 0;
    for (; i < blocks; i++) {
      entry = this.#find(keys[2 * i]! | 0, keys[2 * i + 1]! | 0, entry + 1);
      if (entry === NONE) break;
      const here = this.#set[entry]!;
      if (here !== set) {
        if (run > 0) this.#sets.addTo(counts, set, run);
        set = here;
        run = 0;
      }
      run += 1;
    }
    if (run > 0) this.#sets.addTo(counts, set, run);
    return i;
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
    const capacity = this.#capacity[row]!;
    const blocks = keys.length >>> 1;
    this.#request = grown(this.#request, blocks);
    let entry = NONE;
    for (let i = 0; i < blocks; i++) {
      entry = this.#findOrAdd(keys[2 * i]! | 0, keys[2 * i + 1]! | 0, entry + 1);
      this.#request[i] = entry;
      if (this.#lru.touch(row, entry) && this.#lru.size(row) > capacity) this.#evict(row, 1);
    }
    if (blankBlocks > 0) {
      this.#lru.addBlank(row, blankBlocks);
      const excess = this.#lru.size(row) - capacity;
      if (excess > 0) this.#evict(row, excess);
    }
    const first = this.#keepGhosts ? 0 : Math.max(0, blocks + blankBlocks - capacity);
    for (let i = first; i < blocks; i++) this.#hold(row, this.#request[i]!);
    for (const orphan of this.#orphans) if (this.#set[orphan] === EMPTY_SET) this.#freeKey(orphan);
    this.#orphans.length = 0;
  }

  /** Forgets an endpoint: its LRU, its keys, ghosts included, and its capacity. */
  removeRow(row: number): void {
    if (row >= this.#capacity.length) return;
    this.#evict(row, this.#lru.size(row));
    if (this.#held[row]! > 0) {
      for (let entry = 0; entry < this.#entries; entry++) {
        if (this.#set[entry]! !== NONE) this.#drop(row, entry);
      }
    }
    this.#capacity[row] = 0;
    for (const orphan of this.#orphans) if (this.#set[orphan] === EMPTY_SET) this.#freeKey(orphan);
    this.#orphans.length = 0;
  }

  #evict(row: number, blocks: number): void {
    let left = blocks;
    while (left > 0) {
      const blank = this.#lru.evictBlank(row, left);
      left -= blank;
      if (blank > 0) continue;
      const entry = this.#lru.evictOldest(row);
      this.#drop(row, entry);
      if (this.#set[entry] === EMPTY_SET) this.#orphans.push(entry);
      left -= 1;
    }
  }

  #hold(row: number, entry: number): void {
    const set = this.#set[entry]!;
    if (this.#sets.has(set, row)) return;
    this.#set[entry] = this.#sets.toggle(set, row);
    this.#held[row] = this.#held[row]! + 1;
  }

  #drop(row: number, entry: number): void {
    const set = this.#set[entry]!;
    if (!this.#sets.has(set, row)) return;
    const left = this.#sets.toggle(set, row);
    this.#set[entry] = left;
    this.#held[row] = this.#held[row]! - 1;
    if (left === EMPTY_SET) this.#orphans.push(entry);
  }

  /** Entry of a key, or NONE. `guess` is tried first: chains are stored in order, so a neighbour often is it. */
  #find(lo: number, hi: number, guess: number): number {
    if (
      guess < this.#entries &&
      this.#keyLo[guess] === lo &&
      this.#keyHi[guess] === hi &&
      this.#set[guess]! > 0
    ) {
      return guess;
    }
    const hash = mixWords(lo, hi);
    for (let at = this.#table.first(hash); at >= 0; at = this.#table.next(at, hash)) {
      const entry = this.#table.idAt(at);
      if (this.#keyLo[entry] === lo && this.#keyHi[entry] === hi) return entry;
    }
    return NONE;
  }

  #findOrAdd(lo: number, hi: number, guess: number): number {
    const found = this.#find(lo, hi, guess);
    if (found !== NONE) return found;
    let entry = this.#freeFirst;
    if (entry !== NONE) {
      this.#freeFirst = this.#keyLo[entry]!;
      if (this.#freeFirst === NONE) this.#freeLast = NONE;
    } else {
      entry = this.#entries;
      this.#entries += 1;
      this.#keyLo = grown(this.#keyLo, this.#entries);
      this.#keyHi = grown(this.#keyHi, this.#entries);
      this.#set = grown(this.#set, this.#entries);
    }
    this.#keyLo[entry] = lo;
    this.#keyHi[entry] = hi;
    this.#set[entry] = EMPTY_SET;
    this.#live += 1;
    this.#table.insert(mixWords(lo, hi), entry);
    return entry;
  }

  #freeKey(entry: number): void {
    this.#table.remove(mixWords(this.#keyLo[entry]!, this.#keyHi[entry]!), entry);
    this.#set[entry] = NONE;
    this.#keyLo[entry] = NONE;
    if (this.#freeLast === NONE) this.#freeFirst = entry;
    else this.#keyLo[this.#freeLast] = entry;
    this.#freeLast = entry;
    this.#live -= 1;
  }

  #needRow(row: number): void {
    if (row < this.#capacity.length) return;
    this.#capacity = grown(this.#capacity, row + 1);
    this.#held = grown(this.#held, row + 1);
  }
}
