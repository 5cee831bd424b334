/**
 * What vLLM does when blocks or budget do not suffice for those that run (engines.md 1.3, pass A): the newest, or the least
 * important, is preempted and computes everything again later; decodes beyond the budget sit the step out. Lanes of a pipeline
 * share the blocks: victims of lanes that have nothing in flight come into question as well.
 */
import type { EngineSink } from '../engine.ts';
import type { BlockNode, BlockPool } from '../kv/block-pool.ts';
import { byPriority, type Sequence as EngineSequence } from '../sequence.ts';
import type { TokenStream } from '../token-stream.ts';
import type { Admission } from './admission.ts';
import type { VllmBatch } from './batch.ts';
import { indexUpTo, seatsTaken, type VllmCommon } from './common.ts';
import type { VllmConfig } from './config.ts';

type Sequence = EngineSequence<BlockNode>;

/** Preemption in one engine, or in one lane of a pipeline. */
export class Preemption {
  readonly batch: VllmBatch;
  readonly #config: VllmConfig;
  readonly #common: VllmCommon;
  readonly #pool: BlockPool;
  readonly #admission: Admission;
  readonly #stream: TokenStream<BlockNode>;
  /** Of every lane, this one among them; an engine without stages is alone. */
  readonly #lanes: readonly Preemption[];

  constructor(
    config: VllmConfig,
    common: VllmCommon,
    batch: VllmBatch,
    admission: Admission,
    stream: TokenStream<BlockNode>,
  ) {
    this.batch = batch;
    this.#config = config;
    this.#common = common;
    this.#pool = common.pool;
    this.#admission = admission;
    this.#stream = stream;
    this.#lanes = common.lanes;
    common.lanes.push(this);
  }

  /** Somebody in some lane waits for blocks that batches in flight may free. */
  get isAnyShort(): boolean {
    return this.#lanes.length > 1 && this.#lanes.some((lane) => lane.batch.isShort);
  }

  /** Gives every decode its token of `budgetTokens` and the block that this may take; returns the budget left. */
  decodes(budgetTokens: number, nowUs: number, sink: EngineSink): number {
    const { decodes } = this.batch;
    if (this.#config.byPriority && this.#lanes.length === 1) {
      while (decodes.blocksNeeded(1) > this.#pool.free) this.#preempt(this.#victim(), nowUs, sink);
    }
    const tokens = decodes.count * (1 + decodes.draftTokens);
    if (tokens <= budgetTokens && decodes.blocksNeeded(1) <= this.#pool.free) return budgetTokens - tokens;
    return this.#oneByOne(budgetTokens, nowUs, sink);
  }

  /** In running order, when budget or blocks are short (drafts are trimmed to fit). */
  #oneByOne(budgetTokens: number, nowUs: number, sink: EngineSink): number {
    let budget = budgetTokens;
    const { batch } = this;
    const { decodes } = batch;
    let reserved = 0;
    for (let sequence = batch.running.head; sequence !== null; ) {
      const next: Sequence | null = sequence.after;
      if (sequence.state === 'decoding') {
        if (budget === 0) {
          batch.holdBack(sequence);
        } else {
          const blocks = decodes.blocksOpened(sequence);
          if (!this.makeRoom(sequence, blocks, reserved, nowUs, sink)) {
            if (batch.isShort) this.#holdBackFrom(sequence);
            break;
          }
          sequence.drafts = Math.min(decodes.draftTokens, budget - 1);
          reserved += blocks;
          budget -= 1 + sequence.drafts;
        }
      }
      // A victim at the tail may have been the next one.
      sequence = next !== null && next.state === 'waiting' ? null : next;
    }
    return budget;
  }

  /** A decode and those after it sit the step out. */
  #holdBackFrom(sequence: Sequence): void {
    for (let s: Sequence | null = sequence; s !== null; s = s.after) {
      if (s.state === 'decoding') this.batch.holdBack(s);
    }
  }

  /** Preempts until `blocks` fit beside `reserved`; false when the sequence itself had to go. */
  makeRoom(sequence: Sequence, blocks: number, reserved: number, nowUs: number, sink: EngineSink): boolean {
    while (this.#pool.free - reserved < blocks) {
      const victim = this.#victim();
      if (this.#lanes.length > 1) {
        if (this.#preemptElsewhere(victim, nowUs, sink)) continue;
        if (victim === sequence && this.#lanes.some((lane) => lane.#isInFlight)) {
          this.batch.isShort = true;
          return false;
        }
      }
      if (this.#config.byPriority) this.#takeTokensBack(victim);
      this.#preempt(victim, nowUs, sink);
      if (victim === sequence) return false;
    }
    return true;
  }

  get #isInFlight(): boolean {
    return this.batch.stepper.progress !== 'none';
  }

  /** Who is preempted next: the newest, or the least important. */
  #victim(): Sequence {
    let victim = this.batch.running.tail!;
    if (!this.#config.byPriority) return victim;
    for (let s = victim.before; s !== null; s = s.before) if (byPriority(s, victim) > 0) victim = s;
    return victim;
  }

  /** Tokens of the step in progress that a sequence has been given, and that a victim gives back. */
  #takeTokensBack(victim: Sequence): void {
    const { batch } = this;
    if (victim.state === 'decoding') {
      batch.refundTokens += 1 + victim.drafts;
      return;
    }
    batch.refundTokens += victim.chunk;
    victim.chunk = 0;
    batch.chunked = batch.chunked.filter((s) => s !== victim);
  }

  /** Preempts the next victim of another lane that has nothing in flight, if it goes before `own`; false when there is none. */
  #preemptElsewhere(own: Sequence, nowUs: number, sink: EngineSink): boolean {
    const { byPriority: isByPriority } = this.#config;
    let owner: Preemption = this;
    let victim = own;
    for (const lane of this.#lanes) {
      if (lane === this || lane.#isInFlight || lane.batch.running.length === 0) continue;
      const other = lane.#victim();
      const goesFirst = isByPriority ? byPriority(other, victim) > 0 : other.admission > victim.admission;
      if (!goesFirst) continue;
      victim = other;
      owner = lane;
    }
    if (owner === this) return false;
    owner.#preempt(victim, nowUs, sink);
    this.batch.preempted = true;
    return true;
  }

  #preempt(victim: Sequence, nowUs: number, sink: EngineSink): void {
    const { batch } = this;
    const isDecoding = victim.state === 'decoding';
    batch.preempted = true;
    batch.remove(victim);
    if (isDecoding) this.#stream.interrupted(victim, nowUs);
    indexUpTo(this.#pool, victim, victim.computed);
    this.#pool.release(victim, true);
    const alone = seatsTaken(this.#common) === 0;
    victim.isHeldBack = false;
    victim.goal = victim.request.promptTokens + victim.generated;
    victim.computed = 0;
    victim.state = 'waiting';
    victim.enqueuedUs = nowUs;
    const tokens = victim.goal + batch.decodes.slotsPerStep;
    const blocks = Math.ceil(tokens / this.#config.blockSizeTokens) + this.#admission.fixedOf(victim.request);
    if (alone && blocks > this.#pool.capacity) {
      victim.state = 'gone';
      sink.refused(victim.request, 'its KV outgrows the whole block pool', nowUs);
      return;
    }
    this.#common.waiting.pushFront(victim);
    sink.preempted(victim.request, nowUs);
  }
}
