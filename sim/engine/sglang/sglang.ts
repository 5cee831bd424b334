/**
 * SGLang's scheduler (engines.md section 2): an iteration is a prefill batch or a decode batch, and prefill wins. One chunked
 * request at a time; admission by a guess of future output; retraction of the request with the fewest output tokens when
 * slots run out. With `enable_mixed_chunk` the running decodes ride along in a prefill batch.
 *
 * Not modelled: the extra iteration that an ended request stays in the batch with overlap scheduling.
 */
import type { EngineSchedulingPolicy } from '../../../src/plugin-api/engine-policy.ts';
import type { StepModel } from '../../latency/step-model.ts';
import type { SimRequest } from '../../workload/request.ts';
import { BatchShape } from '../batch-shape.ts';
import { DecodeGrowth } from '../decode-growth.ts';
import { DecodeSet } from '../decode-set.ts';
import { DraftingSet } from '../drafting-set.ts';
import type { Engine, EngineObservation, EngineSink, Leg } from '../engine.ts';
import type { RadixNode, RadixTree } from '../kv/radix-tree.ts';
import type { KvTiers } from '../kv/tiers/kv-tiers.ts';
import type { TierLoads } from '../kv/tiers/tier-loads.ts';
import type { EngineMeters } from '../meters.ts';
import { PipelineMeters } from '../pipeline.ts';
import { Ranker } from '../scheduling-policy.ts';
import { Sequence as EngineSequence, SequenceList } from '../sequence.ts';
import { Stepper } from '../stepper.ts';
import { TokenStream } from '../token-stream.ts';
import { type SglangCommon, sglangCommon } from './common.ts';
import type { SglangConfig } from './config.ts';
import type { Disaggregation } from './disaggregation.ts';
import { type NewTokenRatio, RETRACT_DECODE_STEPS } from './new-token-ratio.ts';
import { contentOf, PrefillBatch } from './prefill-batch.ts';
import { generatedBy, victimOrder } from './running.ts';

type Sequence = EngineSequence<RadixNode>;

/** One SGLang engine, or one lane of a pipeline. */
export class SglangEngine implements Engine {
  readonly kvBlocks: number;
  readonly blockSizeTokens: number;
  readonly meters: EngineMeters;
  readonly pushesKv = true;
  readonly #config: SglangConfig;
  readonly #model: StepModel;
  readonly #tree: RadixTree;
  readonly #ratio: NewTokenRatio;
  readonly #stepper: Stepper;
  readonly #decodes: DecodeSet<RadixNode>;
  /** Decoding sequences in order of joining. */
  readonly #running = new SequenceList<RadixNode>();
  readonly #disaggregation: Disaggregation;
  readonly #common: SglangCommon;
  /** The prefill batch in progress, and who may join it. */
  readonly prefill: PrefillBatch;
  #aborting: Sequence[] = [];
  readonly #loads: TierLoads<RadixNode>;
  readonly #shape = new BatchShape();
  readonly #stream: TokenStream<RadixNode>;
  readonly #growth: DecodeGrowth<RadixNode>;

  /** `seed`: of the run; what is drawn (accepted drafts) depends on it. */
  constructor(
    config: SglangConfig,
    model: StepModel,
    poolTokens: number,
    fastForward: boolean,
    seed = 0,
    policy: EngineSchedulingPolicy | undefined = undefined,
    common: SglangCommon = sglangCommon(config, poolTokens),
  ) {
    this.#common = common;
    common.lanes.push(this);
    this.meters = common.meters;
    this.#loads = common.loads;
    this.#tree = common.tree;
    this.#disaggregation = common.disaggregation;
    this.#ratio = common.ratio;
    this.#config = policy === undefined ? config : { ...config, schedulePolicy: 'own' };
    this.#model = model;
    this.blockSizeTokens = config.pageTokens;
    this.kvBlocks = Math.floor(poolTokens / config.pageTokens);
    this.#stepper = new Stepper({ ahead: config.overlapSchedule, fastForward });
    const { speculation } = config;
    this.#decodes =
      speculation === null
        ? new DecodeSet(config.pageTokens)
        : new DraftingSet(config.pageTokens, speculation, seed, this.meters);
    const rule = { interval: config.streamInterval, offset: 1 } as const;
    const isLane = this.meters instanceof PipelineMeters;
    this.#stream = new TokenStream(rule, this.#running, this.#decodes, isLane);
    this.#growth = new DecodeGrowth({
      ...{ stepper: this.#stepper, set: this.#decodes, pool: this.#tree },
      ...{ stream: this.#stream, meters: this.meters },
    });
    this.prefill = new PrefillBatch(this.#config, common, {
      ...{ stepper: this.#stepper, decodes: this.#decodes, running: this.#running },
      ranker: policy === undefined ? null : new Ranker(policy),
      retract: (victim, nowUs, sink) => this.#retract(victim, nowUs, sink),
    });
  }

  enqueue(request: SimRequest, leg: Leg, nowUs: number): void {
    const sequence = new EngineSequence<RadixNode>(request, leg, nowUs);
    if (leg === 'whole') this.#common.waiting.push(sequence);
    else this.#disaggregation.enqueue(sequence);
  }

  abort(request: SimRequest, nowUs: number): boolean {
    const sequence = this.#find(request);
    if (sequence === undefined) return false;
    this.#unstick();
    this.#loads.cancel(sequence, nowUs);
    this.#growth.until(nowUs);
    const inStep = sequence.state === 'decoding' || sequence.state === 'prefilling';
    if (inStep && this.#stepper.progress !== 'none') {
      sequence.aborted = true;
      this.#aborting.push(sequence);
    } else this.#leave(sequence);
    return true;
  }

  remoteReady(request: SimRequest, ok: boolean, nowUs: number): void {
    this.#growth.until(nowUs);
    const isHere = this.#disaggregation.arrived((s) => s.request === request, ok);
    if (isHere || this.#loads.arrived(request)) this.#unstick();
  }

  /** The decode side has taken pages for a prefill leg, which may start now. */
  peerReady(request: SimRequest, nowUs: number): void {
    const sequence = this.#disaggregation.takeReady((s) => s.request === request);
    if (sequence === undefined) return;
    sequence.enqueuedUs = nowUs;
    this.#common.waiting.push(sequence);
  }

  release(request: SimRequest, nowUs: number): void {
    const sequence = this.#disaggregation.findHeld((s) => s.request === request);
    if (sequence === undefined) return;
    this.#growth.until(nowUs);
    this.#leave(sequence);
    this.#unstick();
  }

  begin(nowUs: number, sink: EngineSink): number {
    const stepper = this.#stepper;
    stepper.open(nowUs);
    stepper.stuck = false;
    this.#joinLoaded(nowUs, sink);
    this.#preallocate(nowUs, sink);
    if (this.prefill.form(nowUs, sink)) return this.#beginPrefill();
    this.#makeRoomForDecode(nowUs, sink);
    if (this.#decodes.count === 0) {
      // Nothing is in flight that a newcomer could be too late for, and a refusal may have made room.
      stepper.decidedUs = Number.POSITIVE_INFINITY;
      this.#preallocate(nowUs, sink);
      if (this.prefill.form(nowUs, sink)) return this.#beginPrefill();
      if (!this.#othersRun()) this.#ratio.reset();
      return stepper.idle();
    }
    stepper.stuck = this.prefill.isFull && !this.#config.byPriority;
    if (this.#decodes.draftTokens > 0 || this.#common.lanes.length > 1) return this.#beginStep(true);
    const newcomerWaits =
      (this.#common.waiting.length > 0 && (!this.prefill.isFull || this.#config.byPriority)) ||
      this.#disaggregation.hasNewcomers;
    const steps = newcomerWaits ? 1 : this.#decodes.stepsWithin(this.#tree.available);
    return stepper.runSegment(this.#decodes, this.#model, steps);
  }

  end(nowUs: number, sink: EngineSink): void {
    const wasSegment = this.#stepper.progress === 'segment';
    const durationUs = this.#stepper.close(nowUs);
    if (wasSegment) {
      this.#growth.end(durationUs, nowUs, sink);
      this.#ratio.decay(this.#stepper.segment.steps);
    } else this.#endPrefill(durationUs, nowUs, sink);
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
    this.#loads.connect(tiers);
  }

  get evictedBlocks(): number {
    return this.#tree.evictedPages;
  }

  observe(nowUs: number, out: EngineObservation): void {
    out.waiting = this.#common.waiting.length + this.#loads.count + this.#disaggregation.waiting;
    out.running = this.#running.length + this.prefill.sequences.length;
    out.kvUsage = this.#growth.usedAt(nowUs) / this.#tree.capacity;
  }

  // --- steps ------------------------------------------------------------------------------------------------------

  #beginPrefill(): number {
    return this.#beginStep(
      this.prefill.rideAlong > 0 && this.#decodes.blocksNeeded(1) <= this.#tree.available,
    );
  }

  /** Runs the prefill batch, with the decodes or without them. */
  #beginStep(withDecodes: boolean): number {
    const set = this.#decodes;
    if (withDecodes) set.take(this.#tree, 1);
    const decodes = withDecodes ? set.count : 0;
    const context = withDecodes ? set.contextAfter(1) : 0;
    const drafts = withDecodes ? set.draftsOfStep() : 0;
    const shape = this.#shape.compose(decodes, context, drafts, this.prefill.sequences, this.#model);
    return this.#stepper.runStep(this.#model.stepUs(shape) + (this.#common.lora?.takeLoadUs() ?? 0));
  }

  #endPrefill(durationUs: number, nowUs: number, sink: EngineSink): void {
    const { decodeSequences, prefillTokens } = this.#shape;
    this.meters.step(durationUs, prefillTokens, decodeSequences, this.#tree.used, this.#tree);
    if (decodeSequences > 0) {
      this.#stream.step(durationUs, decodeSequences, nowUs, sink);
      this.#decodes.advance(1);
      if (prefillTokens === 0) this.#ratio.decay(1);
    } else {
      this.#stream.stalled();
    }
    const batch = this.prefill.sequences;
    this.prefill.sequences = [];
    for (const sequence of batch) {
      sequence.computed += sequence.chunk;
      sequence.chunk = 0;
      this.#tree.cache(sequence, contentOf(sequence), sequence.computed);
      if (sequence.leg === 'prefill' && !sequence.aborted) this.#disaggregation.push(sequence, nowUs, sink);
      this.#loads.store(sequence, nowUs);
      if (sequence.computed === sequence.goal) this.#token(sequence, nowUs, sink);
    }
  }

  // --- decode -----------------------------------------------------------------------------------------------------

  /** Retracts until the next decode step fits (engines.md 2.6). */
  #makeRoomForDecode(nowUs: number, sink: EngineSink): void {
    const set = this.#decodes;
    if (set.blocksNeeded(1) <= this.#tree.available) return;
    if (this.#giveUpLoaded() && set.blocksNeeded(1) <= this.#tree.available) return;
    const order = victimOrder(this.#running, this.#decodes.step);
    do {
      const victim = order.pop()!;
      if (order.length === 0 && !this.#othersRun()) {
        this.#leave(victim);
        sink.refused(victim.request, 'the last running request outgrew the token pool', nowUs);
        return;
      }
      this.#retract(victim, nowUs, sink);
    } while (
      set.blocksNeeded(1) > this.#tree.available ||
      order.length * RETRACT_DECODE_STEPS > this.#tree.available * this.blockSizeTokens
    );
    this.#roomMade();
    if (order.length === 0) return;
    let decoded = 0;
    let allowed = 0;
    for (const survivor of order) {
      decoded += generatedBy(survivor, this.#decodes.step);
      allowed += survivor.request.maxTokens;
    }
    this.#ratio.retracted(decoded, order.length, allowed);
  }

  #retract(victim: Sequence, nowUs: number, sink: EngineSink): void {
    this.#running.remove(victim);
    this.#decodes.remove(victim);
    this.#decodes.settle(victim);
    this.#stream.interrupted(victim, nowUs);
    // Freed without going into the tree; what the tree held of its prompt stays there.
    this.#tree.release(victim);
    victim.goal = victim.request.promptTokens + victim.generated;
    victim.computed = 0;
    victim.state = 'waiting';
    victim.enqueuedUs = nowUs;
    this.#common.waiting.push(victim);
    sink.preempted(victim.request, nowUs);
  }

  /** A completed prompt yields a token: the first one, or after a retraction the next one. */
  #token(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#stream.promptToken(sequence, nowUs, sink);
    this.#join(sequence, nowUs, sink);
  }

  #join(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    if (sequence.generated >= sequence.target) {
      this.#finish(sequence, nowUs, sink);
      return;
    }
    this.#running.append(sequence);
    this.#decodes.add(sequence);
    this.#stream.stalled();
  }

  // --- disaggregation ---------------------------------------------------------------------------------------------

  #preallocate(nowUs: number, sink: EngineSink): void {
    const isTooLate = (s: Sequence): boolean => this.#stepper.isTooLate(s.enqueuedUs);
    this.#disaggregation.preallocate(this.#running.length, isTooLate, nowUs, sink);
  }

  /** Decode legs whose KV has come join the decode batch (the prefill side's token is their first), loads of tiers the queue. */
  #joinLoaded(nowUs: number, sink: EngineSink): void {
    const transfers = this.#disaggregation;
    for (let next = transfers.takeLoaded(); next !== undefined; next = transfers.takeLoaded()) {
      next.computed = next.goal;
      next.admission = this.prefill.nextAdmission();
      this.#token(next, nowUs, sink);
    }
    for (let next = this.#loads.takeLoaded(); next !== undefined; next = this.#loads.takeLoaded()) {
      next.state = 'waiting';
      this.#common.waiting.unshift(next);
    }
  }

  /** Requests that came from tiers and have not started give their pages back; true when there were any. */
  #giveUpLoaded(): boolean {
    let any = false;
    for (const sequence of this.#common.waiting) {
      if (sequence.remoteTokens === 0) continue;
      this.#tree.release(sequence);
      sequence.remoteTokens = 0;
      any = true;
    }
    return any;
  }

  // --- leaving ----------------------------------------------------------------------------------------------------

  #finish(sequence: Sequence, nowUs: number, sink: EngineSink): void {
    this.#roomMade();
    this.#tree.cache(sequence, contentOf(sequence), sequence.computed);
    this.#loads.store(sequence, nowUs);
    if (sequence.leg === 'prefill' && !sequence.aborted) {
      this.#disaggregation.hold(sequence);
    } else {
      this.#tree.release(sequence);
      this.#gone(sequence);
    }
    if (!sequence.aborted) sink.finished(sequence.request, nowUs);
  }

  /** Takes a sequence out, wherever it stands. */
  #leave(sequence: Sequence): void {
    if (sequence.state === 'decoding') {
      this.#running.remove(sequence);
      this.#decodes.remove(sequence);
      this.#decodes.settle(sequence);
    }
    if (this.prefill.chunked === sequence) this.prefill.chunked = null;
    this.#common.waiting = this.#common.waiting.filter((s) => s !== sequence);
    this.#disaggregation.remove(sequence);
    this.#tree.release(sequence);
    this.#gone(sequence);
    this.#roomMade();
  }

  #gone(sequence: Sequence): void {
    sequence.state = 'gone';
  }

  #find(request: SimRequest): Sequence | undefined {
    for (let s = this.#running.head; s !== null; s = s.after) if (s.request === request) return s;
    const lists = [
      this.#common.waiting,
      this.prefill.sequences,
      this.prefill.chunked ? [this.prefill.chunked] : [],
    ];
    const isOf = (s: Sequence): boolean => s.request === request;
    return lists.flat().find(isOf) ?? this.#disaggregation.find(isOf) ?? this.#loads.find(request);
  }

  /** Something has come free: all lanes may look at the queue again. */
  #roomMade(): void {
    const { lanes } = this.#common;
    for (let i = 0; i < lanes.length; i++) lanes[i]!.prefill.isFull = false;
  }

  /** Another lane of the pipeline has something to do. */
  #othersRun(): boolean {
    const isBusy = (lane: SglangEngine): boolean =>
      lane.#running.length + lane.prefill.sequences.length > 0 || lane.prefill.chunked !== null;
    return this.#common.lanes.some((lane) => lane !== this && isBusy(lane));
  }

  #unstick(): void {
    this.#roomMade();
    this.#stepper.unstick();
  }
}
