/** The one clock of an emulated fleet: engine time runs `speed` times as fast as the wall's. */
import { performance } from 'node:perf_hooks';

/** Shorter waits than this are not worth a timer of ms grain. */
const LEAST_TIMER_MS = 0.3;
/** setTimeout's longest delay. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class WallClock {
  readonly speed: number;
  readonly #startMs = performance.now();

  constructor(speed: number) {
    this.speed = speed;
  }

  /** Engine time, µs. */
  nowUs(): number {
    return (performance.now() - this.#startMs) * 1000 * this.speed;
  }

  /** Wall time between two engine times, ms. */
  wallMs(us: number): number {
    return us / 1000 / this.speed;
  }
}

/** One wake-up of a clock's owner at a time; a new one replaces the old. */
export class Alarm {
  readonly #clock: WallClock;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  /** Calls `wake` once at or after `atUs`; Infinity: never. */
  set(atUs: number, wake: () => void): void {
    this.clear();
    if (atUs === Number.POSITIVE_INFINITY) return;
    const delayMs = this.#clock.wallMs(atUs - this.#clock.nowUs());
    if (delayMs < LEAST_TIMER_MS) this.#immediate = setImmediate(wake);
    else this.#timer = setTimeout(wake, Math.min(LONGEST_TIMER_MS, delayMs));
  }

  clear(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }
}
