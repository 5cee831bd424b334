/**
 * Ends calls that have heard nothing for too long. One coarse clock for all of them: a timer each would be set anew with every byte.
 */

import { type Member, Roster } from '../roster.ts';

/** How fine the clock is; a limit is kept to within one tick. */
const TICK_MS = 50;

/** What is watched: sets `heardTick` to the watch's `tick` with every byte. */
export interface Watched extends Member {
  heardTick: number;
  readonly idleTicks: number;
  /** Nothing was heard for `idleTicks`. */
  idle(): void;
}

export class IdleWatch {
  /** The time, in ticks. */
  tick = 0;
  readonly #watched = new Roster<Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** `timeoutMs` in ticks, rounded up: never too early. */
  static ticks(timeoutMs: number): number {
    return Math.ceil(timeoutMs / TICK_MS) + 1;
  }

  add(one: Watched): void {
    one.heardTick = this.tick;
    this.#watched.add(one);
    this.#timer ??= setInterval(() => this.#check(), TICK_MS);
  }

  delete(one: Watched): void {
    this.#watched.delete(one);
  }

  #check(): void {
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.tick += 1;
    this.#watched.each((one) => {
      if (this.tick - one.heardTick >= one.idleTicks) one.idle();
    });
  }
}
