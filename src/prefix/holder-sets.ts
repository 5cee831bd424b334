/**
 * Sets of endpoint rows, each distinct set stored once and named by a number. Neighbouring blocks of a prefix are
 * held by the same endpoints, so a block needs one set id however many endpoints hold it, and a walk along a prompt
 * compares ids instead of bits. Sets are counted by use and freed with their last user.
 */
import { grown, IdTable, mixWords } from './id-table.ts';

/** The set with no rows. It is never freed. */
export const EMPTY_SET = 0;

/** Interned sets of rows. */
export class HolderSets {
  /** Words of a set; set s has bits at words[s * stride ...]. Row r is bit r & 31 of word r >>> 5. */
  #stride = 1;
  #words = new Int32Array(64);
  /** XOR of a hash per member row; a set's table hash. */
  #hashes = new Int32Array(64);
  #uses = new Int32Array(64);
  #table = new IdTable();
  #count = 1;
  readonly #free: number[] = [];
  /** The last transition, since neighbouring blocks make the same one: #memoTo = toggle(#memoFrom, #memoRow). */
  #memoFrom = -1;
  #memoRow = 0;
  #memoTo = 0;

  get bytes(): number {
    return this.#words.byteLength + this.#hashes.byteLength + this.#uses.byteLength + this.#table.bytes;
  }

  /** Number of distinct sets, the empty one included. */
  get size(): number {
    return this.#count - this.#free.length;
  }

  has(set: number, row: number): boolean {
    if (row >>> 5 >= this.#stride) return false;
    return ((this.#words[set * this.#stride + (row >>> 5)]! >>> (row & 31)) & 1) === 1;
  }

  /** Trades one use of `set` for one use of the set that differs from it in `row`, and returns that one. */
  toggle(set: number, row: number): number {
    if (row >>> 5 >= this.#stride) this.#widen((row >>> 5) + 1);
    let to = this.#memoTo;
    if (set !== this.#memoFrom || row !== this.#memoRow) {
      to = this.#intern(set, row);
      this.#memoFrom = set;
      this.#memoRow = row;
      this.#memoTo = to;
    }
    this.#uses[to] = this.#uses[to]! + 1;
    if (set !== EMPTY_SET) this.#release(set);
    return to;
  }

  /** One more user of `set`. */
  keep(set: number): void {
    this.#uses[set] = this.#uses[set]! + 1;
  }

  /** One user of `set` is gone. */
  drop(set: number): void {
    if (set !== EMPTY_SET) this.#release(set);
  }

  /** Writes the rows of the set to `out`, ascending, and returns how many; `out` has an item for every row. */
  rowsOf(set: number, out: Int32Array): number {
    const base = set * this.#stride;
    let count = 0;
    for (let w = 0; w < this.#stride; w++) {
      for (let bits = this.#words[base + w]!; bits !== 0; bits &= bits - 1) {
        out[count++] = 32 * w + 31 - Math.clz32(bits & -bits);
      }
    }
    return count;
  }

  /** Adds `amount` to counts[row] for every row of the set. */
  addTo(counts: Float64Array, set: number, amount: number): void {
    const base = set * this.#stride;
    for (let w = 0; w < this.#stride; w++) {
      let bits = this.#words[base + w]!;
      while (bits !== 0) {
        const row = 32 * w + 31 - Math.clz32(bits & -bits);
        counts[row] = counts[row]! + amount;
        bits &= bits - 1;
      }
    }
  }

  /** One user of `set` is gone. Not for the empty set. */
  #release(set: number): void {
    const uses = this.#uses[set]! - 1;
    this.#uses[set] = uses;
    if (uses > 0) return;
    this.#table.remove(this.#hashes[set]!, set);
    this.#free.push(set);
    if (set === this.#memoFrom || set === this.#memoTo) this.#memoFrom = -1;
  }

  /** The set that differs from `set` in `row`; made when there is none. */
  #intern(set: number, row: number): number {
    const hash = this.#hashes[set]! ^ mixWords(row, 1);
    const table = this.#table;
    if (hash === 0 && this.#differsOnlyIn(EMPTY_SET, set, row)) return EMPTY_SET;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      if (this.#differsOnlyIn(table.idAt(at), set, row)) return table.idAt(at);
    }
    const made = this.#allocate();
    const stride = this.#stride;
    this.#words.copyWithin(made * stride, set * stride, (set + 1) * stride);
    const word = made * stride + (row >>> 5);
    this.#words[word] = this.#words[word]! ^ (1 << (row & 31));
    this.#hashes[made] = hash;
    this.#uses[made] = 0;
    table.insert(hash, made);
    return made;
  }

  #differsOnlyIn(candidate: number, set: number, row: number): boolean {
    const a = candidate * this.#stride;
    const b = set * this.#stride;
    for (let w = 0; w < this.#stride; w++) {
      const flipped = w === row >>> 5 ? 1 << (row & 31) : 0;
      if (this.#words[a + w] !== (this.#words[b + w]! ^ flipped)) return false;
    }
    return true;
  }

  #allocate(): number {
    const reused = this.#free.pop();
    if (reused !== undefined) return reused;
    const made = this.#count;
    this.#count += 1;
    this.#words = grown(this.#words, this.#count * this.#stride);
    this.#hashes = grown(this.#hashes, this.#count);
    this.#uses = grown(this.#uses, this.#count);
    return made;
  }

  /** Makes room for more rows: every set moves to a wider place. Rare: the fleet's size has doubled. */
  #widen(words: number): void {
    const stride = Math.max(words, 2 * this.#stride);
    const wide = new Int32Array(Math.max(64, this.#count * stride));
    for (let set = 0; set < this.#count; set++) {
      for (let w = 0; w < this.#stride; w++) wide[set * stride + w] = this.#words[set * this.#stride + w]!;
    }
    this.#words = wide;
    this.#stride = stride;
  }
}
