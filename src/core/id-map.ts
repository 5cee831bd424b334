/**
 * A map from small non-negative integers to objects, for what comes and goes by the million: open addressing with linear
 * probing and backward-shift deletion, no allocation but on growth. (The built-in Map makes a new table every few hundred
 * insertions and deletions, and each old table keeps the next one and all it holds alive until a full collection.)
 *
 *   slot i    key     Float64   id, or -1 when empty
 *             value   object
 */

/** Map of ids below 2^31 to values. */
export class IdMap<T> {
  size = 0;
  // 64 slots: a few dozen requests in flight before the first doubling, at most half full.
  #keys = new Float64Array(64).fill(-1);
  #values: (T | undefined)[] = new Array<T | undefined>(64).fill(undefined);

  get(id: number): T | undefined {
    const keys = this.#keys;
    const mask = keys.length - 1;
    for (let i = home(id, mask); ; i = (i + 1) & mask) {
      const key = keys[i]!;
      if (key === id) return this.#values[i];
      if (key === -1) return undefined;
    }
  }

  /** Adds or replaces. */
  set(id: number, value: T): void {
    if (2 * (this.size + 1) > this.#keys.length) this.#grow();
    const keys = this.#keys;
    const mask = keys.length - 1;
    let i = home(id, mask);
    while (keys[i] !== -1 && keys[i] !== id) i = (i + 1) & mask;
    if (keys[i] === -1) this.size += 1;
    keys[i] = id;
    this.#values[i] = value;
  }

  /** Removes an id; false when it is not there. */
  delete(id: number): boolean {
    const keys = this.#keys;
    const values = this.#values;
    const mask = keys.length - 1;
    let hole = home(id, mask);
    while (keys[hole] !== id) {
      if (keys[hole] === -1) return false;
      hole = (hole + 1) & mask;
    }
    for (let i = (hole + 1) & mask; keys[i] !== -1; i = (i + 1) & mask) {
      // An entry moves into the hole unless its home lies behind the hole.
      const distance = (i - home(keys[i]!, mask)) & mask;
      if (distance < ((i - hole) & mask)) continue;
      keys[hole] = keys[i]!;
      values[hole] = values[i];
      hole = i;
    }
    keys[hole] = -1;
    values[hole] = undefined;
    this.size -= 1;
    return true;
  }

  clear(): void {
    this.#keys.fill(-1);
    this.#values.fill(undefined);
    this.size = 0;
  }

  /** Ids, ascending. */
  ids(): number[] {
    return Array.from(this.#keys.filter((key) => key !== -1)).sort((a, b) => a - b);
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    const length = keys.length * 2;
    this.#keys = new Float64Array(length).fill(-1);
    this.#values = new Array<T | undefined>(length).fill(undefined);
    this.size = 0;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== -1) this.set(keys[i]!, values[i]!);
  }
}

/** Multiplicative hashing (Knuth): consecutive ids spread over the table. */
function home(id: number, mask: number): number {
  const mixed = Math.imul(id, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) & mask;
}
