/**
 * vLLM's V1 scheduler (engines.md 1.3 to 1.6, 5.1): one mixed batch per step under one token budget; running requests first,
 * in order of admission, then the waiting queue until something does not fit; preemption of the newest by recompute.
 *
 * Decoding sequences are kept in a DecodeSet and scheduled in bulk: each takes one token, and as an unfinished prompt always
 * stands at the tail of the running list (it took the rest of the budget), they come before it in order too. Only a shortage of
 * blocks or of budget for the decodes themselves walks the list one by one (preemption.ts).
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
import { Sequence as EngineSequence, type SequenceList } from '../sequence.ts';
import { Stepper } from '../stepper.ts';
import { TokenStream } from '../token-stream.ts';
import { Admission } from './admission.ts';
import { VllmBatch } from './batch.ts';
import { indexUpTo, type VllmCommon, vllmCommon } from './common.ts';
import type { VllmConfig } from './config.ts';
import { Gauges } from './gauges.ts';
import { Preemption } from './preemption.ts';

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
  readonly #batch: VllmBatch;
  readonly #decodes: DecodeSet<BlockNode>;
  readonly #running: SequenceList<BlockNode>;
  readonly #waiting: Deque<Sequence> | PriorityQueue<Sequence>;
  /** Passed over because their KV is on its way; examined before `#waiting`. */
  readonly #loading: SequenceList<BlockNode>;
  readonly #gauges: Gauges;
  #aborting: Sequence[] = [];
  /** Finished prefill legs whose blocks are not released yet. */
  readonly #holding: SequenceList<BlockNode>;
  readonly #shape = new BatchShape();
  readonly #stream: TokenStream<BlockNode>;
  readonly #growth: DecodeGrowth<BlockNode>;
  readonly #admission: Admission;
  readonly #preemption: Preemption;
  #tiers: KvTiers | null = null;
  /** LoRA adapters; null without any. */
  readonly #lora: LoraSlots | null;
  /** Passed over because a batch with their adapter would hold too many; examined before `#waiting`. */
  readonly #passedOver: Sequence[];
  readonly #common: VllmCommon;
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
    this.#common = common;
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
    this.#batch = new VllmBatch(this.#stepper, this.#decodes);
    this.#running = this.#batch.running;
    common.running.push(this.#running);
    this.#admission = new Admission(config, common, lora, this.#batch, (sequence, tokens) =>
      this.#run(sequence, tokens),
    );
    if (lora !== null) this.observeAdapters = () => this.#admission.adapters(lora);
    this.#gauges = new Gauges(common, this.#batch);
    const rule = { interval: config.streamInterval, offset: 1 } as const;
    const isLane = this.meters instanceof PipelineMeters;
    this.#stream = new TokenStream(rule, this.#running, this.#decodes, isLane);
    this.#preemption = new Preemption(config, common, this.#batch, this.#admission, this.#stream);
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
    if (this.#batch.hasNothing && stepper.decidedUs !== Number.POSITIVE_INFINITY) {
      // No batch is in flight that a newcomer could be too late for.
      stepper.decidedUs = Number.POSITIVE_INFINITY;
      this.#schedule(nowUs, sink);
    }
    if (this.#batch.hasNothing) {
      this.#gauges.publish();
      return stepper.idle();
    }
    const batch = this.#batch;
    const isMixed = batch.chunked.length > 0 || batch.heldBack.length > 0;
    if (isMixed || this.#decodes.draftTokens > 0 || this.#common.lanes.length > 1) return this.#beginMixed();
    // Someone who was too late for this step, or was kept out by a preemption in it, may join the next one.
    const joinsNext = batch.preempted || (!stepper.stuck && this.#waiting.length > 0);
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

  get evictedBlocks(): number {
    return this.#pool.evictedBlocks;
  }

  observe(nowUs: number, out: EngineObservation): void {
    this.#gauges.observe(nowUs, out);
  }

  listenToCache(listener: CacheListener): void {
    this.#pool.listener = listener;
  }

  #blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockSizeTokens);
  }

  // --- scheduling -------------------------------------------------------------------------------------------------

  #schedule(nowUs: number, sink: EngineSink): void {
    const batch = this.#batch;
    batch.open();
    let budget = this.#preemption.decodes(this.#config.maxBatchedTokens, nowUs, sink);
    budget = this.#continuePrompts(budget, nowUs, sink);
    this.#stepper.stuck = false;
    if (!batch.preempted && !this.#preemption.isAnyShort && this.#waitingInAll() > 0) {
      this.#admission.admit(budget, nowUs, sink);
    }
  }

  /** Next chunks of prompts already admitted. */
  #continuePrompts(budgetTokens: number, nowUs: number, sink: EngineSink): number {
    let budget = budgetTokens;
    const batch = this.#batch;
    for (const sequence of batch.prefilling) {
      if (budget === 0 || sequence.state !== 'prefilling') continue;
      const tokens = this.#admission.cap(sequence.goal - sequence.computed, budget);
      const blocks = this.#blocksFor(sequence.computed + tokens) - (sequence.indexed + sequence.loose);
      const decodeBlocks = this.#decodes.blocksNeeded(1);
      if (!this.#preemption.makeRoom(sequence, blocks, decodeBlocks, nowUs, sink)) break;
      budget += batch.refundTokens;
      batch.refundTokens = 0;
      if (blocks > 0) this.#pool.allocate(sequence, blocks);
      this.#chunk(sequence, tokens);
      budget -= tokens;
    }
    return budget;
  }

  #chunk(sequence: Sequence, tokens: number): void {
    this.#batch.chunk(sequence, tokens);
    // Blocks get their hash when they are scheduled, so that the next admission finds them.
    indexUpTo(this.#pool, sequence, sequence.computed + tokens);
  }

  #run(sequence: Sequence, tokens: number): void {
    sequence.admission = this.#common.admissions++;
    sequence.state = 'prefilling';
    this.#lora?.join(sequence.request.request.model);
    this.#running.append(sequence);
    if (sequence.computed + tokens < sequence.goal) this.#batch.prefilling.push(sequence);
    sequence.admittedBefore = true;
    this.#chunk(sequence, tokens);
  }

  // --- steps ------------------------------------------------------------------------------------------------------

  #beginMixed(): number {
    const set = this.#decodes;
    const { heldBack, chunked } = this.#batch;
    const decodes = set.count - heldBack.length;
    let context = set.contextAfter(1);
    for (const sequence of heldBack) context -= set.contextOf(sequence) + 1;
    const shape = this.#shape.compose(decodes, context, set.draftsOfStep(), chunked, this.#model);
    set.take(this.#pool, 1, heldBack);
    return this.#stepper.runStep(this.#model.stepUs(shape) + (this.#lora?.takeLoadUs() ?? 0));
  }

  #endMixed(durationUs: number, nowUs: number, sink: EngineSink): void {
    const set = this.#decodes;
    const batch = this.#batch;
    const { decodeSequences, prefillTokens } = this.#shape;
    this.meters.step(durationUs, prefillTokens, decodeSequences, this.#pool.used, this.#pool);
    this.#stream.step(durationUs, decodeSequences, nowUs, sink);
    set.advance(1);
    for (const sequence of batch.heldBack) set.holdBack(sequence);
    let complete = 0;
    for (const sequence of batch.chunked) {
      sequence.computed += sequence.chunk;
      sequence.chunk = 0;
      this.#tiers?.store(sequence.request, sequence.generated, sequence.computed, nowUs);
      if (sequence.computed < sequence.goal) continue;
      complete += 1;
      this.#token(sequence, nowUs, sink);
    }
    if (complete > 0) batch.dropComplete();
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
    indexUpTo(this.#pool, sequence, sequence.computed);
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

  /** Removes a running or decoding sequence between steps. */
  #stopRunning(sequence: Sequence): void {
    this.#batch.remove(sequence);
    indexUpTo(this.#pool, sequence, sequence.computed);
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
