/**
 * What flow control asks of its policies. A policy decides; the controller owns queues, counters and clock.
 *   ordering      which request of a flow goes first
 *   fairness      which flow of a band goes next
 *   usage limit   up to which saturation each band may dispatch
 *   saturation    how full the pool is (1 = full)
 *   eviction      which in-flight requests may be revoked, and in which order
 */
import type { InferenceRequest } from '../routing/request.ts';
import type { FlowQueue } from './flow-queue.ts';

/** Orders the items of a flow, and the heads of flows for global-strict fairness. */
export interface OrderingPolicy {
  /** Sort key in µs, least first, may be Infinity; ties go by enqueue time. Asked once, on enqueue. */
  sortKeyUs(request: InferenceRequest, enqueuedUs: number, ttlUs: number): number;
}

/** Chooses among the flows of one band. */
export interface FlowPicker {
  /** One of `flows`: all non-empty, at least one, ascending by id. The caller owns the array. */
  pick(flows: readonly FlowQueue[], nowUs: number): FlowQueue;
}

/** Fairness between flows; a band opens its own picker, as cursors are per band. */
export interface FairnessPolicy {
  openPicker(): FlowPicker;
}

/** Ceiling on saturation per band. */
export interface UsageLimitPolicy {
  /** Writes a ceiling per band; index: rank, 0 = highest priority. `ceilings` comes filled with 1. */
  computeLimits(saturation: number, priorities: readonly number[], ceilings: Float64Array): void;
}

/** Measures how full a set of endpoints is, from signals it was made with. */
export interface SaturationDetector {
  /** Of rows[0 .. count). 0: idle, 1 or more: full. An empty set is full (1). */
  saturation(rows: Int32Array, count: number, nowUs: number): number;
  /** Time that a revoked request's capacity takes to show in this detector, µs (grace of eviction). */
  readonly reclaimGraceUs: number;
  /** Endpoints whose signals are missing or too old; absent where a detector does not look at scraped ones. */
  stale?(nowUs: number): number;
}

/** A dispatched request that has not ended. */
export interface Lease {
  readonly request: InferenceRequest;
  readonly dispatchedUs: number;
  /** Number of the dispatch, ascending. */
  readonly sequence: number;
}

/** Which in-flight requests may be revoked. */
export interface EvictionFilter {
  isRevocable(request: InferenceRequest): boolean;
}

/** Order of victims. */
export interface EvictionOrder {
  /** Negative when `a` is revoked before `b`. */
  compare(a: Lease, b: Lease): number;
}
