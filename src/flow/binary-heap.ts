/** A binary min-heap over a comparison: the queue of one flow, and the victims of eviction. */

/** Heap of items; the least by `compare` is on top. Equal items come out in no promised order. */
export class BinaryHeap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The least item, or undefined when empty. */
  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    const items = this.#items;
    let index = items.length;
    items.push(item);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#compare(item, items[parent]!) >= 0) break;
      items[index] = items[parent]!;
      index = parent;
    }
    items[index] = item;
  }

  /** Removes and returns the least item. */
  pop(): T | undefined {
    const top = this.#items[0];
    const last = this.#items.pop();
    if (last !== undefined && this.#items.length > 0) this.#sink(last, 0);
    return top;
  }

  /** Removes every item for which `drop` holds and returns them, in no promised order. */
  removeWhere(drop: (item: T) => boolean): T[] {
    const items = this.#items;
    const removed: T[] = [];
    let kept = 0;
    for (const item of items) {
      if (drop(item)) removed.push(item);
      else items[kept++] = item;
    }
    if (removed.length === 0) return removed;
    items.length = kept;
    for (let index = (kept >> 1) - 1; index >= 0; index--) this.#sink(items[index]!, index);
    return removed;
  }

  /** Places `item` at the hole `index` or below it. */
  #sink(item: T, index: number): void {
    const items = this.#items;
    const half = items.length >> 1;
    let hole = index;
    while (hole < half) {
      let child = 2 * hole + 1;
      const right = child + 1;
      if (right < items.length && this.#compare(items[right]!, items[child]!) < 0) child = right;
      if (this.#compare(item, items[child]!) <= 0) break;
      items[hole] = items[child]!;
      hole = child;
    }
    items[hole] = item;
  }
}
