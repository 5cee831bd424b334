/**
 * Token content as a prefix cache sees it: a sequence's blocks, grouped into extents. An extent is a stretch of blocks that
 * one content fills alone (`pure`), or a single block that several runs share (`straddle`). Two sequences agree on a
 * block exactly when they agree on its pieces (content, start offset, length) and on all blocks before it, so a
 * prefix tree may hold extents in place of blocks.
 *
 * Content ids below zero name content that no other request ever holds: nothing after it in a sequence can be found
 * again, and the tree need not index it.
 */
import type { ContentRuns } from '../../workload/request.ts';

const UNIT = 4294967296;

/** Folds a number below 2^53 into a 53-bit key. Two 32-bit lanes; 10^6 keys collide with odds near 6e-5. */
function fold(key: number, value: number): number {
  const keyLow = key >>> 0;
  const keyHigh = Math.floor(key / UNIT);
  const low = Math.imul(keyLow ^ (value >>> 0), 0x9e3779b1) ^ Math.imul(keyHigh + 0x7f4a7c15, 0x85ebca77);
  const high =
    Math.imul(keyHigh ^ Math.floor(value / UNIT), 0xc2b2ae3d) ^ Math.imul(low ^ (low >>> 15), 0x27d4eb2f);
  return ((high ^ (high >>> 13)) & 0x1fffff) * UNIT + ((low ^ (low >>> 16) ^ (high << 7)) >>> 0);
}

/**
 * Walks the extents of a sequence: its prompt runs, then its output as one more run. After `next()` the fields describe one
 * extent. Reused: call `reset` for each walk.
 */
export class ExtentCursor {
  /** Key of the extent's first block among the children of the block before it. */
  key = 0;
  /** Blocks in the extent. */
  blocks = 0;
  /** Content id and start offset (tokens) of a pure extent; content is NaN for a straddling block. */
  content = 0;
  offset = 0;
  /** True from the first single-use content on: nothing from here can be found by others. */
  singleUse = false;
  readonly #keysAll: boolean;
  #runs: ContentRuns = { ids: [], lengths: [] };
  #outputId = 0;
  #outputTokens = 0;
  #blockSize = 1;
  #run = 0;
  #offset = 0;

  /** `keysAll`: single-use content has keys too, for caches that its own request may look into again. */
  constructor(keysAll = false) {
    this.#keysAll = keysAll;
  }

  /** Starts at token `fromToken` (a multiple of `blockSize`). */
  reset(
    runs: ContentRuns,
    outputId: number,
    outputTokens: number,
    blockSize: number,
    fromToken: number,
  ): void {
    this.#runs = runs;
    this.#outputId = outputId;
    this.#outputTokens = outputTokens;
    this.#blockSize = blockSize;
    this.singleUse = false;
    let left = fromToken;
    let run = 0;
    const count = runs.ids.length;
    while (run < count && left >= runs.lengths[run]!) {
      if (runs.ids[run]! < 0) this.singleUse = true;
      left -= runs.lengths[run]!;
      run += 1;
    }
    this.#run = run;
    this.#offset = left;
  }

  /** Key of block `index` (from 0) of the current extent, when it is pure. */
  keyAt(index: number): number {
    return index === 0
      ? this.key
      : pureKey(this.content, this.offset + index * this.#blockSize, this.#blockSize);
  }

  /** Moves to the next extent of full blocks; false when fewer tokens than a block are left. */
  next(): boolean {
    const size = this.#blockSize;
    const id = this.#id(this.#run);
    const left = this.#length(this.#run) - this.#offset;
    if (left >= size) {
      const blocks = Math.floor(left / size);
      this.content = id;
      this.offset = this.#offset;
      this.blocks = blocks;
      if (id < 0) this.singleUse = true;
      this.key = this.singleUse && !this.#keysAll ? 0 : pureKey(id, this.#offset, size);
      this.#advance(blocks * size);
      return true;
    }
    return this.#nextStraddling();
  }

  #nextStraddling(): boolean {
    const size = this.#blockSize;
    let need = size;
    let run = this.#run;
    let offset = this.#offset;
    let key = 0;
    let singleUse = this.singleUse;
    while (need > 0) {
      const length = this.#length(run);
      if (length === 0 && run >= this.#runs.ids.length) return false;
      const take = Math.min(need, length - offset);
      if (take > 0) {
        const id = this.#id(run);
        if (id < 0) singleUse = true;
        key = fold(fold(fold(key, id), offset), take);
        need -= take;
      }
      run += 1;
      offset = 0;
      if (need > 0 && run > this.#runs.ids.length) return false;
    }
    this.singleUse = singleUse;
    this.content = Number.NaN;
    this.offset = 0;
    this.blocks = 1;
    this.key = key;
    this.#advance(size);
    return true;
  }

  #advance(tokens: number): void {
    let left = tokens + this.#offset;
    while (this.#run < this.#runs.ids.length && left >= this.#length(this.#run)) {
      left -= this.#length(this.#run);
      this.#run += 1;
    }
    this.#offset = left;
  }

  #id(run: number): number {
    return run < this.#runs.ids.length ? this.#runs.ids[run]! : this.#outputId;
  }

  #length(run: number): number {
    if (run < this.#runs.ids.length) return this.#runs.lengths[run]!;
    return run === this.#runs.ids.length ? this.#outputTokens : 0;
  }
}

/** Key of a block that `content` fills alone from token `offset` on. */
export function pureKey(content: number, offset: number, blockSize: number): number {
  return fold(fold(fold(0, content), offset), blockSize);
}
