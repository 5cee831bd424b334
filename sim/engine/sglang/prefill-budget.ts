/** Budgets of one prefill batch of SGLang's (engines.md 2.3, step 5 to 7). Tokens. */

/** Rounding noise of reservations, tokens: what is promised and taken back must leave nothing. */
export const DUST = 1e-6;

/** What is asked of a batch. */
export interface PrefillAsk {
  /** Prompt tokens to compute. */
  readonly extend: number;
  /** Output that is reserved for. */
  readonly allowance: number;
  /** Slots that are free or evictable, the request's own prefix not among them. */
  readonly available: number;
  /** Nothing runs and nothing is in the batch: the reserve is waived, or nothing would ever start. */
  readonly engineIsEmpty: boolean;
  readonly batchIsEmpty: boolean;
  /** Some request is being chunked already. */
  readonly hasChunked: boolean;
}

/** What is left of the budgets of the batch that is being formed. */
export class PrefillBudget {
  leftInput: number;
  leftChunk: number;
  /** Slots promised to running requests' and the batch's future output. */
  reserved: number;
  readonly #page: number;

  constructor(options: { input: number; chunk: number; reserved: number; pageTokens: number }) {
    this.leftInput = options.input;
    this.leftChunk = options.chunk;
    this.reserved = options.reserved;
    this.#page = options.pageTokens;
  }

  get isSpent(): boolean {
    return this.leftInput <= 0 || this.leftChunk <= 0;
  }

  /** Prompt tokens that a waiting request may compute in this batch; 0: no room. Fewer than asked makes it the chunked one. */
  grant(ask: PrefillAsk): number {
    const page = this.#page;
    const rounded = Math.ceil(ask.extend / page) * page;
    if (rounded + ask.allowance + page > ask.available - this.reserved + DUST) {
      if (!ask.engineIsEmpty || rounded > ask.available) return 0;
    }
    if (ask.extend > this.leftChunk) return ask.hasChunked ? 0 : Math.floor(this.leftChunk / page) * page;
    if (rounded > this.leftInput && !ask.batchIsEmpty) return 0;
    return ask.extend;
  }

  spend(tokens: number): void {
    this.leftInput -= tokens;
    this.leftChunk -= tokens;
  }
}
