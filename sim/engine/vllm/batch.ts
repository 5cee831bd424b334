/** One batch of vLLM: decodes may sit a step out. Each lane of a pipeline has one. */
import { Batch } from '../batch.ts';
import type { BlockNode } from '../kv/block-pool.ts';
import type { Sequence as EngineSequence } from '../sequence.ts';

type Sequence = EngineSequence<BlockNode>;

/** Who runs, and who of them not in this step. */
export class VllmBatch extends Batch<BlockNode> {
  /** Decodes left out of this step for want of budget. */
  heldBack: Sequence[] = [];
  /** Tokens that victims of this schedule gave back. */
  refundTokens = 0;
  /** Somebody here waits for blocks that batches in flight may free: no lane admits anyone meanwhile. */
  isShort = false;

  override open(): void {
    super.open();
    this.isShort = false;
    this.refundTokens = 0;
    if (this.heldBack.length === 0) return;
    for (const sequence of this.heldBack) sequence.isHeldBack = false;
    this.heldBack = [];
  }

  /** A decode sits this step out. */
  holdBack(sequence: Sequence): void {
    sequence.isHeldBack = true;
    this.heldBack.push(sequence);
  }

  override get hasNothing(): boolean {
    return this.chunked.length === 0 && this.decodes.count === this.heldBack.length;
  }
}
