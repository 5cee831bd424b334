/**
 * How many instances of a pool occupy machines, over time: from the moment one is asked for (it loads weights before it
 * serves) until it has stopped. This is what an elastic fleet is billed for.
 */

/** Count of one pool over time. */
export class HeldReplicas {
  readonly #atUs: number[] = [];
  readonly #counts: number[] = [];

  get count(): number {
    return this.#counts.at(-1) ?? 0;
  }

  /** One more (`by` 1) or one fewer (-1) from `nowUs` on; times never fall. */
  change(by: 1 | -1, nowUs: number): void {
    this.#atUs.push(nowUs);
    this.#counts.push(this.count + by);
  }

  /** Sum over instances of the time held until `untilUs`, µs. */
  heldUs(untilUs: number): number {
    let sum = 0;
    for (const [i, count] of this.#counts.entries()) {
      const fromUs = this.#atUs[i]!;
      const toUs = Math.min(this.#atUs[i + 1] ?? untilUs, untilUs);
      if (toUs > fromUs) sum += count * (toUs - fromUs);
    }
    return sum;
  }
}
