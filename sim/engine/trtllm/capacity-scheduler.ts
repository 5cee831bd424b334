/**
 * TensorRT-LLM's capacity scheduler (engines.md section 3): who may hold KV. It answers before the micro-batch scheduler does, which
 * decides who of them runs.
 *
 *   GUARANTEED_NO_EVICT  a request starts only when the blocks of its whole prompt and its whole `max_tokens` are free beside
 *                        what started requests may still take; nothing is ever paused
 *   MAX_UTILIZATION      only the next step's blocks must be free; when they are not, the last started request is paused and
 *                        later computed again
 */
import type { Batch } from '../batch.ts';
import type { Deque } from '../deque.ts';
import type { EngineSink } from '../engine.ts';
import type { RadixNode, RadixTree } from '../kv/radix-tree.ts';
import type { Sequence as EngineSequence } from '../sequence.ts';
import type { TokenStream } from '../token-stream.ts';
import type { TrtllmConfig } from './config.ts';
import { cacheComputed } from './content.ts';

type Sequence = EngineSequence<RadixNode>;

/** Parts of the engine whose blocks are given out. */
export interface CapacityParts {
  readonly config: TrtllmConfig;
  readonly tree: RadixTree;
  readonly batch: Batch<RadixNode>;
  readonly waiting: Deque<Sequence>;
  readonly stream: TokenStream<RadixNode>;
}

/** The block pool's bookkeeper. Counts in blocks. */
export class CapacityScheduler {
  readonly #config: TrtllmConfig;
  readonly #tree: RadixTree;
  readonly #batch: Batch<RadixNode>;
  readonly #waiting: Deque<Sequence>;
  readonly #stream: TokenStream<RadixNode>;
  /** What started requests may hold in the end, summed (GUARANTEED_NO_EVICT). */
  #promised = 0;

  constructor(parts: CapacityParts) {
    this.#config = parts.config;
    this.#tree = parts.tree;
    this.#batch = parts.batch;
    this.#waiting = parts.waiting;
    this.#stream = parts.stream;
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.#config.tokensPerBlock);
  }

  /** Free blocks that the decodes' next step leaves. */
  get available(): number {
    return this.#tree.available - this.#batch.decodes.blocksNeeded(1);
  }

  /** Blocks that the policy wants for a request: to completion, or for its context. */
  #needed(sequence: Sequence): number {
    const { promptTokens, maxTokens } = sequence.request;
    if (this.#config.capacityPolicy === 'MAX_UTILIZATION') return this.blocksFor(sequence.goal);
    const { draftTokens } = this.#batch.decodes;
    return this.blocksFor(promptTokens + (sequence.leg === 'prefill' ? 1 : maxTokens + draftTokens));
  }

  /** Whether a request may start beside the others; `heldByFinished`: what finished context legs still hold. */
  mayStart(sequence: Sequence, heldByFinished: number): boolean {
    const needed = this.#needed(sequence);
    return this.#config.capacityPolicy === 'GUARANTEED_NO_EVICT'
      ? this.#promised + heldByFinished + needed <= this.#tree.capacity
      : needed <= this.available;
  }

  /** A request has started: it will be given what it needs. */
  promise(sequence: Sequence): void {
    this.#promised += this.#needed(sequence);
  }

  /** A started request needs nothing more. */
  settle(sequence: Sequence): void {
    this.#promised -= this.#needed(sequence);
  }

  /** Requests that can never run are errors at once. */
  refuses(sequence: Sequence, nowUs: number, sink: EngineSink): boolean {
    const tooLong = !this.#config.chunkedPrefill && sequence.goal > this.#config.maxNumTokens;
    const tooLarge = this.#needed(sequence) > this.#tree.capacity;
    if (!tooLong && !tooLarge) return false;
    sequence.state = 'gone';
    const reason = tooLong
      ? 'its prompt is longer than max_num_tokens and chunked prefill is off'
      : 'its prompt and max_tokens do not fit in the block pool';
    sink.refused(sequence.request, reason, nowUs);
    return true;
  }

  /** MAX_UTILIZATION: pauses the last started until every generation can take its next block. */
  pauseForDecode(nowUs: number, sink: EngineSink): void {
    while (this.available < 0) this.#pause(this.#batch.running.tail!, nowUs, sink);
  }

  /** Blocks for `tokens`; pauses later started requests for them. False when the sequence itself was paused. */
  grow(sequence: Sequence, tokens: number, nowUs: number, sink: EngineSink): boolean {
    const blocks = this.blocksFor(tokens) - (sequence.indexed + sequence.loose);
    while (blocks > this.available) {
      const victim = this.#batch.running.tail!;
      this.#pause(victim, nowUs, sink);
      if (victim === sequence) return false;
    }
    if (blocks > 0) this.#tree.allocate(sequence, blocks);
    return true;
  }

  #pause(victim: Sequence, nowUs: number, sink: EngineSink): void {
    const batch = this.#batch;
    const alone = batch.running.length === 1;
    const isDecoding = victim.state === 'decoding';
    batch.preempted = true;
    batch.remove(victim);
    if (isDecoding) this.#stream.interrupted(victim, nowUs);
    this.settle(victim);
    cacheComputed(this.#tree, victim);
    this.#tree.release(victim);
    victim.goal = victim.request.promptTokens + victim.generated;
    victim.computed = 0;
    victim.state = 'waiting';
    victim.enqueuedUs = nowUs;
    if (alone && this.blocksFor(victim.goal + batch.decodes.slotsPerStep) > this.#tree.capacity) {
      victim.state = 'gone';
      sink.refused(victim.request, 'its KV outgrows the whole block pool', nowUs);
      return;
    }
    this.#waiting.pushFront(victim);
    sink.preempted(victim.request, nowUs);
  }
}
