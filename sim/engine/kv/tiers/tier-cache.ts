/**
 * Contents of one KV tier below the GPU (host memory, disk, shared store), in chunks of tokens: a tree of extents of chunks, as
 * the block pool's, with what a store adds to it. A put reserves its room when it starts and can be found once it is
 * finished; readers pin what they read; chunks that nobody pins stand in a queue in order of last use and go from its head,
 * the far end of a chain before its start. A store with a watermark evicts a share at once when it is passed.
 *
 * Content that no other request holds has keys here too: a preempted request, or the decode leg of a prefill leg that wrote
 * it, reads it. The per-chunk reference in test/engine/tiers proves the two equal.
 *
 * Invariants: used <= capacity; an unpinned extent has no pinned one behind it; a queued extent stands behind all of its
 * descendants.
 */
import { assert } from '../../../../src/core/check.ts';
import type { CachedSequence } from '../block-pool.ts';
import { ExtentCursor } from '../content.ts';
import { EvictionQueue, type Queued } from '../eviction-queue.ts';

/** An extent of consecutive chunks of a chain. */
export class TierNode implements Queued<TierNode> {
  parent: TierNode | null;
  key: number;
  chunks: number;
  pins = 0;
  /** The put that writes it; null once it can be read. */
  writer: TierPut | null;
  readonly children = new Map<number, TierNode>();
  before: TierNode | null = null;
  after: TierNode | null = null;

  constructor(parent: TierNode | null, key: number, chunks: number, writer: TierPut | null) {
    this.parent = parent;
    this.key = key;
    this.chunks = chunks;
    this.writer = writer;
  }
}

/** Chunks on their way into the tier. */
export interface TierPut {
  /** End of the chain that it writes; pinned until it is finished or abandoned. */
  leaf: TierNode;
  /** Chunks to write. */
  chunks: number;
  /** Its writer is gone: the next put of the same content writes these chunks again. */
  abandoned: boolean;
}

/** One tier's contents. Sizes in chunks. */
export class TierCache {
  readonly capacity: number;
  readonly chunkTokens: number;
  used = 0;
  /** Chunks evicted so far, and chunks that found no room. */
  evicted = 0;
  turnedAway = 0;
  readonly #highWater: number;
  readonly #lowWater: number;
  readonly #root = new TierNode(null, 0, 0, null);
  readonly #cursor = new ExtentCursor(true);
  readonly #queue = new EvictionQueue<TierNode>();
  /** Chunks found by the last `#enter`. */
  #entered = 0;

  /** Above `watermark` (share of capacity) a put evicts until `evictionShare` of the capacity below it is free. */
  constructor(options: {
    capacity: number;
    chunkTokens: number;
    watermark?: number;
    evictionShare?: number;
  }) {
    const { capacity, chunkTokens, watermark = 1, evictionShare = 0 } = options;
    this.capacity = capacity;
    this.chunkTokens = chunkTokens;
    this.#highWater = Math.floor(capacity * watermark);
    this.#lowWater = Math.max(0, this.#highWater - Math.ceil(capacity * evictionShare));
  }

  /** Chunks of the sequence's start that can be read, at most `maxChunks`; changes nothing. */
  lookup(sequence: CachedSequence, maxChunks: number): number {
    const cursor = this.#reset(sequence, 0);
    let node = this.#root;
    let found = 0;
    while (found < maxChunks && cursor.next()) {
      let done = 0;
      while (done < cursor.blocks && found < maxChunks) {
        const child = node.children.get(cursor.keyAt(done));
        if (child === undefined || child.writer !== null) return found;
        const take = Math.min(child.chunks, cursor.blocks - done, maxChunks - found);
        found += take;
        done += take;
        if (take < child.chunks) return found;
        node = child;
      }
    }
    return found;
  }

  /** Pins the first `chunks` chunks of a sequence, which a `lookup` of the same instant has found; `unpin` ends it. */
  pin(sequence: CachedSequence, chunks: number): TierNode {
    const leaf = this.#enter(sequence, chunks);
    assert(this.#entered === chunks, 'only what is there can be pinned');
    return leaf;
  }

  /** The chain up to `leaf` has been read, or is read no more: it becomes the most recently used. */
  unpin(leaf: TierNode): void {
    for (let node = leaf; node !== this.#root; node = node.parent!) {
      node.pins -= 1;
      if (node.pins === 0) this.#queue.append(node);
    }
  }

  /**
   * A put of the first `tokens` tokens of a sequence starts, as far as whole chunks go and room can be made. Null when nothing is
   * to be written: what is there counts as used.
   */
  startPut(sequence: CachedSequence, tokens: number): TierPut | null {
    const wanted = Math.floor(tokens / this.chunkTokens);
    if (wanted === 0) return null;
    const leaf = this.#enter(sequence, wanted);
    const found = this.#entered;
    const put: TierPut = { leaf, chunks: 0, abandoned: false };
    for (let node = leaf; node !== this.#root; node = node.parent!) {
      if (node.writer?.abandoned !== true) continue;
      node.writer = put;
      put.chunks += node.chunks;
    }
    const added = this.#makeRoom(wanted - found);
    if (added > 0) {
      put.leaf = this.#add(sequence, leaf, found, added, put);
      put.chunks += added;
    }
    if (put.chunks > 0) return put;
    this.unpin(leaf);
    return null;
  }

  /** What the put has written can be read. */
  finishPut(put: TierPut): void {
    for (let node = put.leaf; node !== this.#root; node = node.parent!) {
      if (node.writer === put) node.writer = null;
    }
    this.unpin(put.leaf);
  }

  /** The writer is gone before the put was finished. */
  abandonPut(put: TierPut): void {
    put.abandoned = true;
    this.unpin(put.leaf);
  }

  #reset(sequence: CachedSequence, fromChunk: number): ExtentCursor {
    const { prompt, outputId, outputTokens } = sequence;
    this.#cursor.reset(prompt, outputId, outputTokens, this.chunkTokens, fromChunk * this.chunkTokens);
    return this.#cursor;
  }

  /** Pins what is there of the first `maxChunks` chunks, cutting extents where it ends or forks; returns its end. */
  #enter(sequence: CachedSequence, maxChunks: number): TierNode {
    const cursor = this.#reset(sequence, 0);
    let node = this.#root;
    let found = 0;
    walk: while (found < maxChunks && cursor.next()) {
      let done = 0;
      while (done < cursor.blocks && found < maxChunks) {
        let child = node.children.get(cursor.keyAt(done));
        if (child === undefined) break walk;
        const take = Math.min(child.chunks, cursor.blocks - done, maxChunks - found);
        if (take < child.chunks) child = this.#split(child, take, cursor.keyAt(done + take));
        if (child.pins === 0) this.#queue.remove(child);
        child.pins += 1;
        found += take;
        done += take;
        node = child;
      }
    }
    this.#entered = found;
    return node;
  }

  #add(
    sequence: CachedSequence,
    after: TierNode,
    fromChunk: number,
    chunks: number,
    writer: TierPut,
  ): TierNode {
    const cursor = this.#reset(sequence, fromChunk);
    let node = after;
    let left = chunks;
    this.used += chunks;
    while (left > 0 && cursor.next()) {
      const take = Math.min(cursor.blocks, left);
      const child = new TierNode(node, cursor.key, take, writer);
      child.pins = 1;
      node.children.set(cursor.key, child);
      node = child;
      left -= take;
    }
    assert(left === 0, 'a sequence is shorter than what is put of it');
    return node;
  }

  /** Evicts for `chunks` more; returns how many of them have room. */
  #makeRoom(chunks: number): number {
    if (chunks > 0 && this.used + chunks > this.#highWater) this.#evict(this.used + chunks - this.#lowWater);
    const fit = Math.min(chunks, this.capacity - this.used);
    this.turnedAway += chunks - fit;
    return fit;
  }

  #evict(chunks: number): void {
    let left = chunks;
    while (left > 0 && this.#queue.head !== null) {
      const node = this.#queue.head;
      const count = Math.min(left, node.chunks);
      node.chunks -= count;
      left -= count;
      this.used -= count;
      this.evicted += count;
      if (node.chunks > 0) continue;
      this.#queue.remove(node);
      node.parent!.children.delete(node.key);
    }
  }

  /** Cuts `node` after `chunks` chunks; returns the new upper part. The lower part stays the same object. */
  #split(node: TierNode, chunks: number, keyBehind: number): TierNode {
    const upper = new TierNode(node.parent, node.key, chunks, node.writer);
    upper.pins = node.pins;
    node.parent!.children.set(node.key, upper);
    node.parent = upper;
    node.key = keyBehind;
    node.chunks -= chunks;
    upper.children.set(keyBehind, node);
    if (node.pins === 0) this.#queue.insertAfter(upper, node);
    return upper;
  }
}
