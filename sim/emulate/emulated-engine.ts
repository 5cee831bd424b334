/**
 * One engine of a live fleet, still without a clock: the simulator's Engine under the simulator's Replica and Kernel. A
 * shell tells it the time (`advance`), gives it requests, and gets every token through a listener at its exact instant.
 */
import { EndpointTable } from '../../src/routing/endpoint.ts';
import { MetricsFeed } from '../cluster/feed.ts';
import type { PoolSetup } from '../cluster/fleet.ts';
import { Replica } from '../cluster/replica.ts';
import type { EngineObservation, EngineSink, Leg } from '../engine/engine.ts';
import type { CacheListener } from '../engine/kv/block-pool.ts';
import { type Component, gridUs, Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import { ScaledStepModel } from '../latency/scaled.ts';
import type { SimRequest } from '../workload/request.ts';
import { ObservedEngine } from './observed-engine.ts';

/** Hears what becomes of one request. Must not call back into the engine. */
export interface CallListener {
  /** `count` further tokens are there. */
  tokens(count: number, nowUs: number): void;
  finished(cachedTokens: number, nowUs: number): void;
  /** A decode leg wants `tokens` of its prompt's KV; `remoteReady` ends the wait. With none it does not wait. */
  loadRemote(tokens: number, nowUs: number): void;
  refused(reason: string): void;
}

interface Call {
  readonly request: SimRequest;
  readonly listener: CallListener;
  readonly leg: Leg;
  sent: number;
  cachedTokens: number;
  firstTokenUs: number;
  isPreempted: boolean;
}

export class EmulatedEngine implements Component, EngineSink {
  readonly pool: PoolSetup;
  /** Counters since the start, as the engine's metrics page shows them. */
  readonly totals = { promptTokens: 0, generatedTokens: 0, succeeded: 0, preemptions: 0 };
  readonly #kernel = new Kernel();
  readonly #replica: Replica;
  readonly #target: number;
  /** In order of submission. */
  readonly #calls = new Map<number, Call>();
  #gapsInStep = 0;

  constructor(pool: PoolSetup) {
    this.pool = pool;
    const model = new ScaledStepModel(pool.stepModel);
    this.#target = this.#kernel.register(this);
    this.#replica = new Replica({
      index: 0,
      pool: 0,
      engine: new ObservedEngine(pool.engine.create(model, false), (nowUs) => this.#stepped(nowUs)),
      model,
      egress: 0,
      ingress: 0,
      nowUs: 0,
      kernel: this.#kernel,
      // A live engine is scraped over HTTP: this feed has no rows.
      feed: new MetricsFeed(new EndpointTable(), 1),
      sink: this,
    });
  }

  get kvBlocks(): number {
    return this.#replica.engine.kvBlocks;
  }

  get blockSizeTokens(): number {
    return this.#replica.engine.blockSizeTokens;
  }

  /** Reports KV events from now on; an engine that makes none stays silent. */
  listenToCache(listener: CacheListener): void {
    this.#replica.engine.listenToCache?.(listener);
  }

  /** Prompt tokens looked up in, and found in, the prefix cache. */
  get prefixLookups(): { readonly queries: number; readonly hits: number } {
    const { queriedTokens, hitTokens } = this.#replica.engine.meters;
    return { queries: queriedTokens, hits: hitTokens };
  }

  /** Does what is due by `nowUs`; returns when it wants to be called again, µs (Infinity: not before new work). */
  advance(nowUs: number): number {
    this.#kernel.run(gridUs(nowUs));
    return this.#kernel.nextTimeUs;
  }

  /**
   * A request is at the front end, which takes its time before the engine gets it: all of it for a first leg, the handover for a
   * decode leg, as in the simulator. A prefill leg's blocks are held after its end until `release`.
   */
  submit(request: SimRequest, leg: Leg, listener: CallListener, nowUs: number): void {
    this.advance(nowUs);
    const { id } = request.request;
    const call = { request, listener, leg, sent: 0, cachedTokens: 0, firstTokenUs: -1, isPreempted: false };
    this.#calls.set(id, call);
    const { stepModel, handoverUs } = this.pool;
    const frontEndUs = leg === 'decode' ? handoverUs : stepModel.frontEndUs(request.promptTokens);
    const atUs = gridUs(Math.max(nowUs, this.#kernel.nowUs) + frontEndUs);
    this.#kernel.at(atUs, PHASE.deliver, this.#target, 0, id);
  }

  /** The client has gone. */
  abort(id: number, nowUs: number): void {
    this.advance(nowUs);
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    this.#replica.abort(call.request, Math.max(gridUs(nowUs), this.#kernel.nowUs));
  }

  /** KV that a decode leg asked for is here, or (not `ok`) cannot be had. */
  remoteReady(id: number, ok: boolean, nowUs: number): void {
    this.advance(nowUs);
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#replica.remoteReady(call.request, ok, Math.max(gridUs(nowUs), this.#kernel.nowUs));
  }

  /** The blocks of a finished prefill leg are free again. */
  release(request: SimRequest, nowUs: number): void {
    this.advance(nowUs);
    this.#replica.release(request, Math.max(gridUs(nowUs), this.#kernel.nowUs));
  }

  observe(nowUs: number, out: EngineObservation): void {
    this.advance(nowUs);
    this.#replica.engine.observe(Math.max(gridUs(nowUs), this.#kernel.nowUs), out);
  }

  onEvent(_code: number, id: number, nowUs: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#replica.deliver(call.request, call.leg, nowUs);
    // Live legs follow each other: no decode side holds memory yet that a push would wait for.
    if (call.leg === 'prefill') this.#replica.peerReady(call.request, nowUs);
  }

  admitted(request: SimRequest, cachedTokens: number): void {
    const call = this.#calls.get(request.request.id);
    if (call === undefined) return;
    if (!call.isPreempted) {
      call.cachedTokens = cachedTokens;
      this.totals.promptTokens += request.promptTokens;
    }
    call.isPreempted = false;
  }

  firstToken(request: SimRequest, nowUs: number): void {
    const call = this.#calls.get(request.request.id);
    if (call === undefined || call.firstTokenUs >= 0) return;
    call.firstTokenUs = nowUs;
    this.#send(call, 1, nowUs);
  }

  finished(request: SimRequest, nowUs: number): void {
    const call = this.#calls.get(request.request.id);
    if (call === undefined) return;
    this.#calls.delete(request.request.id);
    // Its last token is among the gaps of this step.
    if (request.outputTokens > call.sent) this.#gapsInStep -= 1;
    this.#send(call, request.outputTokens - call.sent, nowUs);
    this.totals.succeeded += 1;
    call.listener.finished(call.cachedTokens, nowUs);
  }

  preempted(request: SimRequest): void {
    this.totals.preemptions += 1;
    const call = this.#calls.get(request.request.id);
    if (call !== undefined) call.isPreempted = true;
  }

  gaps(_gapUs: number, count: number): void {
    this.#gapsInStep += count;
  }

  gapSeries(_firstUs: number, _incrementUs: number, steps: number, count: number): void {
    this.#gapsInStep += steps * count;
  }

  /** Where chunks are not single tokens the engine says whose they are. */
  chunk(request: SimRequest, generated: number, nowUs: number): void {
    this.#gapsInStep -= 1;
    const call = this.#calls.get(request.request.id);
    if (call !== undefined) this.#send(call, generated - call.sent, nowUs);
  }

  loadRemote(request: SimRequest, tokens: number, nowUs: number): void {
    this.#calls.get(request.request.id)?.listener.loadRemote(tokens, nowUs);
  }

  refused(request: SimRequest, reason: string): void {
    const call = this.#calls.get(request.request.id);
    if (call === undefined) return;
    this.#calls.delete(request.request.id);
    call.listener.refused(reason);
  }

  /**
   * Each gap of the step is one token of one decoding request. In a step with fewer gaps than such requests (one computes
   * its prompt again after a preemption) the earliest submitted ones get them; totals are right at the end.
   */
  #stepped(nowUs: number): void {
    let left = this.#gapsInStep;
    this.#gapsInStep = 0;
    for (const call of this.#calls.values()) {
      if (left <= 0) return;
      const { firstTokenUs, isPreempted, sent, request } = call;
      if (firstTokenUs < 0 || firstTokenUs === nowUs || isPreempted) continue;
      // The last token comes with `finished`.
      if (sent >= request.outputTokens - 1) continue;
      left -= 1;
      this.#send(call, 1, nowUs);
    }
  }

  #send(call: Call, count: number, nowUs: number): void {
    if (count <= 0) return;
    call.sent += count;
    this.totals.generatedTokens += count;
    call.listener.tokens(count, nowUs);
  }
}
