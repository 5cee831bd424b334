/**
 * Chains of block keys as a tree. As a key stands for its block and all blocks before it, two chains that meet in one key
 * agree on everything before, and what is done to a chain is done to long stretches of it at once: the tree holds
 * *extents*, stretches of a chain that nothing has yet treated differently.
 *
 *   extent e   keys      lanes (low, high) of a chain's blocks; extents that were one share the array
 *              start     its first block in `keys`
 *              length    its blocks
 *              parent    extent of the blocks before it, or ROOT
 *              children  number of extents that have it as parent
 *
 * Extents that are not in use queue through `parent`.
 */
import { grown, IdTable, mixWords } from './id-table.ts';

/** Parent of extents that begin a chain. */
export const ROOT = -1;
/** No extent. */
export const NONE = -2;

const NO_KEYS = new Uint32Array(0);

/** The tree; extents are numbers. */
export class ExtentTree {
  /** Extents are below this number. */
  size = 0;
  /** Blocks in all extents. */
  blocks = 0;
  readonly #keys: Uint32Array[] = [];
  #start = new Int32Array(0);
  #length = new Int32Array(0);
  #parent = new Int32Array(0);
  #children = new Int32Array(0);
  #unused = NONE;
  /** Extents by their first key. */
  readonly #table = new IdTable();

  /** Memory, bytes; of key arrays the part that extents use. */
  get bytes(): number {
    return 8 * this.blocks + 4 * this.#start.byteLength + this.#table.bytes;
  }

  length(extent: number): number {
    return this.#length[extent]!;
  }

  parent(extent: number): number {
    return this.#parent[extent]!;
  }

  children(extent: number): number {
    return this.#children[extent]!;
  }

  /** The extent after `parent` that begins with block `at` of these keys, or NONE. */
  find(parent: number, keys: Uint32Array, at: number): number {
    const low = keys[2 * at]!;
    const high = keys[2 * at + 1]!;
    const hash = mixWords(low, high);
    for (let slot = this.#table.first(hash); slot >= 0; slot = this.#table.next(slot, hash)) {
      const extent = this.#table.idAt(slot);
      const own = this.#keys[extent]!;
      const first = 2 * this.#start[extent]!;
      if (own[first] === low && own[first + 1] === high && this.#parent[extent] === parent) return extent;
    }
    return NONE;
  }

  /** How many of its blocks, from its first on, are blocks `at`, `at + 1`, ... of these keys. */
  common(extent: number, keys: Uint32Array, at: number): number {
    const own = this.#keys[extent]!;
    const most = Math.min(this.#length[extent]!, (keys.length >>> 1) - at);
    let mine = 2 * this.#start[extent]!;
    let other = 2 * at;
    let same = 0;
    while (same < most && own[mine] === keys[other] && own[mine + 1] === keys[other + 1]) {
      same += 1;
      mine += 2;
      other += 2;
    }
    return same;
  }

  /** Adds an extent of blocks `at` and all after it of these keys. */
  add(parent: number, keys: Uint32Array, at: number): number {
    const own = keys.slice(2 * at);
    const extent = this.#make(own, 0, own.length >>> 1, parent);
    if (parent !== ROOT) this.#children[parent] = this.#children[parent]! + 1;
    this.blocks += own.length >>> 1;
    return extent;
  }

  /** Cuts an extent after `blocks` blocks: it keeps the rest, and the new extent of those blocks is its parent. */
  cut(extent: number, blocks: number): number {
    const keys = this.#keys[extent]!;
    this.#unlist(extent);
    const upper = this.#make(keys, this.#start[extent]!, blocks, this.#parent[extent]!);
    this.#children[upper] = 1;
    this.#start[extent] = this.#start[extent]! + blocks;
    this.#length[extent] = this.#length[extent]! - blocks;
    this.#parent[extent] = upper;
    this.#table.insert(this.#hash(extent), extent);
    return upper;
  }

  /** Whether an extent was cut from its parent, and is its only child. */
  isCut(extent: number): boolean {
    const parent = this.#parent[extent]!;
    return (
      parent !== ROOT &&
      this.#children[parent] === 1 &&
      this.#keys[parent] === this.#keys[extent] &&
      this.#start[parent]! + this.#length[parent]! === this.#start[extent]
    );
  }

  /** Undoes a cut: the extent takes its parent in. */
  join(extent: number): void {
    const parent = this.#parent[extent]!;
    this.#unlist(extent);
    this.#unlist(parent);
    this.#start[extent] = this.#start[parent]!;
    this.#length[extent] = this.#length[extent]! + this.#length[parent]!;
    this.#parent[extent] = this.#parent[parent]!;
    this.#table.insert(this.#hash(extent), extent);
    this.#release(parent);
  }

  /** Takes out an extent without children. */
  remove(extent: number): void {
    const parent = this.#parent[extent]!;
    if (parent !== ROOT) this.#children[parent] = this.#children[parent]! - 1;
    this.blocks -= this.#length[extent]!;
    this.#unlist(extent);
    this.#release(extent);
  }

  #make(keys: Uint32Array, start: number, length: number, parent: number): number {
    let extent = this.#unused;
    if (extent !== NONE) this.#unused = this.#parent[extent]!;
    else extent = this.#grow();
    this.#keys[extent] = keys;
    this.#start[extent] = start;
    this.#length[extent] = length;
    this.#parent[extent] = parent;
    this.#children[extent] = 0;
    this.#table.insert(this.#hash(extent), extent);
    return extent;
  }

  #grow(): number {
    const extent = this.size;
    this.size += 1;
    this.#start = grown(this.#start, this.size);
    this.#length = grown(this.#length, this.size);
    this.#parent = grown(this.#parent, this.size);
    this.#children = grown(this.#children, this.size);
    return extent;
  }

  #release(extent: number): void {
    this.#keys[extent] = NO_KEYS;
    this.#parent[extent] = this.#unused;
    this.#unused = extent;
  }

  #unlist(extent: number): void {
    this.#table.remove(this.#hash(extent), extent);
  }

  #hash(extent: number): number {
    const keys = this.#keys[extent]!;
    const first = 2 * this.#start[extent]!;
    return mixWords(keys[first]!, keys[first + 1]!);
  }
}
