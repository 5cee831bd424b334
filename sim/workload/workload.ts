/**
 * Workloads: sources of requests in order of arrival. Only the next arrival is ever drawn ahead, so memory is bounded by
 * what is in flight. Follow-ups (next turn of a session, next request of a closed-loop client) are born when their
 * predecessor ends.
 */
import type { SimRequest } from './request.ts';

/** A source of requests. `request.arrivalUs` of each is on the kernel's grid. */
export interface Workload {
  /**
   * The next request of the open-loop part, arrivals never falling; null when it has ended or waits for requests in flight
   * to end (ask again then).
   */
  next(): SimRequest | null;
  /**
   * Told that a request has ended (in whatever way). Returns the request that follows from it, with an arrival time at or
   * after `nowUs`, or null.
   */
  onFinished(request: SimRequest, completed: boolean, nowUs: number): SimRequest | null;
  /** True while a later `onFinished` may still bring requests. */
  readonly hasFollowUps: boolean;
  /** Class names, at least one. */
  readonly classes: readonly string[];
  /** Tenant of each class; absent: one for all. */
  readonly tenants?: readonly string[];
  /** What a reader of the results should know about the requests so far (bad trace rows), one sentence each. */
  readonly notes?: readonly string[];
}
