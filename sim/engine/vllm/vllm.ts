/**
 * vLLM's V1 scheduler (engines.md 1.3 to 1.6, 5.1): one mixed batch per step under one token budget; running requests first,
 * in order of admission, then the waiting queue until something does not fit; preemption of the newest by recompute.
 *
 * Decoding sequences are kept in a DecodeSet and scheduled in bulk: each takes one token, and as an unfinished prompt always
 * stands at the tail of the running list (it took the rest of the budget), they come before it in order too. Only a shortage of
 * blocks or of budget for the decodes themselves walks the list one by one (`#scheduleOneByOne`).
 */
import { assert } from '../../../src/core/check.ts';
import type { StepModel } from '../../latency/step-model.ts';
import type { SimRequest } from '../../workload/request.ts';
import { BatchShape } from '../batch-shape.ts';
import { DecodeSet } from '../decode-set.ts';
import { Deque } from '../deque.ts';
import { DraftingSet } from '../drafting-set.ts';
import type { AdapterObservation, Engine, EngineObservation, EngineSink, Leg } from '../engine.ts';
import { type BlockNode, BlockPool, type CacheListener } from '../kv/block-pool.ts';
import type { KvTiers } from '../kv/tiers/kv-tiers.ts';
import type { LoraSlots } from '../lora.ts';
import { EngineMeters } from '../meters.ts';
import { PipelinedEngine, PipelineMeters } from '../pipeline.ts';
import { PriorityQueue } from '../priority-queue.ts';
import { RankedQueue } from '../scheduling-policy.ts';
import { byPriority, Sequence as EngineSequence, SequenceList } from '../sequence.ts';
import { Stepper } from '../stepper.ts';
import { TokenStream } from '../token-stream.ts';
import type { VllmConfig } from './config.ts';

type Sequence = EngineSequence<BlockNode>;

function queueOf({
  policy,
  byPriority: isByPriority,
}: VllmConfig): Deque<Sequence> | PriorityQueue<Sequence> {
  if (policy !== undefined) return new RankedQueue<BlockNode>(policy);
  return isByPriority ? new PriorityQueue<Sequence>(byPriority) : new Deque<Sequence>();
}

/** What the lanes of a pipeline have in common. */
export interface VllmCommon {
  readonly pool: BlockPool;
  readonly waiting: Deque<Sequence> | PriorityQueue<Sequence>;
  readonly loading: Sequence[];
  readonly passedOver: Sequence[];
  readonly holding: Sequence[];
  readonly meters: EngineMeters;
  readonly lanes: VllmEngine[];
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
    loading: [],
    passedOver: [],
    holding: [],
    meters,
    lanes: [],
    admissions: 0,
  };
}

/** An engine over `stages` pipeline stages. Batches are not decided ahead: as many as there are stages are in flight. */
export function pipelinedVllm(
  config: VllmConfig,
  model: StepModel,
  kvBlocks: number,
  stages: number,
  seed = 0,
  lora: LoraSlots | null = null,
): PipelinedEngine {
  const meters = new PipelineMeters();
  const common = vllmCommon(config, kvBlocks, meters);
  const own = { ...config, asyncScheduling: false };
  const lanes = Array.from(
    { length: stages },
    () => new VllmEngine(own, model, kvBlocks, false, seed, lora, common),
  );
  return new PipelinedEngine(lanes, meters);
}

/** One vLLM engine, or one lane of a pipeline. */
export class VllmEngine implements Engine {
  readonly kvBlocks: number;
  readonly blockSizeTokens: number;
  readonly meters: EngineMeters;
  readonly #config: VllmConfig;
  readonly #model: StepModel;
  readonly #stepper: Stepper;
  readonly #pool: BlockPool;
  readonly #decodes: DecodeSet<BlockNode>;
  readonly #running = new SequenceList<BlockNode>();
  readonly #waiting: Deque<Sequence> | PriorityQueue<Sequence>;
  /** Newcomers may come to stand before others that wait. */
  readonly #isSorted: boolean;
  /** Gauges as of the end of the last step. */
  readonly #shown = { waiting: 0, running: 0, used: 0 };
  /** The queue has lost someone since the last step ended: `#shown` holds what it was until the next one ends. */
  #isFrozen = false;
  /** Used blocks when the segment in progress began. */
  #usedAtBegin = 0;
  /** Passed over because their KV is on its way; examined before `#waiting`. */
  readonly #loading: Sequence[];
  /** Running sequences whose prompt is not complete, in running order. */
  #prefilling: Sequence[] = [];
  /** Decodes left out of the step in progress for want of budget. */
  #heldBack: Sequence[] = [];
  /** Sequences of the step in progress that get a chunk. */
  #chunked: Sequence[] = [];
  #aborting: Sequence[] = [];
  /** Finished prefill legs whose blocks are not released yet. */
  readonly #holding: Sequence[];
  readonly #shape = new BatchShape();
  readonly #stream: TokenStream<BlockNode>;
  #tiers: KvTiers | null = null;
  #preempted = false;
  /** Tokens that victims of the schedule in progress gave back. */
  #refundTokens = 0;

  /** `seed`: of the run; what is drawn (accepted drafts) depends on it. */
  /** LoRA adapters; null without any. */
  readonly #lora: LoraSlots | null;
  /** Passed over because a batch with their adapter would hold too many; examined before `#waiting`. */
  readonly #passedOver: Sequence[];
  /** Lanes of the pipeline, this one among them; an engine without stages is alone. */
  readonly #lanes: readonly VllmEngine[];
  readonly #common: VllmCommon;
  /** Somebody here waits for blocks that batches in flight may free: no lane admits anyone meanwhile. */
  #isShort = false;
  /** Present with adapters only, so that scrapes of others ask for nothing. */
  readonly observeAdapters?: () => AdapterObservation;

  constructor(
    config: VllmConfig,
    model: StepModel,
    kvBlocks: number,
    fastForward: boolean,
    seed = 0,
    lora: LoraSlots | null = null,
    common: VllmCommon = vllmCommon(config, kvBlocks),
  ) {
    this.#config = config;
    this.#pool = common.pool;
    this.#waiting = common.waiting;
    this.#loading = common.loading;
    this.#passedOver = common.passedOver;
    this.#holding = common.holding;
    this.meters = common.meters;
    this.#lanes = common.lanes;
    this.#common = common;
    common.lanes.push(this);
    this.#isSorted = this.#waiting instanceof PriorityQueue;
    this.#model = model;
    this.#lora = lora;
    if (lora !== null) this.observeAdapters = () => this.#adapters(lora);
    this.#stepper = new Stepper({ ahead: config.asyncScheduling, fastForward });
    this.kvBlocks = kvBlocks;
    this.blockSizeTokens = config.blockSizeTokens;
    const { speculation } = config;
    this.#decodes =
      speculation === null
        ? new DecodeSet(config.blockSizeTokens)
        : new DraftingSet(config.blockSizeTokens, speculation, seed, this.meters);
    const rule = { interval: config.streamInterval, offset: 1 } as const;
    const isLane = this.meters instanceof PipelineMeters;
    this.#stream = new TokenStream(rule, this.#running, this.#decodes, isLane);
  }

  enqueue(request: SimRequest, leg: Leg, nowUs: number): void {
    const sequence = new EngineSequence<BlockNode>(request, leg, nowUs);
    this.#waiting.pushBack(sequence);
    // The head that did not fit is the head no more.
    if (this.#isSorted && this.#waiting.front() === sequence) this.#stepper.stuck = false;
  }

  abort(request: SimRequest, nowUs: number): boolean {
    const sequence = this.#find(request);
    if (sequence === undefined) return false;
    this.#stepper.unstick();
    if (sequence.state === 'waiting' || sequence.state === 'loadingRemote' || sequence.state === 'holding') {
      this.#freeze(nowUs);
      this.#tiers?.cancel(request, nowUs);
      this.#drop(sequence);
    } else if (this.#stepper.progress === 'none') {
      this.#stopRunning(sequence);
    } else {
      sequence.aborted = true;
      this.#aborting.push(sequence);
    }
    if (this.#stepper.progress === 'none') this.#publish();
    return true;
  }

  remoteReady(request: SimRequest, ok: boolean, nowUs: number): void {
    const sequence = this.#loading.find((s) => s.request === request);
    if (sequence === undefined) return;
    sequence.remoteDone = true;
    sequence.enqueuedUs = nowUs;
    if (!ok) this.#withoutPull(sequence, nowUs);
    this.#stepper.unstick();
  }

  /** A pull has failed: the local hit stays, a tier may have what its prefill worker wrote, the rest is computed here. */
  #withoutPull(sequence: Sequence, nowUs: number): void {
    const hit = sequence.indexed * this.blockSizeTokens;
    sequence.remoteTokens = this.#reach(sequence, hit);
    if (sequence.remoteTokens === hit) return;
    sequence.remoteDone = false;
    this.#tiers!.load(sequence.request, nowUs, false);
  }

  release(request: SimRequest, _nowUs: number): void {
    const sequence = this.#holding.find((s) => s.request === request);
    if (sequence === undefined) return;
    this.#drop(sequence);
    this.#stepper.unstick();
    if (this.#stepper.progress === 'none') this.#publish();
  }

  begin(nowUs: number, sink: EngineSink): number {
    const stepper = this.#stepper;
    stepper.open(nowUs);
    this.#schedule(nowUs, sink);
    if (this.#hasNothing() && stepper.decidedUs !== Number.POSITIVE_INFINITY) {
      // No batch is in flight that a newcomer could be too late for.
      stepper.decidedUs = Number.POSITIVE_INFINITY;
      this.#schedule(nowUs, sink);
    }
    if (this.#hasNothing()) {
      this.#publish();
      return stepper.idle();
    }
    const isMixed = this.#chunked.length > 0 || this.#heldBack.length > 0;
    if (isMixed || this.#decodes.draftTokens > 0 || this.#lanes.length > 1) return this.#beginMixed();
    // Someone who was too late for this step, or was kept out by a preemption in it, may join the next one.
    const joinsNext = this.#preempted || (!stepper.stuck && this.#waiting.length > 0);
    const steps = joinsNext ? 1 : this.#decodes.stepsWithin(this.#pool.free);
    this.#usedAtBegin = this.#pool.used;
    return stepper.runSegment(this.#decodes, this.#model, steps);
  }

  end(nowUs: number, sink: EngineSink): void {
    const wasSegment = this.#stepper.progress === 'segment';
    const durationUs = this.#stepper.close(nowUs);
    if (wasSegment) this.#endSegment(durationUs, nowUs, sink);
    else this.#endMixed(durationUs, nowUs, sink);
    for (let done = this.#decodes.takeFinished(); done !== null; done = this.#decodes.takeFinished()) {
      this.#running.remove(done);
      this.#decodes.settle(done);
      this.#finish(done, nowUs, sink);
    }
    for (const sequence of this.#aborting) if (sequence.state !== 'gone') this.#stopRunning(sequence);
    if (this.#aborting.length > 0) this.#aborting = [];
    this.#publish();
  }

  get pace(): Stepper {
    return this.#stepper;
  }

  interrupt(nowUs: number, urgent: boolean): number {
    return this.#stepper.interrupt(nowUs, urgent);
  }

  connectTiers(tiers: KvTiers): void {
    this.#tiers = tiers;
  }

  /** Where a prompt is reserved whole and chunks at will, what tiers hold of it decides nothing about its admission. */
  get watchesTiers(): boolean {
    return !this.#config.reserveFullPrompt || !this.#config.chunkedPrefill;
  }

  tiersChanged(): boolean {
    if (!this.#stepper.stuck || this.#waiting.length === 0) return false;
    this.#stepper.unstick();
    return true;
  }

  listenToCache(listener: CacheListener): void {
    this.#pool.listener = listener;
  }

  observe(nowUs: number, out: EngineObservation): void {
    const shown = this.#shown;
    const stepper = this.#stepper;
    out.running = shown.running;
    out.waiting = shown.waiting;
    let { used } = shown;
    if (stepper.progress === 'segment') {
      const steps = stepper.stepsAt(nowUs);
      // What was allocated at the beginning shows once a step has ended.
      used = (steps > 1 ? this.#usedAtBegin : used) + this.#decodes.blocksNeeded(steps);
      if (steps > 1 && !this.#isFrozen) out.waiting = this.#waitingAfter(steps - 1);
    }
    out.kvUsage = used / this.#pool.capacity;
  }

  /** Keeps what is shown of the queue before it changes otherwise than by an arrival; the segment is cut at this step's end. */
  #freeze(nowUs: number): void {
    if (this.#isFrozen || this.#stepper.progress !== 'segment') return;
    const steps = this.#stepper.stepsAt(nowUs);
    if (steps > 1) this.#shown.waiting = this.#waitingAfter(steps - 1);
    this.#isFrozen = true;
  }

  /** The waiting gauge once `steps` steps of the segment in progress have ended. */
  #waitingAfter(steps: number): number {
    return this.#waitingSince(this.#stepper.segment.timeAfterUs(steps - 1));
  }

  /** Gauges are set when a step has ended; what arrived meanwhile is read from the socket after that. */
  #publish(): void {
    const shown = this.#shown;
    this.#isFrozen = false;
    shown.waiting = this.#waitingSince(this.#stepper.decidedUs);
    shown.running = this.#running.length;
    shown.used = this.#pool.used;
  }

  /** Requests that wait and were there before a step that started at `startUs`. */
  #waitingSince(startUs: number): number {
    return (
      this.#waiting.length -
      this.#waiting.countFromBack((s) => s.enqueuedUs > startUs) +
      this.#loading.length +
      this.#passedOver.length
    );
  }

  /** The last schedule found nothing to run. */
  #hasNothing(): boolean {
    return this.#chunked.length === 0 && this.#decodes.count === this.#heldBack.length;
  }

  #blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSizeTokens);
  }

  // --- scheduling -------------------------------------------------------------------------------------------------

  #schedule(nowUs: number, sink: EngineSink): void {
    this.#preempted = false;
    this.#isShort = false;
    this.#refundTokens = 0;
    if (this.#chunked.length > 0) this.#chunked = [];
    if (this.#heldBack.length > 0) this.#takeBack();
    let budget = this.#config.maxBatchedTokens;
    const decodes = this.#decodes;
    if (this.#config.byPriority && this.#lanes.length === 1) {
      while (decodes.blocksNeeded(1) > this.#pool.free) this.#preempt(this.#victim(), nowUs, sink);
    }
    const tokens = decodes.count * (1 + decodes.draftTokens);
    if (tokens <= budget && decodes.blocksNeeded(1) <= this.#pool.free) budget -= tokens;
    else budget = this.#scheduleOneByOne(budget, nowUs, sink);
    budget = this.#continuePrompts(budget, nowUs, sink);
    this.#stepper.stuck = false;
    if (
      !this.#preempted &&
      !this.#anyShort() &&
      this.#waiting.length + this.#loading.length + this.#passedOver.length > 0
    ) {
      this.#admit(budget, nowUs, sink);
    }
  }

  /** Decodes in running order when budget or blocks are short (drafts are trimmed to fit); returns the budget left. */
  #scheduleOneByOne(budgetTokens: number, nowUs: number, sink: EngineSink): number {
    let budget = budgetTokens;
    const decodes = this.#decodes;
    let reserved = 0;
    for (let sequence = this.#running.head; sequence !== null; ) {
      const next: Sequence | null = sequence.after;
      if (sequence.state === 'decoding') {
        if (budget === 0) {
          sequence.isHeldBack = true;
          this.#heldBack.push(sequence);
        } else {
          const blocks = decodes.blocksOpened(sequence);
          if (!this.#makeRoom(sequence, blocks, reserved, nowUs, sink)) {
            if (this.#isShort) this.#holdBackFrom(sequence);
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
      if (s.state !== 'decoding') continue;
      s.isHeldBack = true;
      this.#heldBack.push(s);
    }
  }

  /** A new step begins: nobody is held back any more. */
  #takeBack(): void {
    for (const sequence of this.#heldBack) sequence.isHeldBack = false;
    this.#heldBack = [];
  }

  /** Who is preempted next: the newest, or the least important. */
  #victim(): Sequence {
    let victim = this.#running.tail!;
    if (!this.#config.byPriority) return victim;
    for (let s = victim.before; s !== null; s = s.before) if (byPriority(s, victim) > 0) victim = s;
    return victim;
  }

  /** Tokens of the step in progress that a sequence has been given, and that a victim gives back. */
  #takeTokensBack(victim: Sequence): void {
    if (victim.state === 'decoding') {
      this.#refundTokens += 1 + victim.drafts;
      return;
    }
    this.#refundTokens += victim.chunk;
    victim.chunk = 0;
    this.#chunked = this.#chunked.filter((s) => s !== victim);
  }

  /** Preempts until `blocks` fit beside `reserved`; false when the sequence itself had to go. */
  #makeRoom(sequence: Sequence, blocks: number, reserved: number, nowUs: number, sink: EngineSink): boolean {
    while (this.#pool.free - reserved < blocks) {
      const victim = this.#victim();
      if (this.#lanes.length > 1) {
        if (this.#preemptElsewhere(victim, nowUs, sink)) continue;
        if (victim === sequence && this.#lanes.some((lane) => lane.#stepper.progress !== 'none')) {
          this.#isShort = true;
          return false;
        }
      }
      if (this.#config.byPriority) this.#takeTokensBack(victim);
      this.#preempt(victim, nowUs, sink);
      if (victim === sequence) return false;
    }
    return true;
  }

  /** Preempts the next victim of another lane that has nothing in flight, if it goes before `own`; false when there is none. */
  #preemptElsewhere(own: Sequence, nowUs: number, sink: EngineSink): boolean {
    const { byPriority: isByPriority } = this.#config;
    let owner: VllmEngine = this;
    let victim = own;
    for (const lane of this.#lanes) {
      if (lane === this || lane.#stepper.progress !== 'none' || lane.#running.length === 0) continue;
      const other = lane.#victim();
      const goesFirst = isByPriority ? byPriority(other, victim) > 0 : other.admission > victim.admission;
      if (!goesFirst) continue;
      victim = other;
      owner = lane;
    }
    if (owner === this) return false;
    owner.#preempt(victim, nowUs, sink);
    this.#preempted = true;
    return true;
  }

  #anyShort(): boolean {
    return this.#lanes.length > 1 && this.#lanes.some((lane) => lane.#isShort);
  }

  #preempt(victim: Sequence, nowUs: number, sink: EngineSink): void {
    this.#preempted = true;
    this.#running.remove(victim);
    if (victim.state === 'decoding') {
      this.#decodes.remove(victim);
      this.#decodes.settle(victim);
      this.#stream.interrupted(victim, nowUs);
    } else {
      this.#prefilling = this.#prefilling.filter((s) => s !== victim);
    }
    this.#indexComputed(victim);
    this.#pool.release(victim, true);
    const alone = this.#seatsTaken() === 0;
    victim.isHeldBack = false;
    victim.goal = victim.request.promptTokens + victim.generated;
    victim.computed = 0;
    victim.state = 'waiting';
    victim.enqueuedUs = nowUs;
    const needed = this.#blocksFor(victim.goal + this.#decodes.slotsPerStep) + this.#fixedOf(victim.request);
    if (alone && needed > this.#pool.capacity) {
      this.#gone(victim);
      sink.refused(victim.request, 'its KV outgrows the whole block pool', nowUs);
      return;
    }
    this.#waiting.pushFront(victim);
    sink.preempted(victim.request, nowUs);
  }

  /** Next chunks of prompts already admitted. */
  #continuePrompts(budgetTokens: number, nowUs: number, sink: EngineSink): number {
    let budget = budgetTokens;
    for (const sequence of this.#prefilling) {
      if (budget === 0 || sequence.state !== 'prefilling') continue;
      const tokens = this.#cap(sequence.goal - sequence.computed, budget);
      const blocks = this.#blocksFor(sequence.computed + tokens) - (sequence.indexed + sequence.loose);
      const decodeBlocks = this.#decodes.blocksNeeded(1);
      if (!this.#makeRoom(sequence, blocks, decodeBlocks, nowUs, sink)) break;
      budget += this.#refundTokens;
      this.#refundTokens = 0;
      if (blocks > 0) this.#pool.allocate(sequence, blocks);
      this.#chunk(sequence, tokens);
      budget -= tokens;
    }
    return budget;
  }

  /** Running requests, those of other lanes included. */
  #seatsTaken(): number {
    const lanes = this.#lanes;
    let taken = 0;
    for (let i = 0; i < lanes.length; i++) taken += lanes[i]!.#running.length;
    return taken;
  }

  #cap(tokens: number, budget: number): number {
    const threshold = this.#config.longPrefillThreshold;
    const capped = threshold > 0 ? Math.min(tokens, threshold) : tokens;
    return Math.min(capped, budget);
  }

  #chunk(sequence: Sequence, tokens: number): void {
    sequence.chunk = tokens;
    this.#chunked.push(sequence);
    // Blocks get their hash when they are scheduled, so that the next admission finds them.
    this.#index(sequence, sequence.computed + tokens);
  }

  /** The head of the queue; of a sorted one the first that was there when the batch was decided. */
  #nextWaiting(): Sequence | undefined {
    const front = this.#waiting.front()!;
    if (!this.#stepper.isTooLate(front.enqueuedUs)) return front;
    if (!this.#isSorted) return undefined;
    return this.#waiting.find((s) => !this.#stepper.isTooLate(s.enqueuedUs));
  }

  #admit(budgetTokens: number, nowUs: number, sink: EngineSink): void {
    let budget = budgetTokens;
    const lora = this.#lora;
    if (lora !== null) lora.open(this.#runningModels());
    budget = this.#admitLoaded(budget);
    if (lora !== null) budget = this.#admitPassedOver(lora, budget, nowUs, sink);
    if (budget < 0) return;
    while (this.#waiting.length > 0 && budget > 0) {
      if (this.#seatsTaken() >= this.#config.maxSeqs) {
        this.#stepper.stuck = true;
        return;
      }
      const sequence = this.#nextWaiting();
      if (sequence === undefined) return;
      if (lora !== null && !lora.fits(sequence.request.request.model)) {
        this.#passedOver.push(sequence);
        this.#waiting.remove(sequence);
        continue;
      }
      const tokens = this.#tryAdmit(sequence, budget, nowUs, sink);
      const isFront = sequence === this.#waiting.front();
      if (tokens < 0) {
        this.#stepper.stuck = isFront;
        return;
      }
      if (isFront) this.#waiting.popFront();
      else this.#waiting.remove(sequence);
      budget -= tokens;
    }
  }

  /** Those passed over for their adapter, ahead of the waiting queue; returns the budget left, or -1 when one does not fit. */
  #admitPassedOver(lora: LoraSlots, budgetTokens: number, nowUs: number, sink: EngineSink): number {
    let budget = budgetTokens;
    const list = this.#passedOver;
    for (let i = 0; i < list.length && budget > 0; ) {
      const sequence = list[i]!;
      if (!lora.fits(sequence.request.request.model)) {
        i += 1;
        continue;
      }
      const isFull = this.#seatsTaken() >= this.#config.maxSeqs;
      const tokens = isFull ? -1 : this.#tryAdmit(sequence, budget, nowUs, sink);
      if (tokens < 0) {
        this.#stepper.stuck = true;
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

  #adapters(lora: LoraSlots): AdapterObservation {
    const adapters = (models: Iterable<string>): string[] =>
      [...new Set(models)].filter((model) => lora.isAdapter(model));
    const waiting = [...this.#passedOver, ...this.#waiting.toArray(), ...this.#loading];
    return {
      running: adapters(this.#runningModels()),
      waiting: adapters(waiting.map((sequence) => sequence.request.request.model)),
      most: lora.maxLoras,
    };
  }

  /** Sequences whose remote KV has come, ahead of the waiting queue. */
  #admitLoaded(budgetTokens: number): number {
    let budget = budgetTokens;
    for (let i = 0; i < this.#loading.length && budget > 0; ) {
      const sequence = this.#loading[i]!;
      const isPassedOver = this.#lora !== null && !this.#lora.fits(sequence.request.request.model);
      if (!sequence.remoteDone || isPassedOver || this.#seatsTaken() >= this.#config.maxSeqs) {
        i += 1;
        continue;
      }
      const left = sequence.goal - sequence.remoteTokens;
      if (!this.#config.chunkedPrefill && left > budget) return budget;
      const tokens = this.#cap(left, budget);
      sequence.computed = sequence.remoteTokens;
      this.#loading.splice(i, 1);
      this.#run(sequence, tokens);
      budget -= tokens;
    }
    return budget;
  }

  /** Admits the head of the queue; returns the tokens it takes, or -1 when it does not fit. */
  #tryAdmit(sequence: Sequence, budget: number, nowUs: number, sink: EngineSink): number {
    const { request } = sequence;
    const pool = this.#pool;
    const total = this.#blocksFor(sequence.goal);
    const fixed = this.#fixedOf(request);
    if (total + fixed > pool.capacity) {
      this.#gone(sequence);
      sink.refused(request, 'its prompt does not fit in the block pool', nowUs);
      return 0;
    }
    pool.lookup(
      request.prompt,
      request.outputContentId,
      sequence.generated,
      Math.floor((sequence.goal - 1) / this.blockSizeTokens),
      sequence.kept,
    );
    const hit = pool.foundBlocks * this.blockSizeTokens;
    const handedOver = sequence.leg === 'decode' && !sequence.admittedBefore;
    // With nothing to pull it runs at once.
    const pulls = handedOver && sequence.goal - 1 > hit;
    const reached = pulls ? sequence.goal - 1 : this.#reach(sequence, hit);
    const loads = reached > hit;
    const left = sequence.goal - hit;
    if (!loads && !this.#config.chunkedPrefill && left > budget) return -1;
    const tokens = loads ? 0 : this.#cap(left, budget);
    const first = loads ? total : this.#blocksFor(hit + tokens);
    const whole = this.#config.reserveFullPrompt ? total : first;
    const watermark = this.#seatsTaken() > 0 ? Math.ceil(this.#config.watermark * pool.capacity) : 0;
    const available = pool.free - pool.foundFree - this.#decodes.blocksNeeded(1) - watermark;
    if (Math.max(first, whole) + fixed - pool.foundBlocks > available) return -1;
    pool.hold(sequence, request.prompt, request.outputContentId, sequence.generated);
    pool.allocate(sequence, first - (sequence.indexed + sequence.loose));
    if (fixed > 0) pool.reserve(sequence, fixed);
    const cached = pulls ? hit : reached;
    const isFirst = !sequence.admittedBefore;
    if (isFirst) this.meters.lookedUp(sequence.goal, cached);
    sink.admitted(request, cached, nowUs);
    if (loads) {
      this.#await(sequence, reached);
      if (pulls) sink.loadRemote(request, reached - hit, nowUs);
      else this.#tiers!.load(request, nowUs, isFirst);
      return 0;
    }
    sequence.computed = hit;
    this.#run(sequence, tokens);
    if (handedOver) sink.loadRemote(request, 0, nowUs);
    return tokens;
  }

  /** Blocks that a request takes beside those of its tokens: windows and state of hybrid models. */
  #fixedOf(request: SimRequest): number {
    const { fixedBlocks, maxModelLen } = this.#config;
    if (fixedBlocks === undefined) return 0;
    return fixedBlocks(Math.min(maxModelLen, request.promptTokens + request.maxTokens));
  }

  /** Token up to which KV tiers hold the sequence beyond its local hit. */
  #reach(sequence: Sequence, hit: number): number {
    const { request, generated, goal } = sequence;
    return this.#tiers === null ? hit : this.#tiers.lookup(request, generated, hit, goal - 1);
  }

  /** KV of the first `tokens` tokens is on its way. */
  #await(sequence: Sequence, tokens: number): void {
    sequence.state = 'loadingRemote';
    sequence.remoteTokens = tokens;
    sequence.remoteDone = false;
    sequence.admittedBefore = true;
    this.#loading.push(sequence);
  }

  #run(sequence: Sequence, tokens: number): void {
    sequence.admission = this.#common.admissions++;
    sequence.state = 'prefilling';
    this.#lora?.join(sequence.request.request.model);
    this.#running.append(sequence);
    if (sequence.computed + tokens < sequence.goal) this.#prefilling.push(sequence);
    sequence.admittedBefore = true;
    this.#chunk(sequence, tokens);
  }

  // --- steps ------------------------------------------------------------------------------------------------------

  #beginMixed(): number {
    const set = this.#decodes;
    const decodes = set.count - this.#heldBack.length;
    let context = set.contextAfter(1);
    for (const sequence of this.#heldBack) context -= set.contextOf(sequence) + 1;
    const shape = this.#shape.compose(decodes, context, set.draftsOfStep(), this.#chunked, this.#model);
    set.take(this.#pool, 1, this.#heldBack);
    return this.#stepper.runStep(this.#model.stepUs(shape) + (this.#lora?.takeLoadUs() ?? 0));
  }

  #endSegment(durationUs: number, nowUs: number, sink: EngineSink): void {
    const { segment } = this.#stepper;
    const set = this.#decodes;
    const usedBefore = this.#pool.used;
    set.take(this.#pool, segment.steps);
    this.#stream.segment(segment, nowUs, sink);
    set.advance(segment.steps);
    this.meters.step(durationUs, 0, set.count, usedBefore, this.#pool);
  }

  #endMixed(durationUs: number, nowUs: number, sink: EngineSink): void {
    const set = this.#decodes;
    const { decodeSequences, prefillTokens } = this.#shape;
    this.meters.step(durationUs, prefillTokens, decodeSequences, this.#pool.used, this.#pool);
    this.#stream.step(durationUs, decodeSequences, nowUs, sink);
    set.advance(1);
    for (const sequence of this.#heldBack) set.holdBack(sequence);
    let complete = 0;
    for (const sequence of this.#chunked) {
      sequence.computed += sequence.chunk;
      sequence.chunk = 0;
      this.#tiers?.store(sequence.request, sequence.generated, sequence.computed, nowUs);
      if (sequence.computed < sequence.goal) continue;
      complete += 1;
      this.#token(sequence, nowUs, sink);
    }
    if (complete > 0 && this.#prefilling.length > 0) {
      this.#prefilling = this.#prefilling.filter((s) => s.state === 'prefilling');
    }
  }

  /** A completed prompt yields a token: the first one, or after a preemption the next one. */
  #token(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#stream.promptToken(sequence, nowUs, sink);
    if (sequence.generated < sequence.target) {
      this.#decodes.add(sequence);
      return;
    }
    this.#running.remove(sequence);
    this.#finish(sequence, nowUs, sink);
  }

  // --- leaving ----------------------------------------------------------------------------------------------------

  #finish(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#indexComputed(sequence);
    this.#tiers?.store(sequence.request, sequence.generated, sequence.computed, nowUs);
    if (sequence.leg === 'prefill' && !sequence.aborted) {
      sequence.state = 'holding';
      this.#holding.push(sequence);
    } else {
      this.#pool.release(sequence);
      this.#gone(sequence);
    }
    if (!sequence.aborted) sink.finished(sequence.request, nowUs);
  }

  #index(sequence: Sequence, computed: number): void {
    const { request } = sequence;
    this.#pool.index(sequence, request.prompt, request.outputContentId, sequence.generated, computed);
  }

  #indexComputed(sequence: Sequence): void {
    this.#index(sequence, sequence.computed);
  }

  /** Removes a running or decoding sequence between steps. */
  #stopRunning(sequence: Sequence): void {
    this.#running.remove(sequence);
    if (sequence.state === 'decoding') {
      this.#decodes.remove(sequence);
      this.#decodes.settle(sequence);
    } else {
      this.#prefilling = this.#prefilling.filter((s) => s !== sequence);
    }
    this.#indexComputed(sequence);
    this.#pool.release(sequence);
    this.#gone(sequence);
  }

  /** Removes a sequence that takes no part in steps. */
  #drop(sequence: Sequence): void {
    if (sequence.state === 'waiting' && !this.#passedOver.includes(sequence)) this.#waiting.remove(sequence);
    for (const list of [this.#loading, this.#holding, this.#passedOver]) {
      const index = list.indexOf(sequence);
      if (index >= 0) list.splice(index, 1);
    }
    this.#pool.release(sequence);
    this.#gone(sequence);
  }

  #gone(sequence: Sequence): void {
    sequence.state = 'gone';
  }

  /** The sequence of a request, wherever it stands; aborts are rare enough for a search. */
  #find(request: SimRequest): Sequence | undefined {
    for (let s = this.#running.head; s !== null; s = s.after) if (s.request === request) return s;
    const matches = (s: Sequence): boolean => s.request === request;
    for (const list of [this.#waiting, this.#passedOver, this.#loading, this.#holding]) {
      const found = list.find(matches);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
