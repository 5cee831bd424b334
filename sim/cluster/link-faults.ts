/** Which KV links do not work now, and how often transfers over the others fail. */
import type { Rng } from '../../src/core/rng.ts';
import type { Replica } from './replica.ts';

/** A cut: the NICs of one instance, or the way from one pool to another. */
export interface Cut {
  readonly replica?: Replica;
  readonly fromPool?: number;
  readonly toPool?: number;
}

/** Transfers into the pool (-1: any) fail with this probability. */
export interface ErrorRate {
  readonly toPool: number;
  readonly probability: number;
}

/** Faults that are on. */
export class LinkFaults {
  readonly #cuts = new Set<Cut>();
  readonly #errors = new Set<ErrorRate>();
  #rng: Rng | null = null;

  /** Where draws come from; needed before the first error rate. */
  drawFrom(rng: Rng): void {
    this.#rng = rng;
  }

  cut(cut: Cut, isOn: boolean): void {
    if (isOn) this.#cuts.add(cut);
    else this.#cuts.delete(cut);
  }

  errors(rate: ErrorRate, isOn: boolean): void {
    if (isOn) this.#errors.add(rate);
    else this.#errors.delete(rate);
  }

  get hasCuts(): boolean {
    return this.#cuts.size > 0;
  }

  /** `usesNic`: the way goes over the NICs of the instances. */
  isCut(from: Replica, to: Replica, usesNic: boolean): boolean {
    for (const cut of this.#cuts) {
      if (cut.replica !== undefined) {
        if (usesNic && (cut.replica === from || cut.replica === to)) return true;
      } else if (cut.fromPool === from.pool && cut.toPool === to.pool) {
        return true;
      }
    }
    return false;
  }

  /** Share of the bytes of a transfer that starts now after which it breaks off; 1: it succeeds. */
  shareUntilError(to: Replica): number {
    if (this.#errors.size === 0) return 1;
    let succeeds = 1;
    for (const { toPool, probability } of this.#errors) {
      if (toPool < 0 || toPool === to.pool) succeeds *= 1 - probability;
    }
    if (succeeds === 1) return 1;
    const fails = 1 - succeeds;
    const drawn = this.#rng!.unit();
    // Below `fails` the draw is uniform over the transfer as well.
    return drawn < fails ? drawn / fails : 1;
  }
}
