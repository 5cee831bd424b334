/**
 * Fast-forward: `steps` pure decode steps of an unchanged batch as one stretch of time. Step j (from 1) sees a summed context
 * of `context + growth * j` and lasts `baseUs + perContextUs * (that)`, so the time after j steps is the quadratic
 *
 *   T(j) = start + j * baseUs + perContextUs * (j * context + growth * j (j + 1) / 2)
 *
 * Worked example: start 0, baseUs 1000, perContextUs 1, context 100, growth 2: steps last 1102, 1104, 1106;
 * T(3) = 3000 + (300 + 12) = 3312.
 */
import { gridUs } from '../kernel/kernel.ts';

/** The stretch in progress of one engine; reused. Times in µs, unrounded unless said otherwise. */
export class Segment {
  steps = 0;
  #startUs = 0;
  #baseUs = 0;
  #perContextUs = 0;
  #context = 0;
  #growth = 0;

  begin(
    startUs: number,
    baseUs: number,
    perContextUs: number,
    context: number,
    growth: number,
    steps: number,
  ): void {
    this.#startUs = startUs;
    this.#baseUs = baseUs;
    this.#perContextUs = perContextUs;
    this.#context = context;
    this.#growth = growth;
    this.steps = steps;
  }

  /** Time after `steps` steps. */
  timeAfterUs(steps: number): number {
    const context = steps * this.#context + (this.#growth * steps * (steps + 1)) / 2;
    return this.#startUs + steps * this.#baseUs + this.#perContextUs * context;
  }

  /** Duration of step 1; each further one lasts `incrementUs` longer. */
  get firstUs(): number {
    return this.#baseUs + this.#perContextUs * (this.#context + this.#growth);
  }

  get incrementUs(): number {
    return this.#perContextUs * this.#growth;
  }

  /** Fewest steps (at least 1, at most `steps`) after which the grid time is at or past `timeUs`. */
  stepsUntil(timeUs: number): number {
    const most = this.steps;
    if (most <= 1) return most;
    const elapsed = timeUs - this.#startUs;
    // T(j) - start = a j^2 + b j
    const a = (this.#perContextUs * this.#growth) / 2;
    const b = this.#baseUs + this.#perContextUs * this.#context + a;
    const root = (2 * elapsed) / (b + Math.sqrt(b * b + 4 * a * Math.max(0, elapsed)));
    let j = Math.min(most, Math.max(1, Math.ceil(root)));
    while (j > 1 && gridUs(this.timeAfterUs(j - 1)) >= timeUs) j -= 1;
    while (j < most && gridUs(this.timeAfterUs(j)) < timeUs) j += 1;
    return j;
  }
}
