/**
 * A waiting queue in order of importance: the same interface as the Deque, which it stands in for. Sorted by insertion, as
 * schedulers look at the front and queues are short against the work that a request means.
 */

/** Queue whose front is the least item by `compare`; equal items keep their order of insertion. */
export class PriorityQueue<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get length(): number {
    return this.#items.length;
  }

  pushBack(item: T): void {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(this.#items[middle]!, item) <= 0) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, item);
  }

  /** Its place is its own, wherever it comes from. */
  pushFront(item: T): void {
    this.pushBack(item);
  }

  front(): T | undefined {
    return this.#items[0];
  }

  popFront(): T | undefined {
    return this.#items.shift();
  }

  toArray(): T[] {
    return [...this.#items];
  }

  find(matches: (item: T) => boolean): T | undefined {
    return this.#items.find(matches);
  }

  /** Items that match: newcomers may stand anywhere. */
  countFromBack(matches: (item: T) => boolean): number {
    return this.#items.reduce((count, item) => count + (matches(item) ? 1 : 0), 0);
  }

  remove(item: T): boolean {
    const index = this.#items.indexOf(item);
    if (index >= 0) this.#items.splice(index, 1);
    return index >= 0;
  }
}
