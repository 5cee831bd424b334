/**
 * The precise prefix index: which endpoints hold which blocks in which memory tier, as their engines report it.
 * A key remembers at most `podCacheSize` (row, tier) holders, the most recent ones: upstream's limit, which hides
 * holders of hot prefixes in larger pools. The index holds at most `size` keys, the most recently written ones.
 *
 * Speculative holders stand for blocks that a dispatched request is about to make. They end `speculativeTtlUs` after
 * they were last written; what engines have confirmed meanwhile is a holder of its own and stays.
 * Source: router specification 4.2.
 */
import { assert } from '../core/check.ts';
import { grown, IdTable, mixWords } from './id-table.ts';

/** Weight of one memory tier in scores; tiers are named as engines name their media, in lower case. */
export interface TierWeight {
  readonly name: string;
  readonly weight: number;
}

/** `indexerConfig` and `speculativeTTL` of the precise producer. */
export interface PreciseIndexOptions {
  /** Keys kept. */
  readonly size: number;
  /** Holders kept per key. */
  readonly podCacheSize: number;
  readonly tiers: readonly TierWeight[];
  readonly speculativeTtlUs: number;
}

/** Upstream's defaults. */
export const PRECISE_DEFAULTS: PreciseIndexOptions = {
  size: 1e8,
  podCacheSize: 10,
  tiers: [
    { name: 'gpu', weight: 1 },
    { name: 'cpu', weight: 0.8 },
  ],
  speculativeTtlUs: 2e6,
};

/** Result columns of a match, one item per endpoint row; owned by the caller and reused between calls. */
export interface PreciseMatch {
  /** Tier-weighted length of the run from block 0, truncated to whole blocks (MatchBlocks). */
  readonly matchBlocks: Float64Array;
  /** Its unweighted length (CachedBlockCount). */
  readonly cachedBlocks: Float64Array;
}

const NONE = -1;
/** Tier number of speculative holders. */
const SPECULATIVE = 0;
/** A holder is coded row * TIERS + tier. */
const TIERS = 64;

/** Keys with their holders. Keys are pairs of 32-bit words, low lane first. */
export class PreciseIndex {
  readonly #options: PreciseIndexOptions;
  /** Tier numbers by name, and their weights; number 0 is the speculative tier. */
  readonly #tierOf = new Map<string, number>();
  readonly #weights: number[] = [1];
  readonly #table = new IdTable();
  /** Per key: lanes, newest holder, and neighbours in order of writing. A free key links on through #newer. */
  #keyLo = new Int32Array(0);
  #keyHi = new Int32Array(0);
  #holder = new Int32Array(0);
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #keys = 0;
  #freeKey = NONE;
  #oldestKey = NONE;
  #newestKey = NONE;
  #live = 0;
  /** Per holder: its code, the next older holder of the key, and when it ends (Infinity: not by time), µs. */
  #code = new Int32Array(0);
  #next = new Int32Array(0);
  #endsUs = new Float64Array(0);
  #holders = 0;
  #freeHolder = NONE;
  /** Speculative writes in order of their ends. */
  readonly #pending: { readonly row: number; readonly keys: Uint32Array; readonly endsUs: number }[] = [];
  #pendingFrom = 0;
  /** Scratch of `match`: weight of the current block per row. */
  #blockWeight = new Float64Array(0);

  constructor(options: PreciseIndexOptions) {
    assert(options.podCacheSize >= 1 && options.size >= 1, 'precise index needs room for a key and a holder');
    this.#options = options;
    for (const tier of options.tiers) this.#weights[this.#tier(tier.name)] = tier.weight;
  }

  /** Number of keys with a holder. */
  get blocks(): number {
    return this.#live;
  }

  /** Memory of the index, bytes; pending speculative writes are not counted. */
  get bytes(): number {
    return (
      5 * this.#keyLo.byteLength + 2 * this.#code.byteLength + this.#endsUs.byteLength + this.#table.bytes
    );
  }

  /** The row holds these keys in this tier, as its engine says. */
  add(row: number, tier: string, keys: Uint32Array): void {
    this.#write(row * TIERS + this.#tier(tier), keys, Number.POSITIVE_INFINITY);
  }

  /** The row no longer holds these keys in this tier. */
  remove(row: number, tier: string, keys: Uint32Array): void {
    const code = row * TIERS + this.#tier(tier);
    for (let i = 0; i < keys.length; i += 2) {
      const key = this.#find(keys[i]! | 0, keys[i + 1]! | 0);
      if (key !== NONE) this.#removeHolders(key, (holder) => this.#code[holder] === code);
    }
  }

  /** The row was sent a request with these keys and will soon hold them. The array is kept; do not write to it. */
  addSpeculative(row: number, keys: Uint32Array, nowUs: number): void {
    const endsUs = nowUs + this.#options.speculativeTtlUs;
    this.#write(row * TIERS + SPECULATIVE, keys, endsUs);
    this.#pending.push({ row, keys, endsUs });
  }

  /** Ends the speculative holders whose time has come. */
  expire(nowUs: number): void {
    while (this.#pendingFrom < this.#pending.length) {
      const { row, keys, endsUs } = this.#pending[this.#pendingFrom]!;
      if (endsUs > nowUs) break;
      const code = row * TIERS + SPECULATIVE;
      for (let i = 0; i < keys.length; i += 2) {
        const key = this.#find(keys[i]! | 0, keys[i + 1]! | 0);
        if (key === NONE) continue;
        this.#removeHolders(key, (h) => this.#code[h] === code && this.#endsUs[h]! <= nowUs);
      }
      this.#pendingFrom += 1;
    }
    if (2 * this.#pendingFrom > this.#pending.length) {
      this.#pending.splice(0, this.#pendingFrom);
      this.#pendingFrom = 0;
    }
  }

  /** When the next speculative holder ends, µs; Infinity when none is left. */
  get nextExpiryUs(): number {
    return this.#pending[this.#pendingFrom]?.endsUs ?? Number.POSITIVE_INFINITY;
  }

  /** Forgets all that the row holds: it is gone, or its engine has cleared its cache. */
  removeRow(row: number): void {
    for (let key = 0; key < this.#keys; key++) {
      if (this.#holder[key] === NONE) continue;
      this.#removeHolders(key, (holder) => Math.floor(this.#code[holder]! / TIERS) === row);
    }
  }

  /**
   * Sets per row the longest run of keys that it holds from the first key on; a block counts with the largest weight
   * among the tiers that hold it. The columns have an item for every row ever written.
   */
  match(keys: Uint32Array, into: PreciseMatch): void {
    const { matchBlocks, cachedBlocks } = into;
    matchBlocks.fill(0);
    cachedBlocks.fill(0);
    if (this.#blockWeight.length < matchBlocks.length) {
      this.#blockWeight = new Float64Array(matchBlocks.length);
    }
    for (let block = 0; 2 * block < keys.length; block++) {
      const key = this.#find(keys[2 * block]! | 0, keys[2 * block + 1]! | 0);
      if (key === NONE || !this.#matchBlock(key, block, into)) break;
    }
    for (let row = 0; row < matchBlocks.length; row++) matchBlocks[row] = Math.trunc(matchBlocks[row]!);
  }

  /**
   * How many blocks of the row's run lie in the named tier (cachedBlocksByTier), given the run's length; a block in
   * two tiers counts in both.
   */
  cachedInTier(keys: Uint32Array, row: number, tier: string, cachedBlocks: number): number {
    const code = row * TIERS + this.#tier(tier);
    let count = 0;
    for (let block = 0; block < cachedBlocks; block++) {
      const key = this.#find(keys[2 * block]! | 0, keys[2 * block + 1]! | 0);
      if (key !== NONE && this.#holderOf(key, code) !== NONE) count += 1;
    }
    return count;
  }

  /** Extends the runs that reach `block`; false when none does. */
  #matchBlock(key: number, block: number, into: PreciseMatch): boolean {
    const { matchBlocks, cachedBlocks } = into;
    let extended = false;
    for (let holder = this.#holder[key]!; holder !== NONE; holder = this.#next[holder]!) {
      const code = this.#code[holder]!;
      const row = Math.floor(code / TIERS);
      const weight = this.#weights[code % TIERS]!;
      const run = cachedBlocks[row]!;
      if (run === block) {
        cachedBlocks[row] = block + 1;
        matchBlocks[row] = matchBlocks[row]! + weight;
        this.#blockWeight[row] = weight;
        extended = true;
      } else if (run === block + 1 && weight > this.#blockWeight[row]!) {
        matchBlocks[row] = matchBlocks[row]! + weight - this.#blockWeight[row]!;
        this.#blockWeight[row] = weight;
      }
    }
    return extended;
  }

  #tier(name: string): number {
    let tier = this.#tierOf.get(name);
    if (tier === undefined) {
      tier = this.#weights.length;
      assert(tier < TIERS, `more than ${TIERS - 1} memory tiers`);
      this.#tierOf.set(name, tier);
      // A tier without a configured weight counts in full.
      this.#weights.push(1);
    }
    return tier;
  }

  #write(code: number, keys: Uint32Array, endsUs: number): void {
    for (let i = 0; i < keys.length; i += 2) {
      const key = this.#findOrAdd(keys[i]! | 0, keys[i + 1]! | 0);
      let holder = this.#holderOf(key, code);
      if (holder === NONE) {
        this.#truncate(key, this.#options.podCacheSize - 1);
        holder = this.#newHolder(code);
      } else {
        this.#unlinkHolder(key, holder);
      }
      this.#endsUs[holder] = endsUs;
      this.#next[holder] = this.#holder[key]!;
      this.#holder[key] = holder;
    }
  }

  #holderOf(key: number, code: number): number {
    let holder = this.#holder[key]!;
    while (holder !== NONE && this.#code[holder] !== code) holder = this.#next[holder]!;
    return holder;
  }

  #unlinkHolder(key: number, holder: number): void {
    if (this.#holder[key] === holder) {
      this.#holder[key] = this.#next[holder]!;
      return;
    }
    let before = this.#holder[key]!;
    while (this.#next[before] !== holder) before = this.#next[before]!;
    this.#next[before] = this.#next[holder]!;
  }

  /** Keeps the newest `count` holders of a key. */
  #truncate(key: number, count: number): void {
    let seen = 0;
    let before = NONE;
    let holder = this.#holder[key]!;
    for (; holder !== NONE && seen < count; seen++) {
      before = holder;
      holder = this.#next[holder]!;
    }
    if (before === NONE) this.#holder[key] = NONE;
    else this.#next[before] = NONE;
    while (holder !== NONE) {
      const next = this.#next[holder]!;
      this.#freeHolderNode(holder);
      holder = next;
    }
  }

  /** Drops the holders that `gone` names, and the key with its last one. */
  #removeHolders(key: number, gone: (holder: number) => boolean): void {
    let before = NONE;
    let holder = this.#holder[key]!;
    while (holder !== NONE) {
      const next = this.#next[holder]!;
      if (gone(holder)) {
        if (before === NONE) this.#holder[key] = next;
        else this.#next[before] = next;
        this.#freeHolderNode(holder);
      } else {
        before = holder;
      }
      holder = next;
    }
    if (this.#holder[key] === NONE) this.#removeKey(key);
  }

  #newHolder(code: number): number {
    let holder = this.#freeHolder;
    if (holder !== NONE) {
      this.#freeHolder = this.#next[holder]!;
    } else {
      holder = this.#holders;
      this.#holders += 1;
      this.#code = grown(this.#code, this.#holders);
      this.#next = grown(this.#next, this.#holders);
      if (this.#endsUs.length < this.#code.length) {
        const wide = new Float64Array(this.#code.length);
        wide.set(this.#endsUs);
        this.#endsUs = wide;
      }
    }
    this.#code[holder] = code;
    return holder;
  }

  #freeHolderNode(holder: number): void {
    this.#next[holder] = this.#freeHolder;
    this.#freeHolder = holder;
  }

  #find(lo: number, hi: number): number {
    const hash = mixWords(lo, hi);
    for (let at = this.#table.first(hash); at >= 0; at = this.#table.next(at, hash)) {
      const key = this.#table.idAt(at);
      if (this.#keyLo[key] === lo && this.#keyHi[key] === hi) return key;
    }
    return NONE;
  }

  /** The key's number, which becomes the most recently written one; the oldest makes room when the index is full. */
  #findOrAdd(lo: number, hi: number): number {
    let key = this.#find(lo, hi);
    if (key !== NONE) {
      this.#unlinkKey(key);
    } else {
      if (this.#live >= this.#options.size) {
        const oldest = this.#oldestKey;
        this.#truncate(oldest, 0);
        this.#removeKey(oldest);
      }
      key = this.#newKey(lo, hi);
    }
    this.#older[key] = this.#newestKey;
    this.#newer[key] = NONE;
    if (this.#newestKey === NONE) this.#oldestKey = key;
    else this.#newer[this.#newestKey] = key;
    this.#newestKey = key;
    return key;
  }

  #newKey(lo: number, hi: number): number {
    let key = this.#freeKey;
    if (key !== NONE) {
      this.#freeKey = this.#newer[key]!;
    } else {
      key = this.#keys;
      this.#keys += 1;
      this.#keyLo = grown(this.#keyLo, this.#keys);
      this.#keyHi = grown(this.#keyHi, this.#keys);
      this.#holder = grown(this.#holder, this.#keys);
      this.#older = grown(this.#older, this.#keys);
      this.#newer = grown(this.#newer, this.#keys);
    }
    this.#keyLo[key] = lo;
    this.#keyHi[key] = hi;
    this.#holder[key] = NONE;
    this.#live += 1;
    this.#table.insert(mixWords(lo, hi), key);
    return key;
  }

  #removeKey(key: number): void {
    this.#table.remove(mixWords(this.#keyLo[key]!, this.#keyHi[key]!), key);
    this.#unlinkKey(key);
    this.#newer[key] = this.#freeKey;
    this.#freeKey = key;
    this.#live -= 1;
  }

  #unlinkKey(key: number): void {
    const older = this.#older[key]!;
    const newer = this.#newer[key]!;
    if (older === NONE) this.#oldestKey = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newestKey = older;
    else this.#older[newer] = older;
  }
}
