/**
 * What comes and goes by the million, as a list in no order. (The built-in Set makes a new table every few hundred insertions and
 * deletions, and each old table keeps the next one and all it holds alive until a full collection.)
 */

/** A member of one roster at most. */
export interface Member {
  /** Kept by the roster: where it stands; -1: nowhere. */
  place: number;
}

export class Roster<T extends Member> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  add(one: T): void {
    one.place = this.#members.length;
    this.#members.push(one);
  }

  /** A member that is not here is left alone. */
  delete(one: T): void {
    if (one.place < 0) return;
    const last = this.#members.pop()!;
    if (last !== one) {
      this.#members[one.place] = last;
      last.place = one.place;
    }
    one.place = -1;
  }

  /** Visits all; the one that is visited may leave. */
  each(visit: (one: T) => void): void {
    for (let i = this.#members.length - 1; i >= 0; i--) visit(this.#members[i]!);
  }
}
