/**
 * SGLang's guess of how much of their allowance running requests will still use (engines.md 2.5): starts at 0.7, decays with
 * every decode step that had room, jumps up when something had to be retracted.
 *
 * Worked example: after 300 clean steps 0.7 - 300 * (0.7 - 0.098) / 600 = 0.399; after 600 it stays at 0.098.
 */

/** Output tokens beyond this are not reserved for (SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION). */
export const CLIP_NEW_TOKENS = 4096;

/** Steps that must fit after a retraction. */
export const RETRACT_DECODE_STEPS = 20;

/** The ratio, 0..1. */
export class NewTokenRatio {
  value: number;
  readonly #initial: number;
  readonly #floor: number;
  readonly #decay: number;

  constructor(conservativeness: number) {
    this.#initial = Math.min(0.7 * conservativeness, 1);
    this.#floor = this.#initial * 0.14;
    this.#decay = (this.#initial - this.#floor) / 600;
    this.value = this.#initial;
  }

  /** `steps` decode steps passed without a shortage. */
  decay(steps: number): void {
    this.value = Math.max(this.#floor, this.value - steps * this.#decay);
  }

  /** After a retraction, from the survivors' output so far and their limits. */
  retracted(decodedTokens: number, requests: number, maxNewTokens: number): void {
    this.value = Math.min(1, (decodedTokens + RETRACT_DECODE_STEPS * requests) / (maxNewTokens + 1));
  }

  /** The scheduler was idle. */
  reset(): void {
    this.value = this.#initial;
  }
}
