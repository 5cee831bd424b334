/**
 * An engine whose every step end is seen: after each step it says how many sequences got a further token, so that a live
 * server can stream tokens one by one. The engine inside is the simulator's own, untouched.
 */
import type { Engine, EngineObservation, EngineSink, Leg } from '../engine/engine.ts';
import type { CacheListener } from '../engine/kv/block-pool.ts';
import type { EngineMeters } from '../engine/meters.ts';
import type { Stepper } from '../engine/stepper.ts';
import type { SimRequest } from '../workload/request.ts';

export class ObservedEngine implements Engine {
  readonly kvBlocks: number;
  readonly blockSizeTokens: number;
  readonly meters: EngineMeters;
  readonly #inner: Engine;
  readonly #stepped: (nowUs: number) => void;

  /** `stepped` is called after the sink has heard of everything in the step. */
  constructor(inner: Engine, stepped: (nowUs: number) => void) {
    this.#inner = inner;
    this.#stepped = stepped;
    this.kvBlocks = inner.kvBlocks;
    this.blockSizeTokens = inner.blockSizeTokens;
    this.meters = inner.meters;
  }

  listenToCache(listener: CacheListener): void {
    this.#inner.listenToCache?.(listener);
  }

  get pace(): Stepper {
    return this.#inner.pace;
  }

  enqueue(request: SimRequest, leg: Leg, nowUs: number): void {
    this.#inner.enqueue(request, leg, nowUs);
  }

  abort(request: SimRequest, nowUs: number): boolean {
    return this.#inner.abort(request, nowUs);
  }

  remoteReady(request: SimRequest, ok: boolean, nowUs: number): void {
    this.#inner.remoteReady(request, ok, nowUs);
  }

  release(request: SimRequest, nowUs: number): void {
    this.#inner.release(request, nowUs);
  }

  begin(nowUs: number, sink: EngineSink): number {
    return this.#inner.begin(nowUs, sink);
  }

  end(nowUs: number, sink: EngineSink): void {
    this.#inner.end(nowUs, sink);
    this.#stepped(nowUs);
  }

  interrupt(nowUs: number, urgent: boolean): number {
    return this.#inner.interrupt(nowUs, urgent);
  }

  observe(nowUs: number, out: EngineObservation): void {
    this.#inner.observe(nowUs, out);
  }
}
