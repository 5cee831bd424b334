/**
 * Decoding sequences of one engine, advanced many steps at a time. Every member gains one token per decode step, so a
 * member is described by numbers that do not change: `contextBase` (context minus the step counter) and `finishStep`
 * (counter at which its last token comes). Sums over members follow from the counter alone:
 *
 *   context of a member         contextBase + step
 *   sum of contexts             baseSum + count * step
 *   members that open a block   residue[r] with (r + step) mod blockSize = 0, r = contextBase mod blockSize
 *
 * Members leave the finish heap lazily: an entry is stale when its key is not its sequence's `finishStep` any more.
 */
import { assert } from '../../src/core/check.ts';
import type { Sequence } from './sequence.ts';

const NOBODY: readonly never[] = [];

/** A pool that growth is taken from. */
export interface PagePool {
  take(pages: number): void;
}

/** The set. Steps count decode steps of this engine; tokens and blocks as usual. */
export class DecodeSet<Leaf> {
  count = 0;
  /** Decode steps taken so far. */
  step = 0;
  /** Drafts verified per member and step. */
  readonly draftTokens: number = 0;
  /** Blocks of the steps in progress that the pool has given already. */
  taken = 0;
  readonly #blockSize: number;
  readonly #residue: Int32Array;
  #baseSum = 0;
  #heap: Sequence<Leaf>[] = [];
  #keys: number[] = [];

  constructor(blockSizeTokens: number) {
    this.#blockSize = blockSizeTokens;
    this.#residue = new Int32Array(blockSizeTokens);
  }

  /** Adds a sequence with `computed` tokens of KV and `generated` output tokens. */
  add(sequence: Sequence<Leaf>): void {
    sequence.state = 'decoding';
    sequence.contextBase = sequence.computed - this.step;
    sequence.finishStep = this.step + sequence.target - sequence.generated;
    assert(sequence.finishStep > this.step, 'a sequence that has all its tokens does not decode');
    this.count += 1;
    this.#baseSum += sequence.contextBase;
    const class_ = this.#class(sequence);
    this.#residue[class_] = this.#residue[class_]! + 1;
    this.#push(sequence);
  }

  /** Takes a sequence out, with its `computed` and `generated` as of now. */
  remove(sequence: Sequence<Leaf>): void {
    sequence.computed = sequence.contextBase + this.step;
    sequence.generated = sequence.target - (sequence.finishStep - this.step);
    sequence.finishStep = -1;
    this.count -= 1;
    this.#baseSum -= sequence.contextBase;
    const class_ = this.#class(sequence);
    this.#residue[class_] = this.#residue[class_]! - 1;
  }

  /** A member that did not take part in the step that has just been counted. */
  holdBack(sequence: Sequence<Leaf>): void {
    this.gain(sequence, -1);
  }

  /** A member has `tokens` tokens more than the steps it took part in account for. */
  protected gain(sequence: Sequence<Leaf>, tokens: number): void {
    const before = this.#class(sequence);
    this.#residue[before] = this.#residue[before]! - 1;
    sequence.contextBase += tokens;
    sequence.finishStep -= tokens;
    this.#baseSum += tokens;
    const after = this.#class(sequence);
    this.#residue[after] = this.#residue[after]! + 1;
    this.#push(sequence);
  }

  /** KV slots that a member's next step needs. */
  get slotsPerStep(): number {
    return 1;
  }

  /** Drafts in the step in progress, all members together. */
  draftsOfStep(): number {
    return 0;
  }

  /** Drafts of a member that the step in progress accepts. */
  acceptedOf(_sequence: Sequence<Leaf>): number {
    return 0;
  }

  /** Sum over members of KV length once `steps` more steps are done, tokens. */
  contextAfter(steps: number): number {
    return this.#baseSum + this.count * (this.step + steps);
  }

  /** KV length of a member now, tokens. */
  contextOf(sequence: Sequence<Leaf>): number {
    return sequence.contextBase + this.step;
  }

  /** Output tokens of a member now. */
  generatedOf(sequence: Sequence<Leaf>): number {
    return sequence.target - (sequence.finishStep - this.step);
  }

  /** Steps until the next member ends; Infinity when empty. */
  stepsToFinish(): number {
    this.#dropStale();
    return this.#keys.length === 0 ? Number.POSITIVE_INFINITY : this.#keys[0]! - this.step;
  }

  /** Blocks that the next `steps` steps open. */
  blocksNeeded(steps: number): number {
    const size = this.#blockSize;
    const residue = this.#residue;
    const cycles = Math.floor(steps / size);
    let need = cycles * this.count;
    let at = this.#openingNow();
    for (let i = steps - cycles * size; i > 0; i--) {
      need += residue[at]!;
      at = at === 0 ? size - 1 : at - 1;
    }
    return need;
  }

  /** Most steps that `freeBlocks` allow; not counted out beyond the first completion. */
  stepsWithin(freeBlocks: number): number {
    if (this.count === 0) return Number.POSITIVE_INFINITY;
    const size = this.#blockSize;
    const residue = this.#residue;
    const cycles = Math.floor(freeBlocks / this.count);
    if (cycles * size >= this.stepsToFinish()) return cycles * size;
    let left = freeBlocks - cycles * this.count;
    let steps = 0;
    let at = this.#openingNow();
    while (steps < size && residue[at]! <= left) {
      left -= residue[at]!;
      steps += 1;
      at = at === 0 ? size - 1 : at - 1;
    }
    return cycles * size + steps;
  }

  /** Blocks that the next step opens for this member. */
  blocksOpened(sequence: Sequence<Leaf>): number {
    return (sequence.contextBase + this.step) % this.#blockSize === 0 ? 1 : 0;
  }

  /**
   * Takes what the next `steps` steps open and was not taken yet; call before the set advances, and within a segment before anything is
   * given back, so that what is given back does not serve steps that came before. `heldBack` take no part.
   */
  take(pool: PagePool, steps: number, heldBack: readonly Sequence<Leaf>[] = NOBODY): void {
    let blocks = this.blocksNeeded(steps) - this.taken;
    for (const sequence of heldBack) blocks -= this.blocksOpened(sequence);
    if (blocks > 0) pool.take(blocks);
    this.taken += blocks;
  }

  /** A sequence that has left the set holds the blocks that its tokens fill. */
  settle(sequence: Sequence<Leaf>): void {
    sequence.loose = Math.ceil(sequence.computed / this.#blockSize) - sequence.indexed;
  }

  advance(steps: number): void {
    this.step += steps;
    this.taken = 0;
  }

  /** Takes out a member that has all its tokens, in order of admission among those of the same step; null when none is left. */
  takeFinished(): Sequence<Leaf> | null {
    this.#dropStale();
    if (this.#keys.length === 0 || this.#keys[0]! > this.step) return null;
    const sequence = this.#heap[0]!;
    this.#popHeap();
    this.remove(sequence);
    return sequence;
  }

  #class(sequence: Sequence<Leaf>): number {
    const size = this.#blockSize;
    return ((sequence.contextBase % size) + size) % size;
  }

  /** The residue whose members open a block with the next step; the one below it does with the step after. */
  #openingNow(): number {
    const size = this.#blockSize;
    const since = this.step % size;
    return since === 0 ? 0 : size - since;
  }

  #dropStale(): void {
    while (this.#keys.length > 0 && this.#heap[0]!.finishStep !== this.#keys[0]!) this.#popHeap();
  }

  #push(sequence: Sequence<Leaf>): void {
    const heap = this.#heap;
    const keys = this.#keys;
    const key = sequence.finishStep;
    let i = heap.length;
    heap.push(sequence);
    keys.push(key);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent]! < key || (keys[parent]! === key && heap[parent]!.admission <= sequence.admission))
        break;
      heap[i] = heap[parent]!;
      keys[i] = keys[parent]!;
      i = parent;
    }
    heap[i] = sequence;
    keys[i] = key;
  }

  #popHeap(): void {
    const heap = this.#heap;
    const keys = this.#keys;
    const sequence = heap.pop()!;
    const key = keys.pop()!;
    const length = heap.length;
    if (length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= length) break;
      const right = child + 1;
      if (
        right < length &&
        (keys[right]! < keys[child]! ||
          (keys[right]! === keys[child]! && heap[right]!.admission < heap[child]!.admission))
      ) {
        child = right;
      }
      if (key < keys[child]! || (key === keys[child]! && sequence.admission <= heap[child]!.admission)) break;
      heap[i] = heap[child]!;
      keys[i] = keys[child]!;
      i = child;
    }
    heap[i] = sequence;
    keys[i] = key;
  }
}
