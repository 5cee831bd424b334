/**
 * TensorRT-LLM's executor (engines.md section 3): in every iteration a capacity policy decides who may hold KV, then a
 * micro-batch scheduler decides who runs; context and generation share the iteration. The first is in capacity-scheduler.ts.
 *
 * Without chunked prefill a prompt waits until the token budget has room for all of it. Blocks are offered for reuse when the
 * context is complete and when the request ends; whole blocks only.
 */
import type { StepModel } from '../../latency/step-model.ts';
import type { SimRequest } from '../../workload/request.ts';
import { Batch } from '../batch.ts';
import { BatchShape } from '../batch-shape.ts';
import { DecodeGrowth } from '../decode-growth.ts';
import { DecodeSet } from '../decode-set.ts';
import { Deque } from '../deque.ts';
import { DraftingSet } from '../drafting-set.ts';
import type { Engine, EngineObservation, EngineSink, Leg } from '../engine.ts';
import { type RadixNode, RadixTree } from '../kv/radix-tree.ts';
import type { KvTiers } from '../kv/tiers/kv-tiers.ts';
import { EngineMeters } from '../meters.ts';
import { Sequence as EngineSequence, type SequenceList } from '../sequence.ts';
import { Stepper } from '../stepper.ts';
import { TokenStream } from '../token-stream.ts';
import { CapacityScheduler } from './capacity-scheduler.ts';
import type { TrtllmConfig } from './config.ts';
import { cacheComputed, contentOf } from './content.ts';

type Sequence = EngineSequence<RadixNode>;

/** One TensorRT-LLM engine. */
export class TrtllmEngine implements Engine {
  readonly kvBlocks: number;
  readonly blockSizeTokens: number;
  readonly meters = new EngineMeters();
  readonly #config: TrtllmConfig;
  readonly #model: StepModel;
  readonly #tree: RadixTree;
  readonly #stepper: Stepper;
  /** Started requests: `prefilling` those whose context is not complete. */
  readonly #batch: Batch<RadixNode>;
  readonly #running: SequenceList<RadixNode>;
  readonly #decodes: DecodeSet<RadixNode>;
  readonly #capacity: CapacityScheduler;
  readonly #waiting = new Deque<Sequence>();
  readonly #loading: Sequence[] = [];
  readonly #holding: Sequence[] = [];
  #aborting: Sequence[] = [];
  #admissions = 0;
  #tiers: KvTiers | null = null;
  readonly #shape = new BatchShape();
  readonly #stream: TokenStream<RadixNode>;
  readonly #growth: DecodeGrowth<RadixNode>;

  /** `seed`: of the run; what is drawn (accepted drafts) depends on it. */
  constructor(config: TrtllmConfig, model: StepModel, poolTokens: number, fastForward: boolean, seed = 0) {
    this.#config = config;
    this.#model = model;
    this.blockSizeTokens = config.tokensPerBlock;
    this.kvBlocks = Math.floor(poolTokens / config.tokensPerBlock);
    this.#tree = new RadixTree({
      capacity: this.kvBlocks,
      pageTokens: config.tokensPerBlock,
      caching: config.blockReuse,
    });
    this.#stepper = new Stepper({ ahead: config.overlapScheduler, fastForward });
    const { speculation } = config;
    this.#decodes =
      speculation === null
        ? new DecodeSet(config.tokensPerBlock)
        : new DraftingSet(config.tokensPerBlock, speculation, seed, this.meters);
    this.#batch = new Batch(this.#stepper, this.#decodes);
    this.#running = this.#batch.running;
    const rule = { interval: config.streamInterval, offset: 0 } as const;
    this.#stream = new TokenStream(rule, this.#running, this.#decodes);
    this.#capacity = new CapacityScheduler({
      ...{ config, tree: this.#tree, batch: this.#batch, waiting: this.#waiting, stream: this.#stream },
    });
    this.#growth = new DecodeGrowth({
      ...{ stepper: this.#stepper, set: this.#decodes, pool: this.#tree },
      ...{ stream: this.#stream, meters: this.meters },
    });
  }

  enqueue(request: SimRequest, leg: Leg, nowUs: number): void {
    this.#waiting.pushBack(new EngineSequence<RadixNode>(request, leg, nowUs));
  }

  abort(request: SimRequest, nowUs: number): boolean {
    const sequence = this.#find(request);
    if (sequence === undefined) return false;
    this.#stepper.unstick();
    this.#growth.until(nowUs);
    if (sequence.state === 'loadingRemote') this.#tiers?.cancel(request, nowUs);
    const inStep = sequence.state === 'decoding' || sequence.state === 'prefilling';
    if (inStep && this.#stepper.progress !== 'none') {
      sequence.aborted = true;
      this.#aborting.push(sequence);
    } else this.#leave(sequence);
    return true;
  }

  remoteReady(request: SimRequest, ok: boolean, nowUs: number): void {
    const sequence = this.#loading.find((s) => s.request === request);
    if (sequence === undefined) return;
    sequence.remoteDone = ok;
    sequence.enqueuedUs = nowUs;
    this.#stepper.unstick();
  }

  release(request: SimRequest, nowUs: number): void {
    const sequence = this.#holding.find((s) => s.request === request);
    if (sequence === undefined) return;
    this.#growth.until(nowUs);
    this.#leave(sequence);
    this.#stepper.unstick();
  }

  begin(nowUs: number, sink: EngineSink): number {
    const stepper = this.#stepper;
    stepper.open(nowUs);
    this.#schedule(nowUs, sink);
    if (this.#batch.hasNothing && stepper.decidedUs !== Number.POSITIVE_INFINITY) {
      // No iteration is in flight that a newcomer could be too late for.
      stepper.decidedUs = Number.POSITIVE_INFINITY;
      this.#schedule(nowUs, sink);
    }
    if (this.#batch.hasNothing) return stepper.idle();
    const { chunked, preempted, prefilling } = this.#batch;
    if (chunked.length > 0 || this.#decodes.draftTokens > 0) return this.#beginMixed();
    const joinsNext = preempted || prefilling.length > 0 || (!stepper.stuck && this.#waiting.length > 0);
    const steps = joinsNext ? 1 : this.#decodes.stepsWithin(this.#tree.available);
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
    for (const sequence of this.#aborting) if (sequence.state !== 'gone') this.#leave(sequence);
    if (this.#aborting.length > 0) this.#aborting = [];
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

  get evictedBlocks(): number {
    return this.#tree.evictedPages;
  }

  observe(nowUs: number, out: EngineObservation): void {
    out.waiting = this.#waiting.length + this.#loading.length;
    out.running = this.#running.length;
    out.kvUsage = this.#growth.usedAt(nowUs) / this.#tree.capacity;
  }

  // --- scheduling -------------------------------------------------------------------------------------------------

  #schedule(nowUs: number, sink: EngineSink): void {
    this.#batch.open();
    this.#stepper.stuck = false;
    this.#joinLoaded(nowUs, sink);
    this.#capacity.pauseForDecode(nowUs, sink);
    let budget = this.#config.maxNumTokens - this.#decodes.count * (1 + this.#decodes.draftTokens);
    budget = this.#continueContexts(budget, nowUs, sink);
    if (!this.#batch.preempted) this.#admit(budget, nowUs, sink);
  }

  #continueContexts(budgetTokens: number, nowUs: number, sink: EngineSink): number {
    let budget = budgetTokens;
    for (const sequence of this.#batch.prefilling) {
      if (sequence.state !== 'prefilling') continue;
      const tokens = this.#chunkOf(sequence.goal - sequence.computed, budget);
      if (tokens === 0) break;
      if (!this.#capacity.grow(sequence, sequence.computed + tokens, nowUs, sink)) break;
      this.#batch.chunk(sequence, tokens);
      budget -= tokens;
    }
    return budget;
  }

  /** Tokens of a context that fit: all of them, or with chunking a multiple of the block size (the last chunk is free). */
  #chunkOf(left: number, budget: number): number {
    if (left <= budget) return left;
    if (!this.#config.chunkedPrefill) return 0;
    return Math.max(0, Math.floor(budget / this.blockSizeTokens) * this.blockSizeTokens);
  }

  #admit(budgetTokens: number, nowUs: number, sink: EngineSink): void {
    let budget = budgetTokens;
    while (this.#waiting.length > 0) {
      const sequence = this.#waiting.front()!;
      if (this.#stepper.isTooLate(sequence.enqueuedUs)) return;
      if (this.#capacity.refuses(sequence, nowUs, sink)) {
        this.#waiting.popFront();
        continue;
      }
      const seats = this.#running.length + this.#loading.length < this.#config.maxBatchSize;
      if (!seats || !this.#capacity.mayStart(sequence, this.#heldByFinished)) {
        this.#stepper.stuck = true;
        return;
      }
      const loads = sequence.leg === 'decode' && !sequence.admittedBefore;
      const tokens = loads ? 0 : this.#start(sequence, budget, nowUs, sink);
      if (tokens < 0) {
        // Held up by the token budget, which is whole again in the next iteration.
        return;
      }
      if (loads) this.#startLoading(sequence, nowUs, sink);
      this.#waiting.popFront();
      budget -= tokens;
    }
  }

  /** Blocks of finished context legs that wait for their transfer. */
  get #heldByFinished(): number {
    let blocks = 0;
    for (const sequence of this.#holding) blocks += sequence.indexed + sequence.loose;
    return blocks;
  }

  /** Starts a waiting request; returns its tokens, or -1 when the token budget has no room for it. */
  #start(sequence: Sequence, budget: number, nowUs: number, sink: EngineSink): number {
    const size = this.blockSizeTokens;
    const maxPages = Math.floor((sequence.goal - 1) / size);
    const hit = this.#tree.peek(contentOf(sequence), maxPages) * size;
    const { request, generated, goal } = sequence;
    const reached = this.#tiers?.lookup(request, generated, hit, goal - 1) ?? hit;
    if (reached > hit) return this.#loadTiers(sequence, maxPages, reached, nowUs, sink);
    const tokens = this.#chunkOf(sequence.goal - hit, budget);
    if (tokens === 0) return -1;
    this.#tree.lock(sequence, contentOf(sequence), maxPages);
    const blocks = this.#capacity.blocksFor(hit + tokens) - sequence.indexed;
    if (blocks > this.#capacity.available) {
      this.#tree.release(sequence);
      this.#stepper.stuck = true;
      return -1;
    }
    this.#tree.allocate(sequence, blocks);
    this.#capacity.promise(sequence);
    sequence.computed = hit;
    sequence.admission = this.#admissions++;
    sequence.state = 'prefilling';
    this.#running.append(sequence);
    this.#batch.prefilling.push(sequence);
    if (!sequence.admittedBefore) this.meters.lookedUp(sequence.goal, hit);
    sequence.admittedBefore = true;
    sink.admitted(sequence.request, hit, nowUs);
    this.#batch.chunk(sequence, tokens);
    return tokens;
  }

  // --- steps ------------------------------------------------------------------------------------------------------

  #beginMixed(): number {
    const set = this.#decodes;
    const shape = this.#shape.compose(
      set.count,
      set.contextAfter(1),
      set.draftsOfStep(),
      this.#batch.chunked,
      this.#model,
    );
    set.take(this.#tree, 1);
    return this.#stepper.runStep(this.#model.stepUs(shape));
  }

  #endMixed(durationUs: number, nowUs: number, sink: EngineSink): void {
    const { decodeSequences, prefillTokens } = this.#shape;
    this.meters.step(durationUs, prefillTokens, decodeSequences, this.#tree.used, this.#tree);
    this.#stream.step(durationUs, decodeSequences, nowUs, sink);
    this.#decodes.advance(1);
    for (const sequence of this.#batch.chunked) {
      sequence.computed += sequence.chunk;
      sequence.chunk = 0;
      if (sequence.computed < sequence.goal) continue;
      cacheComputed(this.#tree, sequence);
      this.#tiers?.store(sequence.request, sequence.generated, sequence.computed, nowUs);
      this.#token(sequence, nowUs, sink);
    }
    this.#batch.dropComplete();
  }

  /** A completed context yields a token: the first one, or after a pause the next one. */
  #token(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#stream.promptToken(sequence, nowUs, sink);
    if (sequence.generated < sequence.target) {
      this.#decodes.add(sequence);
      return;
    }
    this.#running.remove(sequence);
    this.#finish(sequence, nowUs, sink);
  }

  // --- KV from outside ---------------------------------------------------------------------------------------------

  /** What tiers hold of a context is loaded beside the iterations; 0 tokens of this one, or -1 when it does not fit. */
  #loadTiers(sequence: Sequence, maxPages: number, reached: number, nowUs: number, sink: EngineSink): number {
    const isFirst = !sequence.admittedBefore;
    this.#tree.lock(sequence, contentOf(sequence), maxPages);
    const blocks = this.#capacity.blocksFor(sequence.goal) - sequence.indexed;
    if (blocks > this.#capacity.available) {
      this.#tree.release(sequence);
      this.#stepper.stuck = true;
      return -1;
    }
    this.#await(sequence, blocks, reached);
    if (isFirst) this.meters.lookedUp(sequence.goal, reached);
    sink.admitted(sequence.request, reached, nowUs);
    this.#tiers!.load(sequence.request, nowUs, isFirst);
    return 0;
  }

  /** Takes blocks for KV that is on its way; `tierTokens` of it come from tiers, 0 from the context server. */
  #await(sequence: Sequence, blocks: number, tierTokens: number): void {
    this.#tree.allocate(sequence, blocks);
    this.#capacity.promise(sequence);
    sequence.state = 'loadingRemote';
    sequence.remoteTokens = tierTokens;
    sequence.remoteDone = false;
    sequence.admittedBefore = true;
    sequence.admission = this.#admissions++;
    this.#loading.push(sequence);
  }

  #startLoading(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#await(sequence, this.#capacity.blocksFor(sequence.goal), 0);
    sink.admitted(sequence.request, 0, nowUs);
    sink.loadRemote(sequence.request, sequence.goal, nowUs);
  }

  /**
   * Generation-init requests whose KV has come start to generate; the context server's token is their first. Contexts go on
   * behind what came from tiers.
   */
  #joinLoaded(nowUs: number, sink: EngineSink): void {
    for (let i = 0; i < this.#loading.length; ) {
      const sequence = this.#loading[i]!;
      if (!sequence.remoteDone) {
        i += 1;
        continue;
      }
      this.#loading.splice(i, 1);
      this.#running.append(sequence);
      if (sequence.remoteTokens > 0) {
        sequence.state = 'prefilling';
        sequence.computed = sequence.remoteTokens;
        this.#batch.prefilling.push(sequence);
        continue;
      }
      sequence.computed = sequence.goal;
      this.#token(sequence, nowUs, sink);
    }
  }

  // --- leaving ----------------------------------------------------------------------------------------------------

  #finish(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#capacity.settle(sequence);
    cacheComputed(this.#tree, sequence);
    this.#tiers?.store(sequence.request, sequence.generated, sequence.computed, nowUs);
    if (sequence.leg === 'prefill' && !sequence.aborted) {
      sequence.state = 'holding';
      this.#holding.push(sequence);
    } else {
      this.#tree.release(sequence);
      sequence.state = 'gone';
    }
    if (!sequence.aborted) sink.finished(sequence.request, nowUs);
  }

  /** Takes a sequence out, wherever it stands. */
  #leave(sequence: Sequence): void {
    const { state } = sequence;
    if (state === 'decoding' || state === 'prefilling') this.#batch.remove(sequence);
    if (state !== 'waiting' && state !== 'holding') this.#capacity.settle(sequence);
    this.#waiting.remove(sequence);
    for (const list of [this.#loading, this.#holding]) {
      const index = list.indexOf(sequence);
      if (index >= 0) list.splice(index, 1);
    }
    this.#tree.release(sequence);
    sequence.state = 'gone';
  }

  #find(request: SimRequest): Sequence | undefined {
    for (let s = this.#running.head; s !== null; s = s.after) if (s.request === request) return s;
    const matches = (s: Sequence): boolean => s.request === request;
    return this.#waiting.find(matches) ?? this.#loading.find(matches) ?? this.#holding.find(matches);
  }
}
