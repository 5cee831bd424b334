/**
 * KV between emulated engines, still without a clock: prefill engines hold the blocks of finished prefill legs here, decode engines
 * pull them over links that are shared as in the simulator. A hold that nobody pulls ends with its lease.
 */
import { FairShareNetwork } from '../net/fair-share.ts';

/** A finished prefill leg whose blocks wait to be pulled. */
export interface Held {
  readonly bytesPerToken: number;
  /** Link that the bytes leave by. */
  readonly egress: number;
  /** The blocks are free again. */
  readonly release: (nowUs: number) => void;
}

interface Waiting extends Held {
  readonly untilUs: number;
}

interface Pull {
  readonly held: Held;
  readonly done: (nowUs: number) => void;
}

export class KvFabric {
  readonly network = new FairShareNetwork();
  readonly #leaseUs: number;
  /** By name, oldest first: leases end in this order. */
  readonly #held = new Map<string, Waiting>();
  readonly #pulls = new Map<number, Pull>();
  #nextPull = 0;

  constructor(leaseUs: number) {
    this.#leaseUs = leaseUs;
  }

  /** Prefill legs whose blocks are held. */
  get heldLegs(): number {
    return this.#held.size;
  }

  hold(name: string, held: Held, nowUs: number): void {
    this.#held.set(name, { ...held, untilUs: nowUs + this.#leaseUs });
  }

  /**
   * Pulls `tokens` of a held leg over `ingress`; `done` is called from `advance`. False when nothing is held by this name: its
   * lease has ended, or there never was such a leg. With no tokens to pull the blocks are free at once.
   */
  pull(
    name: string,
    tokens: number,
    ingress: number,
    baseUs: number,
    nowUs: number,
    done: (nowUs: number) => void,
  ): boolean {
    const held = this.#held.get(name);
    if (held === undefined) return false;
    this.#held.delete(name);
    if (tokens === 0) {
      held.release(nowUs);
      return true;
    }
    const id = this.#nextPull++;
    this.#pulls.set(id, { held, done });
    this.network.begin(id, [held.egress, ingress], tokens * held.bytesPerToken, baseUs, nowUs);
    return true;
  }

  /** Does what is due by `nowUs`; returns when it wants to be called again, µs (Infinity: not before new work). */
  advance(nowUs: number): number {
    const through: number[] = [];
    while (this.network.nextUs() <= nowUs) {
      const atUs = this.network.nextUs();
      through.length = 0;
      this.network.collect(atUs, through);
      for (const id of through) this.#through(id, atUs);
    }
    let leaseUs = Number.POSITIVE_INFINITY;
    for (const [name, held] of this.#held) {
      leaseUs = held.untilUs;
      if (leaseUs > nowUs) break;
      this.#held.delete(name);
      held.release(nowUs);
      leaseUs = Number.POSITIVE_INFINITY;
    }
    return Math.min(leaseUs, this.network.nextUs());
  }

  #through(id: number, nowUs: number): void {
    const { held, done } = this.#pulls.get(id)!;
    this.#pulls.delete(id);
    held.release(nowUs);
    done(nowUs);
  }
}
