/** What a vLLM engine holds that does not belong to one batch: queues, the block pool, counters. */
import { assert } from '../../../src/core/check.ts';
import { Deque } from '../deque.ts';
import { type BlockNode, BlockPool } from '../kv/block-pool.ts';
import { EngineMeters } from '../meters.ts';
import { PriorityQueue } from '../priority-queue.ts';
import { RankedQueue } from '../scheduling-policy.ts';
import { byPriority, type Sequence as EngineSequence, SequenceList } from '../sequence.ts';
import type { VllmConfig } from './config.ts';
import type { Preemption } from './preemption.ts';

type Sequence = EngineSequence<BlockNode>;

/** The waiting queue: of a policy's own order, by priority, or first come first served. */
function queueOf({
  policy,
  byPriority: isByPriority,
}: VllmConfig): Deque<Sequence> | PriorityQueue<Sequence> {
  if (policy !== undefined) return new RankedQueue<BlockNode>(policy);
  return isByPriority ? new PriorityQueue<Sequence>(byPriority) : new Deque<Sequence>();
}

/** One for each engine; the lanes of a pipeline share it. */
export interface VllmCommon {
  readonly pool: BlockPool;
  readonly waiting: Deque<Sequence> | PriorityQueue<Sequence>;
  /** Passed over because their KV is on its way; examined before `waiting`. */
  readonly loading: SequenceList<BlockNode>;
  /** Passed over because a batch with their adapter would hold too many; examined before `waiting`. */
  readonly passedOver: Sequence[];
  /** Finished prefill legs whose blocks are not released yet. */
  readonly holding: SequenceList<BlockNode>;
  readonly meters: EngineMeters;
  /** Of every lane. */
  readonly running: SequenceList<BlockNode>[];
  /** Of every lane. */
  readonly lanes: Preemption[];
  admissions: number;
}

/** Queue and block pool of an engine of `kvBlocks` blocks. */
export function vllmCommon(config: VllmConfig, kvBlocks: number, meters = new EngineMeters()): VllmCommon {
  assert(kvBlocks >= 2, 'the block pool holds no block');
  return {
    // Block 0 is vLLM's null block and never used.
    pool: new BlockPool({
      capacity: kvBlocks - 1,
      blockSizeTokens: config.blockSizeTokens,
      prefixCaching: config.prefixCaching,
      unhashedOrder: config.unhashedOrder,
    }),
    waiting: queueOf(config),
    loading: new SequenceList<BlockNode>(),
    passedOver: [],
    holding: new SequenceList<BlockNode>(),
    meters,
    running: [],
    lanes: [],
    admissions: 0,
  };
}

/** Running requests of all lanes. */
export function seatsTaken({ running }: VllmCommon): number {
  let taken = 0;
  for (let i = 0; i < running.length; i++) taken += running[i]!.length;
  return taken;
}

/** Makes the blocks of a sequence findable that are full of its first `tokens` tokens. */
export function indexUpTo(pool: BlockPool, sequence: Sequence, tokens: number): void {
  const { request } = sequence;
  pool.index(sequence, request.prompt, request.outputContentId, sequence.generated, tokens);
}
