/**
 * vLLM's block pool with prefix caching (engines.md 1.4), kept by extents instead of single blocks.
 *
 * Blocks that hold a full block of content are indexed in a tree: a node is an extent of consecutive blocks of a chain, with
 * the count of sequences that hold it. Nodes that nobody holds stand in a free queue in order of release and lose
 * blocks from their far end when the pool needs room. That is what the per-block original does: a sequence frees its
 * blocks in reverse order, allocation takes from the head of the free list, and a hit takes blocks out of it. The
 * per-block reference in test/engine/block-pool.test.ts proves the two equal.
 *
 * One simplification, also in the reference: when two sequences compute the same content at the same time, the second copy is
 * not indexed (vLLM keeps both under one hash).
 *
 * Invariants: used + free = capacity; a node in the queue stands behind all of its descendants; held nodes are not in the queue.
 */
import { assert, fail } from '../../../src/core/check.ts';
import type { ContentRuns } from '../../workload/request.ts';
import { ChildTable, type TreeNode } from './child-table.ts';
import { ExtentCursor } from './content.ts';
import { EvictionQueue, type Queued } from './eviction-queue.ts';

/** How freed blocks without a hash rejoin the free list: at its tail (vLLM <= 0.23) or at its head (>= 0.24). */
export type UnhashedOrder = 'append' | 'prepend';

/** The sequence whose blocks are cached: its tokens, prompt and output. */
export interface CachedSequence {
  readonly prompt: ContentRuns;
  readonly outputId: number;
  readonly outputTokens: number;
}

/** Is told what the prefix cache gains and loses, as an engine's KV events say; blocks are counted from the start of the chain. */
export interface CacheListener {
  stored(sequence: CachedSequence, fromBlock: number, toBlock: number): void;
  removed(sequence: CachedSequence, fromBlock: number, toBlock: number): void;
}

/** An extent of indexed blocks, or (not linked, no parent) a stretch of free blocks in the queue that nobody can look up. */
export class BlockNode implements TreeNode<BlockNode>, Queued<BlockNode> {
  readonly serial: number;
  parent: BlockNode | null;
  /** Key of the first block among the parent's children; meaningless when not linked. */
  key: number;
  content: number;
  offset: number;
  blocks: number;
  holders = 0;
  /** Whether it can be found as a child of its parent; single-use extents are not linked. */
  linked: boolean;
  children = 0;
  before: BlockNode | null = null;
  after: BlockNode | null = null;
  /** For a listener: a sequence that holds the extent, and the extent's first block in its chain. */
  source: CachedSequence | null = null;
  start = 0;
  /** The sequence that may take this single-use extent up again; it points back here with `kept`. */
  keeper: BlockHolder | null = null;
  /** A kept extent follows the last block: the extent must not grow over it. */
  forked = false;

  constructor(
    serial: number,
    parent: BlockNode | null,
    key: number,
    content: number,
    offset: number,
    blocks: number,
    linked: boolean,
  ) {
    this.serial = serial;
    this.parent = parent;
    this.key = key;
    this.content = content;
    this.offset = offset;
    this.blocks = blocks;
    this.linked = linked;
  }
}

/** Blocks that one sequence holds; only the pool writes the first, second and last. */
export interface BlockHolder {
  /** Deepest indexed node held; null: none. */
  leaf: BlockNode | null;
  /** Blocks held through the index. */
  indexed: number;
  /** Blocks held without being indexed (partial tail, not yet indexed, second copies). */
  loose: number;
  /** Set once a second copy was met: nothing further of this sequence is indexed. */
  duplicate: boolean;
  /** Blocks held beside its chain of tokens: windows and recurrent state of hybrid models. */
  fixed: number;
  /** Single-use extent that it gave back with `release` when it was to come again (preemption). */
  kept: BlockNode | null;
}

/** The pool. Sizes in blocks unless named otherwise. */
export class BlockPool {
  readonly capacity: number;
  readonly blockSizeTokens: number;
  /** Blocks that an allocation may take, cached ones included. */
  free: number;
  /** Gets KV events; null: none are made. */
  listener: CacheListener | null = null;
  /** Cached blocks, which could have been found again, that allocations have taken so far. */
  evictedBlocks = 0;
  /** Result of the last `lookup`: blocks found, and how many of them nobody holds. */
  foundBlocks = 0;
  foundFree = 0;
  readonly #prepend: boolean;
  readonly #caching: boolean;
  readonly #root = new BlockNode(0, null, 0, 0, 0, 0, false);
  readonly #children = new ChildTable<BlockNode>();
  #nodes = 1;
  readonly #cursor = new ExtentCursor();
  /** Free blocks without content ahead of everything in the queue. */
  #blankFront: number;
  readonly #queue = new EvictionQueue<BlockNode>();
  /** Single-use nodes whose blocks have been taken, linked by `after`. */
  #recycled: BlockNode | null = null;

  constructor(options: {
    capacity: number;
    blockSizeTokens: number;
    prefixCaching: boolean;
    unhashedOrder: UnhashedOrder;
  }) {
    this.capacity = options.capacity;
    this.blockSizeTokens = options.blockSizeTokens;
    this.free = options.capacity;
    this.#blankFront = options.capacity;
    this.#caching = options.prefixCaching;
    this.#prepend = options.unhashedOrder === 'prepend';
  }

  get used(): number {
    return this.capacity - this.free;
  }

  /**
   * Finds the longest cached prefix of at most `maxBlocks` blocks; sets `foundBlocks` and `foundFree`. `kept` is the single-use
   * extent that this sequence itself may have left (`BlockHolder.kept`).
   */
  lookup(
    prompt: ContentRuns,
    outputId: number,
    outputTokens: number,
    maxBlocks: number,
    kept: BlockNode | null = null,
  ): void {
    this.foundBlocks = 0;
    this.foundFree = 0;
    if (!this.#caching || prompt.ids.length === 0) return;
    if (prompt.ids[0]! < 0) {
      this.#findKept(kept, this.#root, maxBlocks);
      return;
    }
    const cursor = this.#cursor;
    cursor.reset(prompt, outputId, outputTokens, this.blockSizeTokens, 0);
    let node = this.#root;
    let left = maxBlocks;
    while (left > 0 && cursor.next()) {
      if (cursor.singleUse) {
        this.#findKept(kept, node, left);
        return;
      }
      let done = 0;
      while (done < cursor.blocks && left > 0) {
        const child = this.#children.get(node, cursor.keyAt(done));
        if (child === undefined) return;
        const take = Math.min(child.blocks, cursor.blocks - done, left);
        this.foundBlocks += take;
        if (child.holders === 0) this.foundFree += take;
        left -= take;
        done += take;
        if (take < child.blocks) return;
        node = child;
      }
    }
  }

  /** The sequence's own single-use extent, when it still follows `parent`. */
  #findKept(kept: BlockNode | null, parent: BlockNode, maxBlocks: number): void {
    if (kept === null || kept.parent !== parent || kept.blocks > maxBlocks) return;
    this.foundBlocks += kept.blocks;
    this.foundFree += kept.blocks;
  }

  /** Holds the prefix that the last `lookup` (with the same sequence) found. */
  hold(holder: BlockHolder, prompt: ContentRuns, outputId: number, outputTokens: number): void {
    assert(holder.indexed + holder.loose === 0, 'only an empty holder can take a cached prefix');
    let left = this.foundBlocks;
    if (left === 0) return;
    const cursor = this.#cursor;
    cursor.reset(prompt, outputId, outputTokens, this.blockSizeTokens, 0);
    let node = this.#root;
    holder.indexed = left;
    while (left > 0) {
      cursor.next();
      if (cursor.singleUse) {
        holder.leaf = this.#takeKept(holder);
        return;
      }
      let done = 0;
      while (done < cursor.blocks && left > 0) {
        let child = this.#children.get(node, cursor.keyAt(done))!;
        const take = Math.min(child.blocks, cursor.blocks - done, left);
        if (take < child.blocks) child = this.#split(child, take);
        if (child.holders === 0) {
          this.#queue.remove(child);
          this.free -= child.blocks;
        }
        child.holders += 1;
        left -= take;
        done += take;
        node = child;
      }
    }
    holder.leaf = node;
  }

  #takeKept(holder: BlockHolder): BlockNode {
    const node = holder.kept!;
    this.#forget(holder);
    this.#queue.remove(node);
    this.free -= node.blocks;
    node.holders = 1;
    return node;
  }

  #forget(holder: BlockHolder): void {
    if (holder.kept === null) return;
    holder.kept.keeper = null;
    holder.kept = null;
  }

  /** Takes `blocks` free blocks for the holder, evicting cached content from the head of the queue. */
  allocate(holder: BlockHolder, blocks: number): void {
    if (blocks > this.free) fail(`${blocks} blocks asked of ${this.free} free ones`);
    holder.loose += blocks;
    this.take(blocks);
  }

  /** Takes blocks that hold no part of the holder's chain; `release` gives them back. */
  reserve(holder: BlockHolder, blocks: number): void {
    holder.fixed += blocks;
    this.take(blocks);
  }

  /** Takes blocks for holders whose counts the caller keeps (decode growth in bulk). */
  take(blocks: number): void {
    this.free -= blocks;
    let need = blocks;
    const fromFront = Math.min(need, this.#blankFront);
    this.#blankFront -= fromFront;
    need -= fromFront;
    while (need > 0) {
      const node = this.#queue.head!;
      const count = Math.min(need, node.blocks);
      node.blocks -= count;
      need -= count;
      if (node.linked) this.evictedBlocks += count;
      if (node.source !== null) {
        const from = node.start + node.blocks;
        this.listener?.removed(node.source, from, from + count);
      }
      if (node.blocks > 0) continue;
      this.#queue.remove(node);
      if (!node.linked) {
        this.#recycle(node);
      } else {
        assert(node.children === 0, 'a cached block outlived its predecessor');
        this.#children.delete(node);
      }
    }
  }

  /**
   * Indexes the holder's loose blocks that are full of computed tokens, up to `computedTokens` of the sequence, so that later
   * lookups find them.
   */
  index(
    holder: BlockHolder,
    prompt: ContentRuns,
    outputId: number,
    outputTokens: number,
    computedTokens: number,
  ): void {
    if (!this.#caching || holder.duplicate) return;
    let left = Math.floor(computedTokens / this.blockSizeTokens) - holder.indexed;
    if (left <= 0) return;
    if (holder.leaf !== null ? !holder.leaf.linked : prompt.ids[0]! < 0) {
      // Single-use from here on: no key is needed.
      this.#attach(holder, holder.leaf ?? this.#root, 0, Number.NaN, 0, left, false);
      return;
    }
    const cursor = this.#cursor;
    cursor.reset(prompt, outputId, outputTokens, this.blockSizeTokens, holder.indexed * this.blockSizeTokens);
    let node = holder.leaf ?? this.#root;
    while (left > 0 && cursor.next()) {
      if (cursor.singleUse) {
        this.#attach(holder, node, 0, Number.NaN, 0, left, false);
        return;
      }
      const blocks = Math.min(cursor.blocks, left);
      if (this.#children.get(node, cursor.key) !== undefined) {
        holder.duplicate = true;
        return;
      }
      left -= blocks;
      const start = holder.indexed;
      node = this.#attach(holder, node, cursor.key, cursor.content, cursor.offset, blocks, true);
      if (this.listener !== null) {
        node.source = { prompt, outputId, outputTokens };
        if (node.blocks === blocks) node.start = start;
        this.listener.stored(node.source, start, start + blocks);
      }
    }
  }

  /**
   * Gives all blocks of the holder back, last block first; indexed ones stay findable until they are evicted. `comesAgain`: the
   * holder will look for its blocks again, single-use ones too and for no fewer blocks than are indexed now.
   */
  release(holder: BlockHolder, comesAgain = false): void {
    this.#forget(holder);
    const blank = holder.loose + holder.fixed;
    if (blank > 0) this.#freeBlank(blank);
    let node = holder.leaf;
    if (comesAgain && node !== null && !node.linked) {
      holder.kept = node;
      node.keeper = holder;
      node.parent!.forked = true;
    }
    while (node !== null && node !== this.#root) {
      const { parent } = node;
      node.holders -= 1;
      if (node.holders === 0) {
        this.free += node.blocks;
        if (node.linked || node.keeper !== null) {
          this.#queue.append(node);
        } else {
          this.#appendAnonymous(node.blocks);
          this.#recycle(node);
        }
      }
      node = parent;
    }
    holder.leaf = null;
    holder.indexed = 0;
    holder.loose = 0;
    holder.fixed = 0;
    holder.duplicate = false;
  }

  /** Adds `blocks` loose blocks of the holder to the index behind `parent`; grows the parent itself where nothing is lost by it. */
  #attach(
    holder: BlockHolder,
    parent: BlockNode,
    key: number,
    content: number,
    offset: number,
    blocks: number,
    linked: boolean,
  ): BlockNode {
    holder.loose -= blocks;
    holder.indexed += blocks;
    const continues = linked
      ? parent.linked &&
        parent.content === content &&
        offset === parent.offset + parent.blocks * this.blockSizeTokens
      : !parent.linked && parent !== this.#root;
    const isLast = !parent.forked && parent.children === 0;
    if (continues && parent.holders === 1 && isLast) {
      parent.blocks += blocks;
      return parent;
    }
    const node = linked
      ? new BlockNode(this.#nodes++, parent, key, content, offset, blocks, true)
      : this.#singleUse(parent, blocks);
    node.holders = 1;
    if (linked) this.#children.add(node);
    holder.leaf = node;
    return node;
  }

  /** A node that nobody can look up: taken from the recycled ones, which live as long as the pool. */
  #singleUse(parent: BlockNode | null, blocks: number): BlockNode {
    const node = this.#recycled;
    if (node === null) return new BlockNode(this.#nodes++, parent, 0, Number.NaN, 0, blocks, false);
    this.#recycled = node.after;
    node.after = null;
    node.parent = parent;
    node.key = 0;
    node.blocks = blocks;
    return node;
  }

  #recycle(node: BlockNode): void {
    if (node.keeper !== null) this.#forget(node.keeper);
    node.parent = null;
    node.after = this.#recycled;
    this.#recycled = node;
  }

  /** Cuts `node` after `blocks` blocks; returns the new upper part. The lower part stays the same object, in its place. */
  #split(node: BlockNode, blocks: number): BlockNode {
    const upper = new BlockNode(
      this.#nodes++,
      node.parent,
      node.key,
      node.content,
      node.offset,
      blocks,
      true,
    );
    this.#children.delete(node);
    this.#children.add(upper);
    upper.holders = node.holders;
    upper.source = node.source;
    upper.start = node.start;
    node.start += blocks;
    node.offset += blocks * this.blockSizeTokens;
    node.blocks -= blocks;
    node.parent = upper;
    node.key = this.#cursor.keyAt((node.offset - this.#cursor.offset) / this.blockSizeTokens);
    this.#children.add(node);
    if (node.holders === 0) this.#queue.insertAfter(upper, node);
    return upper;
  }

  #freeBlank(blocks: number): void {
    this.free += blocks;
    if (this.#prepend) this.#blankFront += blocks;
    else this.#appendAnonymous(blocks);
  }

  /** Free blocks that nobody can look up join the queue: neighbours are one stretch, whichever sequences they come from. */
  #appendAnonymous(blocks: number): void {
    const tail = this.#queue.tail;
    if (tail === null) this.#blankFront += blocks;
    else if (tail.linked || tail.keeper !== null) this.#queue.append(this.#singleUse(null, blocks));
    else tail.blocks += blocks;
  }
}
