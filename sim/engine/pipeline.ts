/**
 * Pipeline parallelism (engines.md 1.6, 14.2): as many batches in flight as there are stages. What each call of the scheduler
 * returns is a micro-batch, whatever its size; it passes one stage after the other, and its sequences are in no other one until
 * it has come out, so that a request decodes at most once per pass.
 *
 * Each micro-batch slot is a lane: an engine of its own kind that shares queue, KV and settings with the other lanes. A sequence
 * stays in the lane that admitted it. When a batch comes out its lane forms the next one, newcomers included; then every lane
 * with nothing in flight may form one of what still waits. Nothing else starts a batch: vLLM blocks on the oldest result, SGLang
 * on the one before. So one lane may hold all there is, and the other stages idle: the bubbles of small loads.
 *
 * Stages are equal: a batch that takes T from end to end when alone takes T / stages in each, and starts there once it has left
 * the stage before and the batch ahead has left this one:
 *
 *   out(k, s) = max(out(k, s - 1), out(k - 1, s)) + T(k) / stages
 *
 * Worked example: two stages, batches of T = 2,000 and 3,000 µs formed at 0: the first is out at 2,000, the second enters stage 1
 * at 1,000, stage 2 at 2,500 and is out at 4,000.
 */
import type { SimRequest } from '../workload/request.ts';
import type { AdapterObservation, Engine, EngineObservation, EngineSink, Leg } from './engine.ts';
import type { CacheListener } from './kv/block-pool.ts';
import type { KvTiers } from './kv/tiers/kv-tiers.ts';
import { EngineMeters, type PoolUse } from './meters.ts';
import type { Stepper } from './stepper.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Counts each stretch of time once, for the batch that comes out at its end. */
export class PipelineMeters extends EngineMeters {
  /** Time since a batch last came out (or since the pipeline was empty). */
  elapsedUs = 0;

  override step(_us: number, prefillTokens: number, decodes: number, before: number, pool: PoolUse): void {
    super.step(this.elapsedUs, prefillTokens, decodes, before, pool);
    this.elapsedUs = 0;
  }
}

/** One engine instance over several pipeline stages. */
export class PipelinedEngine implements Engine {
  readonly kvBlocks: number;
  readonly blockSizeTokens: number;
  readonly meters: PipelineMeters;
  readonly pushesKv: boolean;
  readonly observeAdapters?: () => AdapterObservation;
  readonly listenToCache?: (listener: CacheListener) => void;
  readonly #lanes: readonly Engine[];
  /** Batches in flight, in order. */
  readonly #inFlight: Engine[] = [];
  /** The others, those that came out last in front. */
  #idle: Engine[];
  /** When the last batch leaves each stage, unrounded. */
  readonly #freeUs: Float64Array;
  /** Whose gauges were set last. */
  #latest: Engine;
  #sinceUs = 0;
  readonly #seen: EngineObservation = { waiting: 0, running: 0, kvUsage: 0 };

  /** `lanes`: one per stage, with queue, KV and `meters` in common; they go step by step. */
  constructor(lanes: readonly Engine[], meters: PipelineMeters) {
    const first = lanes[0]!;
    this.#lanes = lanes;
    this.#idle = [...lanes];
    this.#latest = first;
    this.#freeUs = new Float64Array(lanes.length);
    this.meters = meters;
    this.kvBlocks = first.kvBlocks;
    this.blockSizeTokens = first.blockSizeTokens;
    this.pushesKv = first.pushesKv === true;
    if (first.listenToCache !== undefined) this.listenToCache = (listener) => first.listenToCache?.(listener);
    if (first.observeAdapters !== undefined) this.observeAdapters = () => this.#adapters();
  }

  enqueue(request: SimRequest, leg: Leg, nowUs: number): void {
    this.#lanes[0]!.enqueue(request, leg, nowUs);
  }

  abort(request: SimRequest, nowUs: number): boolean {
    return this.#lanes.some((lane) => lane.abort(request, nowUs));
  }

  remoteReady(request: SimRequest, ok: boolean, nowUs: number): void {
    this.#lanes[0]!.remoteReady(request, ok, nowUs);
  }

  peerReady(request: SimRequest, nowUs: number): void {
    this.#lanes[0]!.peerReady?.(request, nowUs);
  }

  release(request: SimRequest, nowUs: number): void {
    this.#lanes[0]!.release(request, nowUs);
  }

  begin(nowUs: number, sink: EngineSink): number {
    if (this.#inFlight.length === 0) this.#sinceUs = nowUs;
    const idle: Engine[] = [];
    for (const lane of this.#idle) {
      if (lane.begin(nowUs, sink) === NEVER) idle.push(lane);
      else this.#enter(lane);
    }
    this.#idle = idle;
    return this.#nextEndUs();
  }

  /** A batch has been formed: it goes through the stages behind those in flight. */
  #enter(lane: Engine): void {
    const { pace } = lane;
    const free = this.#freeUs;
    const stageUs = pace.firstUs / free.length;
    let outUs = pace.startUs;
    for (let s = 0; s < free.length; s++) {
      outUs = Math.max(outUs, free[s]!) + stageUs;
      free[s] = outUs;
    }
    pace.follow(pace.startUs, outUs - pace.startUs, 0, 1);
    this.#inFlight.push(lane);
  }

  #nextEndUs(): number {
    return this.#inFlight.length === 0 ? NEVER : this.#inFlight[0]!.pace.endUs;
  }

  end(nowUs: number, sink: EngineSink): void {
    this.meters.elapsedUs = nowUs - this.#sinceUs;
    this.#sinceUs = nowUs;
    const out: Engine[] = [];
    while (this.#nextEndUs() === nowUs) {
      const lane = this.#inFlight.shift()!;
      lane.end(nowUs, sink);
      out.push(lane);
      this.#latest = lane;
    }
    this.#idle = [...out, ...this.#idle];
  }

  /** Times of the oldest batch in flight. */
  get pace(): Stepper {
    return (this.#inFlight[0] ?? this.#lanes[0]!).pace;
  }

  /** Whatever comes waits until a batch comes out. */
  interrupt(_nowUs: number, _urgent: boolean): number {
    return this.#nextEndUs();
  }

  connectTiers(tiers: KvTiers): void {
    for (const lane of this.#lanes) lane.connectTiers?.(tiers);
  }

  get evictedBlocks(): number {
    return this.#lanes[0]!.evictedBlocks ?? 0;
  }

  observe(nowUs: number, out: EngineObservation): void {
    const seen = this.#seen;
    let running = 0;
    for (const lane of this.#lanes) {
      lane.observe(nowUs, seen);
      running += seen.running;
    }
    const shown = this.#inFlight.length === 0 ? this.#lanes[0]! : this.#latest;
    shown.observe(nowUs, out);
    out.running = running;
  }

  #adapters(): AdapterObservation {
    const all = this.#lanes.map((lane) => lane.observeAdapters!());
    return { ...all[0]!, running: [...new Set(all.flatMap(({ running }) => running))] };
  }
}
