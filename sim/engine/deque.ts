/** A growable ring: queue of waiting sequences with a way back to its front. */

/** Double-ended queue. */
export class Deque<T> {
  length = 0;
  #items: (T | undefined)[] = new Array<T | undefined>(64);
  #head = 0;

  pushBack(item: T): void {
    if (this.length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.length) & (this.#items.length - 1)] = item;
    this.length += 1;
  }

  pushFront(item: T): void {
    if (this.length === this.#items.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#items.length - 1);
    this.#items[this.#head] = item;
    this.length += 1;
  }

  /** How many at the back match, up to the first that does not. */
  countFromBack(matches: (item: T) => boolean): number {
    const mask = this.#items.length - 1;
    let count = 0;
    while (count < this.length && matches(this.#items[(this.#head + this.length - 1 - count) & mask]!)) {
      count += 1;
    }
    return count;
  }

  front(): T | undefined {
    return this.length === 0 ? undefined : this.#items[this.#head];
  }

  popFront(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.length -= 1;
    return item;
  }

  /** All items from the front on. */
  toArray(): T[] {
    const mask = this.#items.length - 1;
    return Array.from({ length: this.length }, (_, i) => this.#items[(this.#head + i) & mask]!);
  }

  /** First item that matches; O(length). */
  find(matches: (item: T) => boolean): T | undefined {
    const mask = this.#items.length - 1;
    for (let i = 0; i < this.length; i++) {
      const item = this.#items[(this.#head + i) & mask]!;
      if (matches(item)) return item;
    }
    return undefined;
  }

  /** Removes one item wherever it stands; O(length). False when it is not there. */
  remove(item: T): boolean {
    const mask = this.#items.length - 1;
    for (let i = 0; i < this.length; i++) {
      if (this.#items[(this.#head + i) & mask] !== item) continue;
      for (let j = i; j < this.length - 1; j++) {
        this.#items[(this.#head + j) & mask] = this.#items[(this.#head + j + 1) & mask];
      }
      this.#items[(this.#head + this.length - 1) & mask] = undefined;
      this.length -= 1;
      return true;
    }
    return false;
  }

  #grow(): void {
    const old = this.#items;
    const items = new Array<T | undefined>(old.length * 2);
    for (let i = 0; i < this.length; i++) items[i] = old[(this.#head + i) & (old.length - 1)];
    this.#items = items;
    this.#head = 0;
  }
}
