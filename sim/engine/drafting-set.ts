/**
 * Decoding sequences that get drafts verified: each step a member gains one token and as many more as were accepted, so
 * members no longer move in step and are followed one by one. A member holds the KV slots of its last step's drafts until the
 * next step; `loose` is kept exact instead of being settled at the end.
 */
import { DecodeSet, type PagePool } from './decode-set.ts';
import type { EngineMeters } from './meters.ts';
import type { Sequence } from './sequence.ts';
import { Acceptance, type Speculation } from './speculation.ts';

/** The set. */
export class DraftingSet<Leaf> extends DecodeSet<Leaf> {
  override readonly draftTokens: number;
  /** KV slots beyond the context that a step needs, besides the certain token's. */
  readonly #slots: number;
  readonly #acceptance: Acceptance;
  readonly #meters: EngineMeters;
  readonly #size: number;
  #members: Sequence<Leaf>[] = [];

  constructor(blockSizeTokens: number, speculation: Speculation, seed: number, meters: EngineMeters) {
    super(blockSizeTokens);
    this.#size = blockSizeTokens;
    this.draftTokens = speculation.draftTokens;
    this.#slots = speculation.draftTokens + speculation.lookaheadTokens;
    this.#acceptance = new Acceptance(speculation.acceptance, seed);
    this.#meters = meters;
  }

  override get slotsPerStep(): number {
    return 1 + this.#slots;
  }

  override add(sequence: Sequence<Leaf>): void {
    super.add(sequence);
    sequence.drafts = this.draftTokens;
    this.#members.push(sequence);
  }

  override remove(sequence: Sequence<Leaf>): void {
    super.remove(sequence);
    this.#members = this.#members.filter((s) => s !== sequence);
  }

  override draftsOfStep(): number {
    let drafts = 0;
    for (const s of this.#members) if (!s.isHeldBack) drafts += s.drafts;
    return drafts;
  }

  override acceptedOf(sequence: Sequence<Leaf>): number {
    const generated = this.generatedOf(sequence);
    const most = Math.min(sequence.drafts, sequence.target - generated - 1);
    return this.#acceptance.draw(sequence.request.request.id, generated, most);
  }

  override blocksNeeded(_steps: number): number {
    let need = 0;
    for (const s of this.#members) need += this.blocksOpened(s);
    return need;
  }

  override stepsWithin(_freeBlocks: number): number {
    return 1;
  }

  override blocksOpened(sequence: Sequence<Leaf>): number {
    const tokens = this.contextOf(sequence) + 1 + this.#slots;
    return Math.max(0, Math.ceil(tokens / this.#size) - (sequence.indexed + sequence.loose));
  }

  override take(pool: PagePool, _steps: number): void {
    let total = 0;
    for (const s of this.#members) {
      if (s.isHeldBack) continue;
      const blocks = this.blocksOpened(s);
      s.loose += blocks;
      total += blocks;
    }
    if (total > 0) pool.take(total);
  }

  override settle(_sequence: Sequence<Leaf>): void {}

  override advance(_steps: number): void {
    const accepted = this.#members.map((s) => (s.isHeldBack ? 0 : this.acceptedOf(s)));
    super.advance(1);
    for (const [i, s] of this.#members.entries()) {
      if (s.isHeldBack) continue;
      this.#meters.draftTokens += s.drafts;
      this.#meters.acceptedTokens += accepted[i]!;
      if (accepted[i]! > 0) this.gain(s, accepted[i]!);
    }
  }
}
