/**
 * SGLang's radix cache (engines.md 2.7) with its slot pool, in pages (1 token by default). A node is a span of pages of a
 * chain of content; sequences lock the path to the node that ends their prefix. Pages outside of the tree belong to one
 * sequence. Unlocked leaves are evicted whole, least recently used first, when slots are short; a parent may become a leaf
 * by it.
 *
 * Invariant: free + evictable + locked + loose pages of all sequences = capacity.
 */
import { assert, fail } from '../../../src/core/check.ts';
import type { ContentRuns } from '../../workload/request.ts';
import { ExtentCursor } from './content.ts';

/** A span of cached pages. */
export class RadixNode {
  parent: RadixNode | null;
  key: number;
  content: number;
  offset: number;
  pages: number;
  locks = 0;
  /** Order of last use. */
  access = 0;
  /** Whether the parent's map holds it; spans of single-use content are not linked. */
  linked: boolean;
  offspring = 0;
  children: Map<number, RadixNode> | null = null;
  evicted = false;

  constructor(
    parent: RadixNode | null,
    key: number,
    content: number,
    offset: number,
    pages: number,
    linked: boolean,
  ) {
    this.parent = parent;
    this.key = key;
    this.content = content;
    this.offset = offset;
    this.pages = pages;
    this.linked = linked;
  }
}

/** Pages that one sequence holds: a locked path of the tree, and pages of its own. */
export interface RadixHolder {
  leaf: RadixNode | null;
  /** Pages of the locked path. */
  indexed: number;
  /** Pages of its own. */
  loose: number;
}

/** The tokens of a sequence, prompt and output. */
export interface Content {
  readonly prompt: ContentRuns;
  readonly outputId: number;
  readonly outputTokens: number;
}

/** Tree and pool. Counts in pages. */
export class RadixTree {
  readonly capacity: number;
  readonly pageTokens: number;
  /** Pages that nobody holds and the tree does not cache. */
  free: number;
  /** Cached pages that nobody locks. */
  evictable = 0;
  /** Cached pages, which could have been found again, that were evicted so far. */
  evictedPages = 0;
  readonly #caching: boolean;
  readonly #root = new RadixNode(null, 0, 0, 0, 0, true);
  readonly #cursor = new ExtentCursor();
  #clock = 0;
  /** Leaves by last use; entries whose node has changed since are stale. */
  #heap: RadixNode[] = [];
  #keys: number[] = [];

  constructor(options: { capacity: number; pageTokens: number; caching: boolean }) {
    this.capacity = options.capacity;
    this.pageTokens = options.pageTokens;
    this.free = options.capacity;
    this.#caching = options.caching;
  }

  /** Pages that an allocation can get. */
  get available(): number {
    return this.free + this.evictable;
  }

  get used(): number {
    return this.capacity - this.available;
  }

  /** Cached pages of the sequence's start, at most `maxPages`, without touching anything. */
  peek(content: Content, maxPages: number): number {
    let found = 0;
    this.#walk(content, maxPages, (node, take) => {
      found += take;
      return node;
    });
    return found;
  }

  /** Where the cached part of the sequence's start ends, at most `maxPages` pages on; the root when nothing is cached. */
  deepest(content: Content, maxPages: number): { node: RadixNode; pages: number } {
    let pages = 0;
    const node = this.#walk(content, maxPages, (found, take) => {
      pages += take;
      return found;
    });
    return { node, pages };
  }

  /** Locks the longest cached prefix of at most `maxPages` pages for an empty holder; marks it as used. */
  lock(holder: RadixHolder, content: Content, maxPages: number): void {
    assert(holder.indexed + holder.loose === 0, 'only an empty holder can lock a prefix');
    this.#lockPath(holder, content, maxPages);
  }

  /** Takes pages for the holder, evicting leaves where free ones do not suffice. */
  allocate(holder: RadixHolder, pages: number): void {
    holder.loose += pages;
    this.take(pages);
  }

  /** Takes pages that the caller accounts for (decode growth in bulk). */
  take(pages: number): void {
    if (pages > this.available) fail(`${pages} pages asked of ${this.available} available ones`);
    while (this.free < pages) this.#evictOne();
    this.free -= pages;
  }

  /**
   * Puts the holder's computed pages in the tree and locks them there; pages that the tree has already are given back. Called
   * after each chunk, so that others find them.
   */
  cache(holder: RadixHolder, content: Content, computedTokens: number): void {
    if (!this.#caching) return;
    const pages = Math.floor(computedTokens / this.pageTokens);
    if (pages <= holder.indexed) return;
    const added = pages - holder.indexed;
    holder.loose -= added;
    if (holder.leaf !== null && !holder.leaf.linked) {
      holder.leaf.pages += added;
      holder.indexed = pages;
      return;
    }
    const leaf = this.#insert(holder, content, pages);
    this.#unlockPath(holder);
    this.#lockFrom(holder, leaf, pages);
  }

  /** Gives everything back; what is in the tree stays there until it is evicted. */
  release(holder: RadixHolder): void {
    this.free += holder.loose;
    this.#unlockPath(holder);
    holder.leaf = null;
    holder.indexed = 0;
    holder.loose = 0;
  }

  #walk(
    content: Content,
    maxPages: number,
    visit: (node: RadixNode, take: number, keyBehind: () => number) => RadixNode,
  ): RadixNode {
    let node = this.#root;
    if (!this.#caching) return node;
    const cursor = this.#cursor;
    cursor.reset(content.prompt, content.outputId, content.outputTokens, this.pageTokens, 0);
    let left = maxPages;
    while (left > 0 && cursor.next() && !cursor.singleUse) {
      let done = 0;
      while (done < cursor.blocks && left > 0) {
        const child = node.children?.get(cursor.keyAt(done));
        if (child === undefined) return node;
        const take = Math.min(child.pages, cursor.blocks - done, left);
        const end = done + take;
        node = visit(child, take, () => cursor.keyAt(end));
        left -= take;
        done = end;
        if (take < child.pages && node === child) return node;
      }
    }
    return node;
  }

  #lockPath(holder: RadixHolder, content: Content, maxPages: number): void {
    this.#clock += 1;
    let pages = 0;
    const leaf = this.#walk(content, maxPages, (node, take, keyBehind) => {
      const whole = take < node.pages ? this.#split(node, take, keyBehind()) : node;
      whole.access = this.#clock;
      pages += take;
      return whole;
    });
    this.#lockFrom(holder, leaf, pages);
  }

  #lockFrom(holder: RadixHolder, leaf: RadixNode, pages: number): void {
    for (let node: RadixNode | null = leaf; node !== null && node !== this.#root; node = node.parent) {
      if (node.locks === 0) this.evictable -= node.pages;
      node.locks += 1;
    }
    holder.leaf = leaf === this.#root ? null : leaf;
    holder.indexed = pages;
  }

  #unlockPath(holder: RadixHolder): void {
    for (let node = holder.leaf; node !== null && node !== this.#root; node = node.parent) {
      node.locks -= 1;
      if (node.locks > 0) continue;
      this.evictable += node.pages;
      if (node.offspring === 0) this.#pushLeaf(node);
    }
    holder.leaf = null;
  }

  /**
   * Adds the pages of the sequence that the tree lacks, up to `pages`; returns the node that ends them. New nodes start
   * unlocked. The holder's copies of pages that the tree had already become free.
   */
  #insert(holder: RadixHolder, content: Content, pages: number): RadixNode {
    let shared = 0;
    this.#clock += 1;
    let node = this.#walk(content, pages, (visited, take, keyBehind) => {
      const whole = take < visited.pages ? this.#split(visited, take, keyBehind()) : visited;
      whole.access = this.#clock;
      shared += take;
      return whole;
    });
    this.free += shared - holder.indexed;
    const cursor = this.#cursor;
    cursor.reset(
      content.prompt,
      content.outputId,
      content.outputTokens,
      this.pageTokens,
      shared * this.pageTokens,
    );
    let left = pages - shared;
    while (left > 0 && cursor.next()) {
      const take = cursor.singleUse ? left : Math.min(cursor.blocks, left);
      const child = cursor.singleUse
        ? new RadixNode(node, 0, Number.NaN, 0, take, false)
        : new RadixNode(node, cursor.key, cursor.content, cursor.offset, take, true);
      if (child.linked) {
        node.children ??= new Map();
        node.children.set(cursor.key, child);
      }
      node = this.#grown(child);
      left -= take;
    }
    return node;
  }

  #grown(child: RadixNode): RadixNode {
    child.parent!.offspring += 1;
    child.access = this.#clock;
    this.evictable += child.pages;
    this.#pushLeaf(child);
    return child;
  }

  /** Cuts a node after `pages` pages and returns the upper part; the lower part stays the same object. */
  #split(node: RadixNode, pages: number, keyBehind: number): RadixNode {
    const upper = new RadixNode(node.parent, node.key, node.content, node.offset, pages, true);
    upper.locks = node.locks;
    upper.access = node.access;
    upper.offspring = 1;
    node.parent!.children!.set(node.key, upper);
    node.parent = upper;
    node.key = keyBehind;
    node.offset += pages * this.pageTokens;
    node.pages -= pages;
    upper.children = new Map([[keyBehind, node]]);
    return upper;
  }

  #evictOne(): void {
    for (;;) {
      const node = this.#heap[0];
      if (node === undefined) fail('slots are said to be evictable, but no leaf is');
      const key = this.#keys[0]!;
      this.#popLeaf();
      if (node.evicted || node.locks > 0 || node.offspring > 0) continue;
      if (node.access !== key) {
        this.#pushLeaf(node);
        continue;
      }
      node.evicted = true;
      this.evictable -= node.pages;
      this.free += node.pages;
      const parent = node.parent!;
      if (node.linked) {
        parent.children!.delete(node.key);
        this.evictedPages += node.pages;
      }
      parent.offspring -= 1;
      if (parent !== this.#root && parent.offspring === 0 && parent.locks === 0) this.#pushLeaf(parent);
      return;
    }
  }

  #pushLeaf(node: RadixNode): void {
    const keys = this.#keys;
    const heap = this.#heap;
    const key = node.access;
    let i = keys.length;
    keys.push(key);
    heap.push(node);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[i] = keys[parent]!;
      heap[i] = heap[parent]!;
      i = parent;
    }
    keys[i] = key;
    heap[i] = node;
  }

  #popLeaf(): void {
    const keys = this.#keys;
    const heap = this.#heap;
    const key = keys.pop()!;
    const node = heap.pop()!;
    const length = keys.length;
    if (length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= length) break;
      if (child + 1 < length && keys[child + 1]! < keys[child]!) child += 1;
      if (key <= keys[child]!) break;
      keys[i] = keys[child]!;
      heap[i] = heap[child]!;
      i = child;
    }
    keys[i] = key;
    heap[i] = node;
  }
}
