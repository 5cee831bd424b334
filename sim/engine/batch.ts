/** A continuous batch, step after step: who runs, and which prompts are worked on. One for engines that mix prompts and decodes. */
import type { DecodeSet } from './decode-set.ts';
import { type Sequence, SequenceList } from './sequence.ts';
import type { Stepper } from './stepper.ts';

/** Who runs. What is of one step starts anew with the next schedule. */
export class Batch<Leaf> {
  readonly stepper: Stepper;
  /** Everyone who runs, in order of admission, and those of them that decode. */
  readonly running = new SequenceList<Leaf>();
  readonly decodes: DecodeSet<Leaf>;
  /** Running sequences whose prompt is not complete, in running order. */
  prefilling: Sequence<Leaf>[] = [];
  /** Sequences that get a chunk of their prompt in this step. */
  chunked: Sequence<Leaf>[] = [];
  /** This schedule has taken somebody out. */
  preempted = false;

  constructor(stepper: Stepper, decodes: DecodeSet<Leaf>) {
    this.stepper = stepper;
    this.decodes = decodes;
  }

  /** A new schedule begins. */
  open(): void {
    this.preempted = false;
    if (this.chunked.length > 0) this.chunked = [];
  }

  /** The schedule has found nothing to run. */
  get hasNothing(): boolean {
    return this.chunked.length === 0 && this.decodes.count === 0;
  }

  /** A sequence gets a chunk of `tokens` in this step. */
  chunk(sequence: Sequence<Leaf>, tokens: number): void {
    sequence.chunk = tokens;
    this.chunked.push(sequence);
  }

  /** Takes out somebody who runs. */
  remove(sequence: Sequence<Leaf>): void {
    this.running.remove(sequence);
    if (sequence.state === 'decoding') {
      this.decodes.remove(sequence);
      this.decodes.settle(sequence);
    } else {
      this.prefilling = this.prefilling.filter((s) => s !== sequence);
    }
  }

  /** Forgets those whose prompt is complete. */
  dropComplete(): void {
    if (this.prefilling.length > 0) this.prefilling = this.prefilling.filter((s) => s.state === 'prefilling');
  }
}
