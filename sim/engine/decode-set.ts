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

/** The set. Steps count decode steps of this engine; tokens and blocks as usual. */
export class DecodeSet<Leaf> {
  count = 0;
  /** Decode steps taken so far. */
  step = 0;
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
    const finish = sequence.finishStep;
    this.remove(sequence);
    sequence.computed -= 1;
    sequence.generated -= 1;
    sequence.contextBase = sequence.computed - this.step;
    sequence.finishStep = finish + 1;
    this.count += 1;
    this.#baseSum += sequence.contextBase;
    const class_ = this.#class(sequence);
    this.#residue[class_] = this.#residue[class_]! + 1;
    this.#push(sequence);
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
    let need = Math.floor(steps / size) * this.count;
    const rest = steps % size;
    for (let i = 0; i < rest; i++) need += this.#opening(i);
    return need;
  }

  /** Most steps that `freeBlocks` allow. */
  stepsWithin(freeBlocks: number): number {
    if (this.count === 0) return Number.POSITIVE_INFINITY;
    const size = this.#blockSize;
    const cycles = Math.floor(freeBlocks / this.count);
    let left = freeBlocks - cycles * this.count;
    let steps = 0;
    while (steps < size && this.#opening(steps) <= left) {
      left -= this.#opening(steps);
      steps += 1;
    }
    return cycles * size + steps;
  }

  /** Whether the next step opens a block for this member. */
  opensBlock(sequence: Sequence<Leaf>): boolean {
    return (sequence.contextBase + this.step) % this.#blockSize === 0;
  }

  advance(steps: number): void {
    this.step += steps;
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

  #opening(ahead: number): number {
    const size = this.#blockSize;
    return this.#residue[(size - ((this.step + ahead) % size)) % size]!;
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
