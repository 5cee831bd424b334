/** One batch of vLLM, step after step: who runs, and what the step in progress does with them. Each lane of a pipeline has one. */
import type { DecodeSet } from '../decode-set.ts';
import type { BlockNode } from '../kv/block-pool.ts';
import { type Sequence as EngineSequence, SequenceList } from '../sequence.ts';
import type { Stepper } from '../stepper.ts';

type Sequence = EngineSequence<BlockNode>;

/** Who runs. All that is of a schedule or step starts anew with the next schedule. */
export class Batch {
  readonly stepper: Stepper;
  /** Everyone who runs, in order of admission, and those of them that decode. */
  readonly running = new SequenceList<BlockNode>();
  readonly decodes: DecodeSet<BlockNode>;
  /** Running sequences whose prompt is not complete, in running order. */
  prefilling: Sequence[] = [];
  /** Sequences that get a chunk of their prompt in this step. */
  chunked: Sequence[] = [];
  /** Decodes left out of this step for want of budget. */
  heldBack: Sequence[] = [];
  /** This schedule has taken somebody out. */
  preempted = false;
  /** Tokens that victims of this schedule gave back. */
  refundTokens = 0;
  /** Somebody here waits for blocks that batches in flight may free: no lane admits anyone meanwhile. */
  isShort = false;

  constructor(stepper: Stepper, decodes: DecodeSet<BlockNode>) {
    this.stepper = stepper;
    this.decodes = decodes;
  }

  /** A new schedule begins. */
  open(): void {
    this.preempted = false;
    this.isShort = false;
    this.refundTokens = 0;
    if (this.chunked.length > 0) this.chunked = [];
    if (this.heldBack.length === 0) return;
    for (const sequence of this.heldBack) sequence.isHeldBack = false;
    this.heldBack = [];
  }

  /** A decode sits this step out. */
  holdBack(sequence: Sequence): void {
    sequence.isHeldBack = true;
    this.heldBack.push(sequence);
  }

  /** The schedule has found nothing to run. */
  get hasNothing(): boolean {
    return this.chunked.length === 0 && this.decodes.count === this.heldBack.length;
  }

  /** Takes out somebody who runs. */
  remove(sequence: Sequence): void {
    this.running.remove(sequence);
    if (sequence.state === 'decoding') {
      this.decodes.remove(sequence);
      this.decodes.settle(sequence);
    } else {
      this.prefilling = this.prefilling.filter((s) => s !== sequence);
    }
  }
}
