/**
 * Who joins a batch of vLLM (engines.md 1.3, pass B): requests whose remote KV has come, those passed over for their adapter, then
 * the waiting queue until one does not fit. What a batch does with the running ones is the engine's.
 */
import type { SimRequest } from '../../workload/request.ts';
import type { DecodeSet } from '../decode-set.ts';
import type { AdapterObservation, EngineSink } from '../engine.ts';
import type { BlockNode } from '../kv/block-pool.ts';
import type { KvTiers } from '../kv/tiers/kv-tiers.ts';
import type { LoraSlots } from '../lora.ts';
import { PriorityQueue } from '../priority-queue.ts';
import type { Sequence as EngineSequence, SequenceList } from '../sequence.ts';
import type { Stepper } from '../stepper.ts';
import type { VllmBatch } from './batch.ts';
import { seatsTaken, type VllmCommon } from './common.ts';
import type { VllmConfig } from './config.ts';

type Sequence = EngineSequence<BlockNode>;

/** Admission to one engine, or to one lane of a pipeline. */
export class Admission {
  tiers: KvTiers | null = null;
  /** Newcomers may come to stand before others that wait. */
  readonly isSorted: boolean;
  readonly #config: VllmConfig;
  readonly #common: VllmCommon;
  readonly #lora: LoraSlots | null;
  readonly #stepper: Stepper;
  readonly #decodes: DecodeSet<BlockNode>;
  readonly #running: SequenceList<BlockNode>;
  /** A sequence runs from now on, with a chunk of `tokens`. */
  readonly #run: (sequence: Sequence, tokens: number) => void;

  constructor(
    config: VllmConfig,
    common: VllmCommon,
    lora: LoraSlots | null,
    batch: VllmBatch,
    run: (sequence: Sequence, tokens: number) => void,
  ) {
    this.#config = config;
    this.#common = common;
    this.#lora = lora;
    this.#stepper = batch.stepper;
    this.#decodes = batch.decodes;
    this.#running = batch.running;
    this.#run = run;
    this.isSorted = common.waiting instanceof PriorityQueue;
  }

  /** Fills what the running requests leave of a batch: `budgetTokens`. */
  admit(budgetTokens: number, nowUs: number, sink: EngineSink): void {
    let budget = budgetTokens;
    const lora = this.#lora;
    if (lora !== null) lora.open(this.#runningModels());
    budget = this.#admitLoaded(budget);
    if (lora !== null) budget = this.#admitPassedOver(lora, budget, nowUs, sink);
    if (budget < 0) return;
    while (this.#common.waiting.length > 0 && budget > 0) {
      if (seatsTaken(this.#common) >= this.#config.maxSeqs) {
        this.#stepper.stuck = true;
        return;
      }
      const sequence = this.#nextWaiting();
      if (sequence === undefined) return;
      if (lora !== null && !lora.fits(sequence.request.request.model)) {
        this.#common.passedOver.push(sequence);
        this.#common.waiting.remove(sequence);
        continue;
      }
      const tokens = this.#tryAdmit(sequence, budget, nowUs, sink);
      const isFront = sequence === this.#common.waiting.front();
      if (tokens < 0) {
        this.#stepper.stuck = isFront && !this.#mayNeedLess();
        return;
      }
      if (isFront) this.#common.waiting.popFront();
      else this.#common.waiting.remove(sequence);
      budget -= tokens;
    }
  }

  /** The head of the queue; of a sorted one the first that was there when the batch was decided. */
  #nextWaiting(): Sequence | undefined {
    const front = this.#common.waiting.front()!;
    if (!this.#stepper.isTooLate(front.enqueuedUs)) return front;
    if (!this.isSorted) return undefined;
    return this.#common.waiting.find((s) => !this.#stepper.isTooLate(s.enqueuedUs));
  }

  /** Those passed over for their adapter, ahead of the waiting queue; returns the budget left, or -1 when one does not fit. */
  #admitPassedOver(lora: LoraSlots, budgetTokens: number, nowUs: number, sink: EngineSink): number {
    let budget = budgetTokens;
    const list = this.#common.passedOver;
    for (let i = 0; i < list.length && budget > 0; ) {
      const sequence = list[i]!;
      if (!lora.fits(sequence.request.request.model)) {
        i += 1;
        continue;
      }
      const isFull = seatsTaken(this.#common) >= this.#config.maxSeqs;
      const tokens = isFull ? -1 : this.#tryAdmit(sequence, budget, nowUs, sink);
      if (tokens < 0) {
        this.#stepper.stuck = isFull || !this.#mayNeedLess();
        return -1;
      }
      list.splice(i, 1);
      budget -= tokens;
    }
    return budget;
  }

  *#runningModels(): Iterable<string> {
    for (let s = this.#running.head; s !== null; s = s.after) yield s.request.request.model;
  }

  /** Adapters that run, and that are waited for. */
  adapters(lora: LoraSlots): AdapterObservation {
    const adapters = (models: Iterable<string>): string[] =>
      [...new Set(models)].filter((model) => lora.isAdapter(model));
    const waiting = [...this.#common.passedOver, ...this.#common.waiting.toArray(), ...this.#common.loading];
    return {
      running: adapters(this.#runningModels()),
      waiting: adapters(waiting.map((sequence) => sequence.request.request.model)),
      most: lora.maxLoras,
    };
  }

  /** Sequences whose remote KV has come, ahead of the waiting queue. */
  #admitLoaded(budgetTokens: number): number {
    let budget = budgetTokens;
    const { loading } = this.#common;
    let next: Sequence | null;
    for (let sequence = loading.head; sequence !== null && budget > 0; sequence = next) {
      next = sequence.after;
      const isPassedOver = this.#lora !== null && !this.#lora.fits(sequence.request.request.model);
      if (!sequence.remoteDone || isPassedOver || seatsTaken(this.#common) >= this.#config.maxSeqs) continue;
      const left = sequence.goal - sequence.remoteTokens;
      if (!this.#config.chunkedPrefill && left > budget) return budget;
      const tokens = this.cap(left, budget);
      sequence.computed = sequence.remoteTokens;
      loading.remove(sequence);
      this.#run(sequence, tokens);
      budget -= tokens;
    }
    return budget;
  }

  /** Admits the head of the queue; returns the tokens it takes, or -1 when it does not fit. */
  #tryAdmit(sequence: Sequence, budget: number, nowUs: number, sink: EngineSink): number {
    const { request } = sequence;
    const pool = this.#common.pool;
    const total = this.#blocksFor(sequence.goal);
    const fixed = this.fixedOf(request);
    if (total + fixed > pool.capacity) {
      sequence.state = 'gone';
      sink.refused(request, 'its prompt does not fit in the block pool', nowUs);
      return 0;
    }
    pool.lookup(
      request.prompt,
      request.outputContentId,
      sequence.generated,
      Math.floor((sequence.goal - 1) / this.#config.blockSizeTokens),
      sequence.kept,
    );
    const hit = pool.foundBlocks * this.#config.blockSizeTokens;
    const handedOver = sequence.leg === 'decode' && !sequence.admittedBefore;
    // With nothing to pull it runs at once.
    const pulls = handedOver && sequence.goal - 1 > hit;
    const reached = pulls ? sequence.goal - 1 : this.reach(sequence, hit);
    const loads = reached > hit;
    const left = sequence.goal - hit;
    if (!loads && !this.#config.chunkedPrefill && left > budget) return -1;
    const tokens = loads ? 0 : this.cap(left, budget);
    const first = loads ? total : this.#blocksFor(hit + tokens);
    const whole = this.#config.reserveFullPrompt ? total : first;
    const watermark = seatsTaken(this.#common) > 0 ? Math.ceil(this.#config.watermark * pool.capacity) : 0;
    const available = pool.free - pool.foundFree - this.#decodes.blocksNeeded(1) - watermark;
    if (Math.max(first, whole) + fixed - pool.foundBlocks > available) return -1;
    pool.hold(sequence, request.prompt, request.outputContentId, sequence.generated);
    pool.allocate(sequence, first - (sequence.indexed + sequence.loose));
    if (fixed > 0) pool.reserve(sequence, fixed);
    const cached = pulls ? hit : reached;
    const isFirst = !sequence.admittedBefore;
    if (isFirst) this.#common.meters.lookedUp(sequence.goal, cached);
    sink.admitted(request, cached, nowUs);
    if (loads) {
      this.#await(sequence, reached);
      if (pulls) sink.loadRemote(request, reached - hit, nowUs);
      else this.tiers!.load(request, nowUs, isFirst);
      return 0;
    }
    sequence.computed = hit;
    this.#run(sequence, tokens);
    if (handedOver) sink.loadRemote(request, 0, nowUs);
    return tokens;
  }

  /**
   * The request that has just been refused may fit though nothing ends: growth may evict what it would find of its prompt, and where
   * only the first chunk is reserved, that chunk then ends earlier in the prompt.
   */
  #mayNeedLess(): boolean {
    return !this.#config.reserveFullPrompt && this.#common.pool.foundFree > 0;
  }

  /** Blocks that a request takes beside those of its tokens: windows and state of hybrid models. */
  fixedOf(request: SimRequest): number {
    const { fixedBlocks, maxModelLen } = this.#config;
    if (fixedBlocks === undefined) return 0;
    return fixedBlocks(Math.min(maxModelLen, request.promptTokens + request.maxTokens));
  }

  /** Token up to which KV tiers hold the sequence beyond its local hit. */
  reach(sequence: Sequence, hit: number): number {
    const { request, generated, goal } = sequence;
    return this.tiers === null ? hit : this.tiers.lookup(request, generated, hit, goal - 1);
  }

  /** KV of the first `tokens` tokens is on its way. */
  #await(sequence: Sequence, tokens: number): void {
    sequence.state = 'loadingRemote';
    sequence.remoteTokens = tokens;
    sequence.remoteDone = false;
    sequence.admittedBefore = true;
    this.#common.loading.append(sequence);
  }

  /** Tokens of a prompt that the next chunk may hold. */
  cap(tokens: number, budget: number): number {
    const threshold = this.#config.longPrefillThreshold;
    const capped = threshold > 0 ? Math.min(tokens, threshold) : tokens;
    return Math.min(capped, budget);
  }

  #blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.#config.blockSizeTokens);
  }
}
