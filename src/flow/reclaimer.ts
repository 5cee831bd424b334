/**
 * In-flight eviction: when a band with waiting work is blocked by saturation, revokes a few in-flight
 * requests of lower priority. One batch is out at a time: the next decision waits until every revoked stream
 * has ended (or 10 s have passed) and then for the detector's grace, so that it never acts twice on the same
 * stale saturation. Method: llm-d router, docs/flow-control-eviction.md.
 */
import { IdMap } from '../core/id-map.ts';
import type { InferenceRequest } from '../routing/request.ts';
import type { Band } from './band.ts';
import { BinaryHeap } from './binary-heap.ts';
import type { ReclaimFigures } from './figures.ts';
import type { EvictionFilter, EvictionOrder, Lease } from './policy.ts';

/** Upstream's constants: victims per decision, and the wait for a revoked stream to end, µs. */
const VICTIMS_MAX = 2;
const CONFIRM_TIMEOUT_US = 10_000_000;

/** Policies and pace of eviction. */
export interface ReclaimSettings {
  readonly filter: EvictionFilter;
  readonly order: EvictionOrder;
  /** Wait after the last confirmation, µs. */
  readonly graceUs: number;
}

interface TrackedLease extends Lease {
  /** Ended or revoked: no longer a possible victim. */
  gone: boolean;
  revoked: boolean;
}

/** Tracks in-flight requests and chooses victims. */
export class Reclaimer {
  readonly #settings: ReclaimSettings;
  readonly #leases = new IdMap<TrackedLease>();
  readonly #victims: BinaryHeap<TrackedLease>;
  #outstanding: { readonly id: number; readonly issuedUs: number; readonly credit: number }[] = [];
  readonly #issued = new Map<number, number>();
  #confirmed = 0;
  #timedOut = 0;
  #target = 0;
  #openAtUs = Number.NEGATIVE_INFINITY;
  #sequence = 0;

  constructor(settings: ReclaimSettings) {
    this.#settings = settings;
    this.#victims = new BinaryHeap<TrackedLease>(settings.order.compare);
  }

  /** Requests in flight. */
  get inFlight(): number {
    return this.#leases.size;
  }

  figures(): ReclaimFigures {
    return {
      issued: this.#issued,
      confirmed: this.#confirmed,
      timedOut: this.#timedOut,
      target: this.#target,
      pending: this.#outstanding.reduce((sum, { credit }) => sum + credit, 0),
    };
  }

  /** A request has been sent to an endpoint. */
  dispatched(request: InferenceRequest, nowUs: number): void {
    const lease: TrackedLease = {
      request,
      dispatchedUs: nowUs,
      sequence: this.#sequence++,
      gone: false,
      revoked: false,
    };
    this.#leases.set(request.id, lease);
    if (!this.#settings.filter.isRevocable(request)) return;
    this.#victims.push(lease);
    // Ended leases leave the heap lazily; this keeps it within twice what is in flight.
    if (this.#victims.size > 2 * this.#leases.size) this.#victims.removeWhere((other) => other.gone);
  }

  /** A dispatched request has ended, for whatever cause. */
  finished(request: InferenceRequest, nowUs: number): void {
    const lease = this.#leases.get(request.id);
    if (lease === undefined) return;
    this.#leases.delete(request.id);
    lease.gone = true;
    if (lease.revoked) this.#confirm(request.id, nowUs);
  }

  /**
   * Victims to revoke, given that the cycle stopped at rank `from`; empty when the pace, the demand or the
   * lack of victims forbids. n = clamp(ceil((saturation - ceiling) / (saturation / inFlight)), 1, 2).
   */
  decide(
    bands: readonly Band[],
    ceilings: Float64Array,
    from: number,
    saturation: number,
    nowUs: number,
  ): InferenceRequest[] {
    this.#retireOverdue(nowUs);
    if (this.#outstanding.length > 0 || nowUs < this.#openAtUs) return [];
    const head = this.#head();
    if (head === undefined) return [];
    const rank = demandRank(bands, ceilings, from, saturation, head.request.priority);
    if (rank < 0) return [];
    const credit = saturation / this.#leases.size;
    this.#target = saturation - ceilings[rank]!;
    const wanted = Math.ceil(this.#target / credit);
    const count = Math.min(Math.max(wanted, 1), VICTIMS_MAX);
    return this.#revoke(count, bands[rank]!.priority, credit, nowUs);
  }

  #revoke(count: number, belowPriority: number, credit: number, nowUs: number): InferenceRequest[] {
    const revoked: InferenceRequest[] = [];
    while (revoked.length < count) {
      const victim = this.#head();
      if (victim === undefined || victim.request.priority >= belowPriority) break;
      this.#victims.pop();
      victim.gone = true;
      victim.revoked = true;
      this.#outstanding.push({ id: victim.request.id, issuedUs: nowUs, credit });
      this.#issued.set(belowPriority, (this.#issued.get(belowPriority) ?? 0) + 1);
      revoked.push(victim.request);
    }
    return revoked;
  }

  #head(): TrackedLease | undefined {
    while (this.#victims.peek()?.gone === true) this.#victims.pop();
    return this.#victims.peek();
  }

  #confirm(id: number, nowUs: number): void {
    const left = this.#outstanding.filter((entry) => entry.id !== id);
    // A stream that ends after its time-out was retired already.
    if (left.length === this.#outstanding.length) return;
    this.#outstanding = left;
    this.#confirmed += 1;
    this.#openAtUs = Math.max(this.#openAtUs, nowUs + this.#settings.graceUs);
  }

  #retireOverdue(nowUs: number): void {
    const overdue = this.#outstanding.filter((entry) => nowUs - entry.issuedUs >= CONFIRM_TIMEOUT_US);
    if (overdue.length === 0) return;
    this.#outstanding = this.#outstanding.filter((entry) => !overdue.includes(entry));
    this.#timedOut += overdue.length;
    this.#openAtUs = Math.max(this.#openAtUs, nowUs + this.#settings.graceUs);
  }
}

/**
 * Rank of the highest blocked band with waiting work whose priority exceeds the next victim's; -1 for none. A
 * ceiling of 0 means "never", so no eviction could open it.
 */
function demandRank(
  bands: readonly Band[],
  ceilings: Float64Array,
  from: number,
  saturation: number,
  victimPriority: number,
): number {
  for (let rank = from; rank < bands.length; rank++) {
    const band = bands[rank]!;
    if (band.priority <= victimPriority) return -1;
    const ceiling = ceilings[rank]!;
    if (ceiling > 0 && saturation >= ceiling && band.requests > 0) return rank;
  }
  return -1;
}
