/**
 * One engine in simulated time: turns the engine's answers ("this step ends then") into kernel events, and deliveries into
 * cuts of the segment in progress. It decides nothing.
 */

import type { Engine, EngineSink, Leg } from '../engine/engine.ts';
import { ReplicaTiers, type TierPath, type Transport } from '../engine/kv/tiers/replica-tiers.ts';
import { type Component, GRID_PER_US, type Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phases.ts';
import type { ScaledStepModel } from '../latency/scaled.ts';
import type { SimRequest } from '../workload/request.ts';
import type { SignalFeed } from './feed.ts';
import type { LockStepGroup } from './lock-step.ts';

const CODE_END = 1;
const CODE_BEGIN = 2;

/** A replica of a pool. */
export class Replica implements Component {
  /** Number within the run; never used again. */
  readonly index: number;
  /** Its row in the endpoint table while the router may send to it. */
  row = 0;
  /** Serving since, and (once it is gone) until, µs. */
  readonly upSinceUs: number;
  downSinceUs = Number.POSITIVE_INFINITY;
  /** Bytes leave and enter by these links of the network. */
  readonly egress: number;
  readonly ingress: number;
  /** Index of its pool. */
  readonly pool: number;
  readonly engine: Engine;
  /** The ranks it runs in lock step with; null: alone. */
  group: LockStepGroup | null = null;
  /** The engine's step model, with a factor for slow nodes. */
  readonly model: ScaledStepModel;
  #tiers: ReplicaTiers | null = null;
  readonly #kernel: Kernel;
  readonly #feed: SignalFeed;
  readonly #sink: EngineSink;
  readonly #target: number;
  #endUs = Number.POSITIVE_INFINITY;
  /** Stamp of the END event that counts; others are stale. */
  #generation = 0;
  #busy = false;
  #beginPending = false;
  /** Busy time up to the last step boundary, and that boundary, µs. */
  #busyUs = 0;
  #busySinceUs = 0;

  constructor(options: {
    index: number;
    pool: number;
    engine: Engine;
    model: ScaledStepModel;
    egress: number;
    ingress: number;
    nowUs: number;
    kernel: Kernel;
    feed: SignalFeed;
    sink: EngineSink;
  }) {
    this.index = options.index;
    this.model = options.model;
    this.egress = options.egress;
    this.ingress = options.ingress;
    this.upSinceUs = options.nowUs;
    this.pool = options.pool;
    this.engine = options.engine;
    this.#kernel = options.kernel;
    this.#feed = options.feed;
    this.#sink = options.sink;
    this.#target = options.kernel.register(this);
  }

  /** A request reaches the engine. */
  deliver(request: SimRequest, leg: Leg, nowUs: number): void {
    this.#feed.beforeChange(this.row, nowUs, false);
    this.engine.enqueue(request, leg, nowUs);
    this.#wake(nowUs);
  }

  /** Remote KV has come, or will not. */
  remoteReady(request: SimRequest, ok: boolean, nowUs: number): void {
    this.#feed.beforeChange(this.row, nowUs, true);
    this.engine.remoteReady(request, ok, nowUs);
    this.#wake(nowUs);
  }

  /** The decode side of a prefill leg has room. */
  peerReady(request: SimRequest, nowUs: number): void {
    this.#feed.beforeChange(this.row, nowUs, false);
    this.engine.peerReady?.(request, nowUs);
    this.#wake(nowUs);
  }

  /** A finished prefill leg's blocks are free again. */
  release(request: SimRequest, nowUs: number): void {
    this.#feed.beforeChange(this.row, nowUs, true);
    this.engine.release(request, nowUs);
    // Blocks that come free let nobody in where nobody waits.
    if (this.#busy || this.group !== null || this.engine.isEmpty !== true) this.#wake(nowUs);
  }

  /** The client of a request has gone. */
  abort(request: SimRequest, nowUs: number): boolean {
    this.#feed.beforeChange(this.row, nowUs, false);
    const known = this.engine.abort(request, this.#seenAt(nowUs));
    if (known) this.#wake(nowUs);
    return known;
  }

  /** Time that steps have taken until `nowUs`, the one in progress included, µs. */
  busyUsAt(nowUs: number): number {
    return this.#busy ? this.#busyUs + (nowUs - this.#busySinceUs) : this.#busyUs;
  }

  /** Gives the engine KV tiers, whose bytes `transport` moves. */
  connectTiers(paths: readonly TierPath[], transport: Transport): void {
    const { engine } = this;
    const tiers = new ReplicaTiers(paths, transport, (request, nowUs) =>
      this.remoteReady(request, true, nowUs),
    );
    this.#tiers = tiers;
    engine.connectTiers?.(tiers);
    if (engine.watchesTiers !== true) return;
    for (const { tier } of paths) {
      tier.watchers.add((nowUs, by) => {
        if (by !== tiers) this.#tiersChanged(nowUs);
      });
    }
  }

  #tiersChanged(nowUs: number): void {
    if (this.isDown || this.engine.tiersChanged?.() !== true) return;
    this.#feed.beforeChange(this.row, nowUs, true);
    if (this.#busy) this.#cut(nowUs, true);
  }

  /** Calls back once what was computed of a request can be found in the fleet's store. */
  whenStored(request: SimRequest, nowUs: number, then: (nowUs: number) => void): void {
    if (this.#tiers === null) then(nowUs);
    else this.#tiers.whenStored(request, nowUs, then);
  }

  get isDown(): boolean {
    return this.downSinceUs !== Number.POSITIVE_INFINITY;
  }

  /** The instance is gone: nothing it was doing ends. */
  stop(nowUs: number): void {
    this.downSinceUs = nowUs;
    this.#generation += 1;
    this.#tiers?.down(nowUs);
    this.group?.remove(this);
  }

  /** Steps from the next boundary on last `factor` times what they should. */
  slowDown(factor: number, nowUs: number): void {
    this.#feed.beforeChange(this.row, nowUs, true);
    this.model.factor = factor;
    if (this.#busy) this.#cut(nowUs, true);
  }

  /** For a group in lock step: the next batch is formed; its end, were it alone. */
  beginStep(nowUs: number): number {
    this.#feed.beforeChange(this.row, nowUs, false);
    const endUs = this.engine.begin(nowUs, this.#sink);
    this.#busy = endUs !== Number.POSITIVE_INFINITY;
    this.#busySinceUs = nowUs;
    return endUs;
  }

  /** The step in progress ends. */
  endStep(nowUs: number): void {
    this.#feed.beforeChange(this.row, nowUs, true);
    this.#busy = false;
    this.#busyUs += nowUs - this.#busySinceUs;
    this.engine.end(nowUs, this.#sink);
  }

  onEvent(code: number, arg: number, nowUs: number): void {
    if (this.isDown) return;
    if (code === CODE_BEGIN) {
      this.#beginPending = false;
      if (!this.#busy) this.#begin(nowUs);
      return;
    }
    if (arg !== this.#generation) return;
    this.endStep(nowUs);
    // Anything else of this instant may still bring work for the next batch.
    if (this.#kernel.isQuietBefore(PHASE.stepBegin)) this.#begin(nowUs);
    else this.#scheduleBegin(nowUs);
  }

  #wake(nowUs: number): void {
    if (this.group !== null) {
      this.group.wake(this, nowUs, false);
      return;
    }
    if (!this.#busy) {
      this.#scheduleBegin(nowUs);
      return;
    }
    this.#cut(nowUs, false);
  }

  #cut(nowUs: number, urgent: boolean): void {
    if (this.group !== null) {
      this.group.wake(this, nowUs, urgent);
      return;
    }
    const endUs = this.engine.interrupt(this.#seenAt(nowUs), urgent);
    if (endUs < this.#endUs) this.#scheduleEnd(endUs);
  }

  /** What comes in a phase after that of new batches falls into the step that has begun at this instant. */
  #seenAt(nowUs: number): number {
    return this.#kernel.phase > PHASE.stepBegin ? nowUs + 1 / GRID_PER_US : nowUs;
  }

  #begin(nowUs: number): void {
    const endUs = this.beginStep(nowUs);
    if (endUs !== Number.POSITIVE_INFINITY) this.#scheduleEnd(endUs);
  }

  #scheduleBegin(nowUs: number): void {
    if (this.#beginPending) return;
    this.#beginPending = true;
    this.#kernel.at(nowUs, PHASE.stepBegin, this.#target, CODE_BEGIN, 0);
  }

  #scheduleEnd(endUs: number): void {
    this.#endUs = endUs;
    this.#generation += 1;
    this.#kernel.at(endUs, PHASE.stepEnd, this.#target, CODE_END, this.#generation);
  }
}
