/**
 * An inference engine as its surroundings see it. An engine has no clock and schedules nothing: the replica asks it to
 * begin a step, waits until the time it names, and tells it to end the step.
 *
 * With fast-forward one "step" may be a whole segment of pure decode steps. `interrupt` cuts such a segment at the
 * enclosing step boundary when something new arrives, and `observe` reads the state at any instant inside it.
 */
import type { SimRequest } from '../workload/request.ts';
import type { CacheListener } from './kv/block-pool.ts';
import type { KvTiers } from './kv/tiers/kv-tiers.ts';
import type { EngineMeters } from './meters.ts';
import type { Stepper } from './stepper.ts';

/** What an engine reports. Implementations only collect; they must not call back into the engine. */
export interface EngineSink {
  /** The request left the waiting queue for the first time (or again, after preemption). `cachedTokens` were prefix hits. */
  admitted(request: SimRequest, cachedTokens: number, nowUs: number): void;
  /** First output token is there. */
  firstToken(request: SimRequest, nowUs: number): void;
  /** All output tokens are there; the request has left the engine (or, for a prefill leg, holds its blocks until released). */
  finished(request: SimRequest, nowUs: number): void;
  /** Lost its blocks and went back to the queue. */
  preempted(request: SimRequest, nowUs: number): void;
  /** A chunk of several tokens has gone out: `generated` tokens in all. Beside `gaps`, where chunks are not single tokens. */
  chunk?(request: SimRequest, generated: number, nowUs: number): void;
  /** `count` gaps between consecutive tokens of a request, each `gapUs` long. */
  gaps(gapUs: number, count: number): void;
  /** Gaps of a decode segment: step j of `steps` (from 0) gave `count` gaps of `firstUs + j * incrementUs`. */
  gapSeries(firstUs: number, incrementUs: number, steps: number, count: number): void;
  /**
   * The engine wants `tokens` of this request's KV pulled from its prefill leg; `remoteReady` ends it. With none to pull (all of
   * it was cached) the engine does not wait, and the prefill leg's blocks are free at once.
   */
  loadRemote(request: SimRequest, tokens: number, nowUs: number): void;
  /** A prefill leg's next `tokens` of KV are on their way to the decode side (engines that push); `isLast`: all of it. */
  pushKv?(request: SimRequest, tokens: number, isLast: boolean, nowUs: number): void;
  /** The engine can never serve this request (prompt longer than the pool, or than the model's limit). */
  refused(request: SimRequest, reason: string, nowUs: number): void;
}

/** Signals an engine publishes, as a metrics scrape would read them. */
export interface EngineObservation {
  waiting: number;
  running: number;
  /** Used share of KV blocks, 0..1. */
  kvUsage: number;
}

/** LoRA adapters as `vllm:lora_requests_info` shows them. */
export interface AdapterObservation {
  readonly running: readonly string[];
  readonly waiting: readonly string[];
  /** Adapters that a batch can hold. */
  readonly most: number;
}

/** Role a request plays on this engine. */
export type Leg = 'whole' | 'prefill' | 'decode';

/** One engine instance. Times in µs. */
export interface Engine {
  /** Capacity in KV blocks and tokens per block, as the engine's cache_config_info shows them. */
  readonly kvBlocks: number;
  readonly blockSizeTokens: number;
  /**
   * A request reaches the waiting queue. `prefill` legs stop after the first token and hold their blocks until `release`;
   * `decode` legs ask for their prompt's KV through `loadRemote` before they run.
   */
  enqueue(request: SimRequest, leg: Leg, nowUs: number): void;
  /** Client has gone: takes effect at the end of the step in progress, at once when idle. False if unknown here. */
  abort(request: SimRequest, nowUs: number): boolean;
  /** KV asked for by `loadRemote` is here (`ok`), or could not be had. */
  remoteReady(request: SimRequest, ok: boolean, nowUs: number): void;
  /**
   * Disaggregation by push: both legs are enqueued at once, `loadRemote` says that the decode side has room, and the prefill leg
   * may start once `peerReady` was called.
   */
  readonly pushesKv?: boolean;
  peerReady?(request: SimRequest, nowUs: number): void;
  /** Blocks of a finished `prefill` leg are no longer needed. */
  release(request: SimRequest, nowUs: number): void;
  /** Nobody runs or waits here, so that no batch can form before a request comes. Absent: not known. */
  readonly isEmpty?: boolean;
  /**
   * Forms a batch and returns the grid time at which the step or segment ends; Infinity when there is nothing to do.
   * Must not be called while a step is in progress.
   */
  begin(nowUs: number, sink: EngineSink): number;
  /** The step or segment in progress ends at `nowUs` (the time `begin` or `interrupt` named). */
  end(nowUs: number, sink: EngineSink): void;
  /**
   * Something has changed: the segment in progress must end at the first step boundary at or after `nowUs` at which that can
   * matter; returns it. `urgent`: it matters at the very next boundary (a newcomer in the queue may have to wait longer).
   */
  interrupt(nowUs: number, urgent: boolean): number;
  /** State at `nowUs`, at or after the last call of any other method; changes nothing. */
  observe(nowUs: number, out: EngineObservation): void;
  /** Cached blocks, of content that could have been found again, that were given up for room so far; absent without a prefix cache. */
  readonly evictedBlocks?: number;
  /** LoRA adapters now; absent for engines without any. */
  observeAdapters?(): AdapterObservation;
  /** Reports KV events from now on; absent for engines that make none. */
  listenToCache?(listener: CacheListener): void;
  /** Gives the engine KV tiers below its own memory; absent for engines that can use none. */
  connectTiers?(tiers: KvTiers): void;
  /**
   * What its tiers hold has changed. True when a request at the head of the queue may fit now that did not: the caller interrupts
   * the segment in progress. Absent, or `watchesTiers` false, where admission does not depend on tiers.
   */
  tiersChanged?(): boolean;
  readonly watchesTiers?: boolean;
  /** Times of the step in progress; a group in lock step sets them. */
  readonly pace: Stepper;
  /** Counters for the report. */
  readonly meters: EngineMeters;
}
