/**
 * vLLM's V1 scheduler (engines.md 1.3 to 1.6, 5.1): one mixed batch per step under one token budget; running requests first,
 * in order of admission, then the waiting queue until something does not fit; preemption of the newest by recompute.
 *
 * Decoding sequences are kept in a DecodeSet and scheduled in bulk: each takes one token, and as an unfinished prompt always
 * stands at the tail of the running list (it took the rest of the budget), they come before it in order too. Only a shortage of
 * blocks or of budget for the decodes themselves walks the list one by one (`#scheduleOneByOne`).
 */
import type { StepModel } from '../../latency/step-model.ts';
import type { SimRequest } from '../../workload/request.ts';
import { BatchShape } from '../batch-shape.ts';
import { DecodeGrowth } from '../decode-growth.ts';
import { DecodeSet } from '../decode-set.ts';
import type { Deque } from '../deque.ts';
import { DraftingSet } from '../drafting-set.ts';
import type { AdapterObservation, Engine, EngineObservation, EngineSink, Leg } from '../engine.ts';
import type { BlockNode, BlockPool, CacheListener } from '../kv/block-pool.ts';
import type { KvTiers } from '../kv/tiers/kv-tiers.ts';
import type { LoraSlots } from '../lora.ts';
import type { EngineMeters } from '../meters.ts';
import { PipelineMeters } from '../pipeline.ts';
import type { PriorityQueue } from '../priority-queue.ts';
import { byPriority, Sequence as EngineSequence, SequenceList } from '../sequence.ts';
import { Stepper } from '../stepper.ts';
import { TokenStream } from '../token-stream.ts';
import { Admission } from './admission.ts';
import { seatsTaken, type VllmCommon, vllmCommon } from './common.ts';
import type { VllmConfig } from './config.ts';
import { Gauges } from './gauges.ts';

type Sequence = EngineSequence<BlockNode>;

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
  /** Passed over because their KV is on its way; examined before `#waiting`. */
  readonly #loading: SequenceList<BlockNode>;
  readonly #gauges: Gauges;
  /** Running sequences whose prompt is not complete, in running order. */
  #prefilling: Sequence[] = [];
  /** Decodes left out of the step in progress for want of budget. */
  #heldBack: Sequence[] = [];
  /** Sequences of the step in progress that get a chunk. */
  #chunked: Sequence[] = [];
  #aborting: Sequence[] = [];
  /** Finished prefill legs whose blocks are not released yet. */
  readonly #holding: SequenceList<BlockNode>;
  readonly #shape = new BatchShape();
  readonly #stream: TokenStream<BlockNode>;
  readonly #growth: DecodeGrowth<BlockNode>;
  readonly #admission: Admission;
  #tiers: KvTiers | null = null;
  #preempted = false;
  /** Tokens that victims of the schedule in progress gave back. */
  #refundTokens = 0;

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

  /** `seed`: of the run; what is drawn (accepted drafts) depends on it. */
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
    common.running.push(this.#running);
    this.#model = model;
    this.#lora = lora;
    this.#stepper = new Stepper({ ahead: config.asyncScheduling, fastForward });
    this.kvBlocks = kvBlocks;
    this.blockSizeTokens = config.blockSizeTokens;
    const { speculation } = config;
    this.#decodes =
      speculation === null
        ? new DecodeSet(config.blockSizeTokens)
        : new DraftingSet(config.blockSizeTokens, speculation, seed, this.meters);
    this.#admission = new Admission(config, common, lora, {
      ...{ stepper: this.#stepper, decodes: this.#decodes, running: this.#running },
      run: (sequence, tokens) => this.#run(sequence, tokens),
    });
    if (lora !== null) this.observeAdapters = () => this.#admission.adapters(lora);
    this.#gauges = new Gauges(common, this.#stepper, this.#decodes, this.#running);
    const rule = { interval: config.streamInterval, offset: 1 } as const;
    const isLane = this.meters instanceof PipelineMeters;
    this.#stream = new TokenStream(rule, this.#running, this.#decodes, isLane);
    this.#growth = new DecodeGrowth({
      ...{ stepper: this.#stepper, set: this.#decodes, pool: this.#pool },
      ...{ stream: this.#stream, meters: this.meters },
    });
  }

  enqueue(request: SimRequest, leg: Leg, nowUs: number): void {
    const sequence = new EngineSequence<BlockNode>(request, leg, nowUs);
    this.#waiting.pushBack(sequence);
    // The head that did not fit is the head no more.
    if (this.#admission.isSorted && this.#waiting.front() === sequence) this.#stepper.stuck = false;
  }

  abort(request: SimRequest, nowUs: number): boolean {
    const sequence = this.#find(request);
    if (sequence === undefined) return false;
    this.#stepper.unstick();
    if (sequence.state === 'waiting' || sequence.state === 'loadingRemote' || sequence.state === 'holding') {
      this.#gauges.freeze(nowUs);
      this.#growth.until(nowUs);
      this.#tiers?.cancel(request, nowUs);
      this.#drop(sequence);
    } else if (this.#stepper.progress === 'none') {
      this.#stopRunning(sequence);
    } else {
      sequence.aborted = true;
      this.#aborting.push(sequence);
    }
    if (this.#stepper.progress === 'none') this.#gauges.publish();
    return true;
  }

  remoteReady(request: SimRequest, ok: boolean, nowUs: number): void {
    const sequence = this.#loading.find(request);
    if (sequence === undefined) return;
    sequence.remoteDone = true;
    sequence.enqueuedUs = nowUs;
    if (!ok) this.#withoutPull(sequence, nowUs);
    this.#stepper.unstick();
  }

  /** A pull has failed: the local hit stays, a tier may have what its prefill worker wrote, the rest is computed here. */
  #withoutPull(sequence: Sequence, nowUs: number): void {
    const hit = sequence.indexed * this.blockSizeTokens;
    sequence.remoteTokens = this.#admission.reach(sequence, hit);
    if (sequence.remoteTokens === hit) return;
    sequence.remoteDone = false;
    this.#tiers!.load(sequence.request, nowUs, false);
  }

  release(request: SimRequest, nowUs: number): void {
    const sequence = this.#holding.find(request);
    if (sequence === undefined) return;
    this.#growth.until(nowUs);
    this.#drop(sequence);
    this.#stepper.unstick();
    if (this.#stepper.progress === 'none') this.#gauges.publish();
  }

  get isEmpty(): boolean {
    return this.#running.length + this.#waitingInAll() === 0;
  }

  #waitingInAll(): number {
    return this.#waiting.length + this.#loading.length + this.#passedOver.length;
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
      this.#gauges.publish();
      return stepper.idle();
    }
    const isMixed = this.#chunked.length > 0 || this.#heldBack.length > 0;
    if (isMixed || this.#decodes.draftTokens > 0 || this.#lanes.length > 1) return this.#beginMixed();
    // Someone who was too late for this step, or was kept out by a preemption in it, may join the next one.
    const joinsNext = this.#preempted || (!stepper.stuck && this.#waiting.length > 0);
    const steps = joinsNext ? 1 : this.#decodes.stepsWithin(this.#pool.free);
    this.#gauges.begins();
    return stepper.runSegment(this.#decodes, this.#model, steps);
  }

  end(nowUs: number, sink: EngineSink): void {
    const wasSegment = this.#stepper.progress === 'segment';
    const durationUs = this.#stepper.close(nowUs);
    if (wasSegment) this.#growth.end(durationUs, nowUs, sink);
    else this.#endMixed(durationUs, nowUs, sink);
    for (let done = this.#decodes.takeFinished(); done !== null; done = this.#decodes.takeFinished()) {
      this.#running.remove(done);
      this.#decodes.settle(done);
      this.#finish(done, nowUs, sink);
    }
    for (const sequence of this.#aborting) if (sequence.state !== 'gone') this.#stopRunning(sequence);
    if (this.#aborting.length > 0) this.#aborting = [];
    this.#gauges.publish();
  }

  get pace(): Stepper {
    return this.#stepper;
  }

  interrupt(nowUs: number, urgent: boolean): number {
    return this.#stepper.interrupt(nowUs, urgent);
  }

  connectTiers(tiers: KvTiers): void {
    this.#tiers = tiers;
    this.#admission.tiers = tiers;
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

  observe(nowUs: number, out: EngineObservation): void {
    this.#gauges.observe(nowUs, out);
  }

  listenToCache(listener: CacheListener): void {
    this.#pool.listener = listener;
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
    if (!this.#preempted && !this.#anyShort() && this.#waitingInAll() > 0) {
      this.#admission.admit(budget, nowUs, sink);
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
    const alone = seatsTaken(this.#common) === 0;
    victim.isHeldBack = false;
    victim.goal = victim.request.promptTokens + victim.generated;
    victim.computed = 0;
    victim.state = 'waiting';
    victim.enqueuedUs = nowUs;
    const needed =
      this.#blocksFor(victim.goal + this.#decodes.slotsPerStep) + this.#admission.fixedOf(victim.request);
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
      const tokens = this.#admission.cap(sequence.goal - sequence.computed, budget);
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

  #chunk(sequence: Sequence, tokens: number): void {
    sequence.chunk = tokens;
    this.#chunked.push(sequence);
    // Blocks get their hash when they are scheduled, so that the next admission finds them.
    this.#index(sequence, sequence.computed + tokens);
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
      this.#holding.append(sequence);
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
    if (sequence.state === 'loadingRemote') this.#loading.remove(sequence);
    else if (sequence.state === 'holding') this.#holding.remove(sequence);
    else if (!this.#waiting.remove(sequence)) this.#passedOver.splice(this.#passedOver.indexOf(sequence), 1);
    this.#pool.release(sequence);
    this.#gone(sequence);
  }

  #gone(sequence: Sequence): void {
    sequence.state = 'gone';
  }

  /** The sequence of a request, wherever it stands; aborts are rare enough for a search. */
  #find(request: SimRequest): Sequence | undefined {
    const matches = (s: Sequence): boolean => s.request === request;
    return (
      this.#running.find(request) ??
      this.#waiting.find(matches) ??
      this.#passedOver.find(matches) ??
      this.#loading.find(request) ??
      this.#holding.find(request)
    );
  }
}
