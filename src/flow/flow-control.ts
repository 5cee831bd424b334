/**
 * Flow control: holds requests in priority bands of per-flow queues and releases them one per dispatch cycle
 * while the pool has room. A cycle runs at each arrival and, while anything is stored, at each 1 ms tick.
 * Late binding: a released request is scheduled only then. Faithful to llm-d router v0.10 in what surprises,
 * too: a blocked band stops all below it even when it is empty; release reserves no capacity, so between two
 * scrapes many requests may be let go; expiry is looked for once a second.
 *
 * A state machine without a clock: `advance(nowUs)` does what is due and returns the next wake-up, which is
 * Infinity while nothing is stored. Ticks and sweeps lie on whole ms and s of the host's clock.
 *
 * Invariant: every request that arrives leaves exactly once, through `admit` or `refuse` of the output.
 */

import { assert } from '../core/check.ts';
import { IdMap } from '../core/id-map.ts';
import type { EndpointTable } from '../routing/endpoint.ts';
import type { InferenceRequest } from '../routing/request.ts';
import { isWithin } from './band.ts';
import { BandSet, type BandSetSettings } from './bands.ts';
import type { FlowFigures } from './figures.ts';
import type { FlowItem } from './flow-queue.ts';
import type { Refusal } from './outcome.ts';
import type { SaturationDetector, UsageLimitPolicy } from './policy.ts';
import { PoolView } from './pool-view.ts';
import { Reclaimer, type ReclaimSettings } from './reclaimer.ts';

/** Period of dispatch cycles and of expiry sweeps, µs (upstream's constants). */
const TICK_US = 1_000;
const SWEEP_US = 1_000_000;

/** Everything that configures flow control. */
export interface FlowSettings extends BandSetSettings {
  /** Limits over all bands; 0: unlimited. */
  readonly maxBytes: number;
  readonly maxRequests: number;
  /** Budget of waiting while the pool has endpoints, µs; 0: none. */
  readonly requestTtlUs: number;
  /** Budget of waiting while it has none, µs; 0: none. */
  readonly noEndpointTtlUs: number;
  readonly detector: SaturationDetector;
  readonly usageLimit: UsageLimitPolicy;
  /** In-flight eviction; null: off. */
  readonly eviction: ReclaimSettings | null;
}

/** Where flow control's decisions go. Must not call back into flow control, except for `dispatched`. */
export interface FlowOutput {
  /** The request may be scheduled. */
  admit(request: InferenceRequest, queuedUs: number, nowUs: number): void;
  refuse(request: InferenceRequest, outcome: Refusal, queuedUs: number, nowUs: number): void;
  /** An in-flight request is revoked; `finished` is expected once its stream has ended. */
  revoke(request: InferenceRequest, nowUs: number): void;
}

/** The flow controller of one pool. */
export class FlowControl {
  readonly bands: BandSet;
  readonly #settings: FlowSettings;
  readonly #output: FlowOutput;
  readonly #pool: PoolView;
  readonly #reclaimer: Reclaimer | null;
  /** Requests waiting, by request id; items that ended while stored are not in it. */
  readonly #waiting = new IdMap<FlowItem>();
  #ceilings = new Float64Array(8);
  /** Items stored, ended ones included, and their bytes. */
  #storedRequests = 0;
  #storedBytes = 0;
  #sequence = 0;
  #nextTickUs = Number.POSITIVE_INFINITY;
  #nextSweepUs = Number.POSITIVE_INFINITY;
  #saturation = 0;
  #isShutDown = false;

  constructor(settings: FlowSettings, table: EndpointTable, output: FlowOutput) {
    this.#settings = settings;
    this.#output = output;
    this.bands = new BandSet(settings);
    this.#pool = new PoolView(table, settings.detector);
    this.#reclaimer = settings.eviction === null ? null : new Reclaimer(settings.eviction);
  }

  /** Requests waiting. */
  get queued(): number {
    return this.#waiting.size;
  }

  /** Items that count against capacity: those waiting, and those that ended since the last sweep. */
  get storedRequests(): number {
    return this.#storedRequests;
  }

  /** Bytes that count against capacity. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Saturation as the last dispatch cycle measured it. */
  get saturation(): number {
    return this.#saturation;
  }

  /** Everything that it shows of itself. */
  figures(): FlowFigures {
    const { maxRequests, maxBytes } = this.#settings;
    return {
      saturation: { ...this.#pool.stages, effective: this.#saturation },
      bands: this.bands.ordered.map(({ priority, requests, bytes, settings, flowCount }) => ({
        ...{ priority, requests, bytes, flows: flowCount },
        ...{ maxRequests: settings.maxRequests, maxBytes: settings.maxBytes },
      })),
      all: { requests: this.#storedRequests, maxRequests, bytes: this.#storedBytes, maxBytes },
      reclaim: this.#reclaimer?.figures() ?? null,
    };
  }

  /** A request has arrived: it is stored or refused, and a dispatch cycle runs. */
  arrive(request: InferenceRequest, nowUs: number): void {
    assert(this.#waiting.get(request.id) === undefined, `request ${request.id} is queued already`);
    if (this.#isShutDown) {
      this.#output.refuse(request, 'RejectedOther', 0, nowUs);
      return;
    }
    this.bands.collect(nowUs);
    this.#pool.refresh(nowUs);
    this.#enqueue(request, nowUs);
    this.#cycle(nowUs);
    this.#setWakeUps(nowUs);
  }

  /**
   * The client of a waiting request has gone; false when the request does not wait here. Its item stays
   * stored.
   */
  cancel(request: InferenceRequest, nowUs: number): boolean {
    const item = this.#waiting.get(request.id);
    if (item === undefined) return false;
    this.#end(item);
    this.#output.refuse(request, 'EvictedContextCancelled', nowUs - item.enqueuedUs, nowUs);
    return true;
  }

  /** An admitted request has been scheduled and sent. */
  dispatched(request: InferenceRequest, nowUs: number): void {
    this.#reclaimer?.dispatched(request, nowUs);
  }

  /** A dispatched request has ended. */
  finished(request: InferenceRequest, nowUs: number): void {
    this.#reclaimer?.finished(request, nowUs);
  }

  /** An endpoint leaves the pool. */
  endpointRemoved(row: number, nowUs: number): void {
    this.#pool.endpointRemoved(row, nowUs);
  }

  /** Runs what is due by `nowUs`; returns the next wake-up, µs. Of several missed ticks one is caught up. */
  advance(nowUs: number): number {
    while (nowUs >= this.#nextTickUs) {
      this.#cycle(nowUs);
      this.#nextTickUs = Math.max(this.#nextTickUs + TICK_US, gridBefore(nowUs, TICK_US));
    }
    if (nowUs >= this.#nextSweepUs) {
      this.#sweep(nowUs);
      this.#nextSweepUs = gridBefore(nowUs, SWEEP_US) + SWEEP_US;
    }
    this.#setWakeUps(nowUs);
    return Math.min(this.#nextTickUs, this.#nextSweepUs);
  }

  /** Refuses all that wait and all that will arrive. */
  shutDown(nowUs: number): void {
    this.#isShutDown = true;
    const removed = this.#remove(() => true, nowUs);
    for (const item of removed) this.#refuse(item, 'EvictedOther', nowUs);
    this.#setWakeUps(nowUs);
  }

  #enqueue(request: InferenceRequest, nowUs: number): void {
    const band = this.bands.bandFor(request.priority, nowUs);
    const fits =
      isWithin(this.#storedBytes + request.sizeBytes, this.#settings.maxBytes) &&
      isWithin(this.#storedRequests + 1, this.#settings.maxRequests) &&
      band.hasRoom(request.sizeBytes);
    if (!fits) {
      const outcome = this.#pool.isEmpty ? 'RejectedNoEndpoints' : 'RejectedCapacity';
      this.#output.refuse(request, outcome, 0, nowUs);
      return;
    }
    const item = band.enqueue(request, this.#sequence++, this.#settings.requestTtlUs, nowUs);
    this.#storedRequests += 1;
    this.#storedBytes += request.sizeBytes;
    this.#waiting.set(request.id, item);
  }

  /** One dispatch cycle: releases at most one item. An item whose client has gone uses the cycle up. */
  #cycle(nowUs: number): void {
    this.#pool.refresh(nowUs);
    const saturation = this.#pool.saturation(nowUs);
    this.#saturation = saturation;
    const bands = this.bands.ordered;
    const ceilings = this.#limits(saturation);
    for (let rank = 0; rank < bands.length; rank++) {
      if (saturation >= ceilings[rank]!) {
        this.#reclaim(ceilings, rank, saturation, nowUs);
        return;
      }
      const item = bands[rank]!.take(nowUs);
      if (item === null) continue;
      this.#release(item);
      if (item.ended) return;
      this.#end(item);
      this.#output.admit(item.request, nowUs - item.enqueuedUs, nowUs);
      return;
    }
  }

  #limits(saturation: number): Float64Array {
    const { priorities } = this.bands;
    if (this.#ceilings.length < priorities.length) this.#ceilings = new Float64Array(2 * priorities.length);
    this.#ceilings.fill(1);
    this.#settings.usageLimit.computeLimits(saturation, priorities, this.#ceilings);
    return this.#ceilings;
  }

  #reclaim(ceilings: Float64Array, from: number, saturation: number, nowUs: number): void {
    if (this.#reclaimer === null || this.#waiting.size === 0) return;
    const victims = this.#reclaimer.decide(this.bands.ordered, ceilings, from, saturation, nowUs);
    for (const request of victims) this.#output.revoke(request, nowUs);
  }

  /** Removes ended items and expires those whose budget is used up, in order of arrival. */
  #sweep(nowUs: number): void {
    const isEmpty = this.#pool.isEmpty;
    const budgetUs = isEmpty ? this.#settings.noEndpointTtlUs : this.#settings.requestTtlUs;
    const changedUs = this.#pool.changedUs;
    const removed = this.#remove(
      (item) => item.ended || (budgetUs > 0 && nowUs - Math.max(item.enqueuedUs, changedUs) >= budgetUs),
      nowUs,
    );
    for (const item of removed) {
      if (!item.ended) this.#refuse(item, isEmpty ? 'EvictedNoEndpoints' : 'EvictedTTL', nowUs);
    }
  }

  /** Takes items out of their queues and off the counters; ascending by arrival. */
  #remove(drop: (item: FlowItem) => boolean, nowUs: number): FlowItem[] {
    const removed: FlowItem[] = [];
    for (const band of this.bands.ordered) band.sweep(drop, nowUs, removed);
    for (const item of removed) this.#release(item);
    return removed.sort((a, b) => a.sequence - b.sequence);
  }

  #refuse(item: FlowItem, outcome: Refusal, nowUs: number): void {
    if (item.ended) return;
    this.#end(item);
    this.#output.refuse(item.request, outcome, nowUs - item.enqueuedUs, nowUs);
  }

  #end(item: FlowItem): void {
    item.ended = true;
    this.#waiting.delete(item.request.id);
  }

  #release(item: FlowItem): void {
    this.#storedRequests -= 1;
    this.#storedBytes -= item.request.sizeBytes;
  }

  /** Starts the tick and the sweep when something is stored, and stops them when nothing is. */
  #setWakeUps(nowUs: number): void {
    if (this.#storedRequests === 0) {
      this.#nextTickUs = Number.POSITIVE_INFINITY;
      this.#nextSweepUs = Number.POSITIVE_INFINITY;
    } else if (this.#nextTickUs === Number.POSITIVE_INFINITY) {
      this.#nextTickUs = gridBefore(nowUs, TICK_US) + TICK_US;
      this.#nextSweepUs = gridBefore(nowUs, SWEEP_US) + SWEEP_US;
    }
  }
}

/** Latest multiple of `periodUs` that is not after `timeUs`. */
function gridBefore(timeUs: number, periodUs: number): number {
  return Math.floor(timeUs / periodUs) * periodUs;
}
